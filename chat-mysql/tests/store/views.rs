//! What a read shows is what was committed up to one moment. MariaDB promises that of no read of more than one row.

use std::{
    collections::BTreeMap,
    num::NonZero,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use chat_conformance::build::{begin, event, new_room_of, seq, user};
use chat_core::{
    model::{
        event::{EventKind, Seq},
        room::RoomId,
    },
    ports::store::{EventRange, MessageStore, RoomStore},
};
use chat_mysql::MySqlStore;
use chat_test_databases::Kind;
use sqlx::{
    Row,
    mysql::{MySqlConnection, MySqlPoolOptions},
};

use crate::stores::{Fresh, execute, on_both, own};

on_both! {
    r_msg_02_a_reader_sees_no_commit_without_those_before_it,
}

const MEMBERS: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];
/// How often each of them writes. MySQL, whose views are whole, writes a tenth as fast to disk.
const fn writes(kind: Kind) -> u64 {
    match kind {
        Kind::MariaDb => 600,
        Kind::MySql => 100,
    }
}
const READERS: usize = 8;
/// How many others write, elsewhere.
const OTHERS: usize = 150;

/// How long a processor is taken from the readers: some commits, and how long it is left to them.
const BUSY: Duration = Duration::from_millis(3);
const IDLE: Duration = Duration::from_micros(300);

/// Where everybody had read to.
type Seen = BTreeMap<String, Seq>;

/// Six write one after another, each to a row of their own under the room's lock, while others read all six. The
/// readers' threads run when nobody else wants to, so that they stop anywhere, also in the middle of opening a view.
async fn r_msg_02_a_reader_sees_no_commit_without_those_before_it(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let room = new_room_of(&fresh.store, &MEMBERS).await;
    let _under_way = under_way(&fresh).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for _ in 0..READERS {
        let store = yielding(kind, fresh.database.url()).await;
        readers.push(tokio::spawn(read(store, room, Arc::clone(&is_over))));
    }
    let busy = Busy::begin();
    let writers = MEMBERS.map(|member| tokio::spawn(write(fresh.store.clone(), room, member, writes(kind))));
    for writer in writers {
        writer.await.unwrap();
    }
    is_over.store(true, Ordering::Relaxed);
    busy.end();

    // Who wrote which number.
    let log = fresh.store.events(room, EventRange::After(Seq::ZERO), usize::MAX).await.unwrap();
    let senders: BTreeMap<_, _> = log.iter().map(|event| (event.seq, event.sender.to_string())).collect();
    for reader in readers {
        for seen in reader.await.unwrap() {
            let newest = *seen.values().max().unwrap();
            for member in MEMBERS {
                let latest = senders.range(..=newest).rev().find(|(_, sender)| *sender == member);
                // Who has not written has read nothing; nor has she who made the room, with its first number.
                let expected = latest.map_or(Seq::ZERO, |(number, _)| *number);
                let read = seen[member];
                assert!(read == expected || expected <= seq(1), "{newest} was seen, and of {member} {read}: {seen:?}");
            }
        }
    }
}

/// Logs something and moves the member's own read position there, so many times.
async fn write(store: MySqlStore, room: RoomId, member: &'static str, times: u64) {
    for _ in 0..times {
        let mut tx = begin(&store).await;
        let next = tx.lock_room(room).await.unwrap().unwrap().room.last_seq.next();
        tx.append_event(&event(room, next.get(), member, EventKind::Joined)).await.unwrap();
        tx.set_read(room, &user(member), next).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Reads the log's end and the members until it is over.
async fn read(store: MySqlStore, room: RoomId, is_over: Arc<AtomicBool>) -> Vec<Seen> {
    let (mut seen, mut last) = (Vec::new(), 0_u64);
    while !is_over.load(Ordering::Relaxed) {
        let events = store.events(room, EventRange::After(seq(last.saturating_sub(8))), 100).await.unwrap();
        for pair in events.windows(2) {
            assert_eq!(pair[0].seq.next(), pair[1].seq, "a number is missing");
        }
        last = events.last().map_or(last, |event| event.seq.get());
        let members = store.members(room).await.unwrap();
        seen.push(members.into_iter().map(|named| (named.member.user.to_string(), named.member.read_seq)).collect());
    }
    seen
}

/// Transactions that have begun to write and do not end: a view has to pass over each of them.
async fn under_way(fresh: &Fresh) -> Vec<MySqlConnection> {
    execute(&mut fresh.sql().await, "CREATE TABLE others (id INT NOT NULL PRIMARY KEY)").await.unwrap();
    let mut others = Vec::new();
    for id in 0..OTHERS {
        let mut other = fresh.sql().await;
        execute(&mut other, &format!("BEGIN; INSERT INTO others VALUES ({id})")).await.unwrap();
        others.push(other);
    }
    others
}

/// Threads that keep the processors busy, by fits and starts, with what goes before the readers.
struct Busy {
    threads: Vec<(Sender<()>, JoinHandle<()>)>,
}

impl Busy {
    fn begin() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let begin = || {
            let (end, is_ended) = mpsc::channel();
            (end, thread::spawn(move || be_busy(&is_ended)))
        };
        Self { threads: std::iter::repeat_with(begin).take(processors).collect() }
    }

    fn end(self) {
        for (end, thread) in self.threads {
            drop(end);
            thread.join().unwrap();
        }
    }
}

/// Works and rests in turn until nobody can end it any more.
fn be_busy(is_ended: &Receiver<()>) {
    while is_ended.recv_timeout(IDLE) == Err(RecvTimeoutError::Timeout) {
        let begun = Instant::now();
        while begun.elapsed() < BUSY {
            std::hint::spin_loop();
        }
    }
}

/// A store on one connection, whose thread in the server yields to every other.
async fn yielding(kind: Kind, url: &str) -> MySqlStore {
    let pool = MySqlPoolOptions::new().max_connections(1).connect(url).await.unwrap();
    // MySQL names its threads in a schema that the tests' servers do without.
    if kind == Kind::MariaDb {
        let thread = "SELECT tid FROM information_schema.processlist WHERE id = CONNECTION_ID()";
        let thread: i64 = sqlx::query(thread).fetch_one(&pool).await.unwrap().get(0);
        let yields = Command::new("chrt").args(["--idle", "--pid", "0", &thread.to_string()]).status();
        if !yields.is_ok_and(|status| status.success()) {
            eprintln!("the readers run like everybody: the server is not on this machine, or not ours");
        }
    }
    MySqlStore::from_pool(pool)
}
