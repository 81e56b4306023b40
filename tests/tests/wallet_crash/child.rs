//! The process that is killed: this very program, told by variables what it shall do.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child as Process, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use chat_core::{
    error::{ChatError, Rejection},
    model::room::RoomId,
};
use tokio::{
    sync::{
        Semaphore,
        mpsc::{UnboundedReceiver, unbounded_channel},
    },
    task::JoinSet,
    time::timeout,
};

use super::{
    client::Stop,
    host::{Host, Setup},
};
use chat_tests::PATIENCE;

const URL: &str = "CHAT_TEST_WALLET_URL";
const WALLET: &str = "CHAT_TEST_WALLET_ADDRESS";
const STOP: &str = "CHAT_TEST_WALLET_STOP";
const HOURS: &str = "CHAT_TEST_WALLET_HOURS";
const TIME_LIMIT: &str = "CHAT_TEST_WALLET_TIME_LIMIT_MS";
const JOINS: &str = "CHAT_TEST_WALLET_JOINS";
/// What a child says when it has tried all that it should.
pub(crate) const DONE: &str = "done";
/// How many it tries to get in at once: more passwords than that are not looked at.
const AT_ONCE: usize = 8;
/// How often it tries to get somebody into a room.
const TRIES: usize = 3;

/// Who shall get where.
pub(crate) type Join = (String, RoomId);

/// What it says of somebody who got in.
pub(crate) fn seated((name, room): &Join) -> String {
    format!("seated {name} {room}")
}

pub(crate) struct Child {
    process: Process,
    said: UnboundedReceiver<String>,
    /// All that it said so far.
    heard: Vec<String>,
}

impl Child {
    /// Starts one that tries all of this at once.
    pub(crate) fn start(url: &str, wallet: &str, setup: Setup, joins: &[Join]) -> Self {
        let joins: Vec<String> = joins.iter().map(|(name, room)| format!("{name}:{room}")).collect();
        let mut process = Command::new(env::current_exe().expect("this program"))
            .args(["--exact", "the_host_that_is_killed", "--nocapture"])
            .env(URL, url)
            .env(WALLET, wallet)
            .env(STOP, setup.stop.map(|stop| format!("{stop:?}")).unwrap_or_default())
            .env(HOURS, setup.hours.to_string())
            .env(TIME_LIMIT, setup.time_limit.as_millis().to_string())
            .env(JOINS, joins.join(","))
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        let (say, said) = unbounded_channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // Nobody listens any more where the test is over.
                let _ = say.send(line);
            }
        });
        Self { process, said, heard: Vec::new() }
    }

    /// Waits until it says this.
    pub(crate) async fn says(&mut self, what: &str) {
        let waits = async {
            while let Some(line) = self.said.recv().await {
                let is_it = line == what;
                self.heard.push(line);
                if is_it {
                    return true;
                }
            }
            false
        };
        let said = timeout(4 * PATIENCE, waits).await;
        assert!(matches!(said, Ok(true)), "waited for `{what}`, and heard {:?}", self.heard);
    }

    /// Kills it, and answers all that it said.
    pub(crate) async fn kill(mut self) -> Vec<String> {
        self.process.kill().expect("killed");
        self.process.wait().expect("it is over");
        while let Some(line) = self.said.recv().await {
            self.heard.push(line);
        }
        self.heard
    }
}

/// What a child does, until it is killed.
pub(crate) async fn live() {
    let Ok(url) = env::var(URL) else { return };
    let variable = |name: &str| env::var(name).unwrap_or_else(|_| panic!("{name} is set"));
    let number = |name: &str| variable(name).parse::<u64>().expect("a number");
    let stop = variable(STOP);
    let stop: Option<Stop> = (!stop.is_empty()).then(|| stop.parse().expect("a stop"));
    let setup = Setup { stop, hours: number(HOURS), time_limit: Duration::from_millis(number(TIME_LIMIT)) };
    let host = Arc::new(Host::on(&url, variable(WALLET), setup).await);
    let (mut trying, door) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for join in variable(JOINS).split(',') {
        let (name, room) = join.split_once(':').expect("who and where");
        let join = (name.to_owned(), RoomId::parse(room).expect("a room"));
        let turn = Arc::clone(&door).acquire_owned().await.expect("it stays open");
        let host = Arc::clone(&host);
        trying.spawn(async move {
            get_in(&host, join).await;
            drop(turn);
        });
    }
    while let Some(tried) = trying.join_next().await {
        tried.expect("no join panics");
    }
    println!("\n{DONE}");
    std::future::pending::<()>().await;
}

async fn get_in(host: &Host, join: Join) {
    for _ in 0..TRIES {
        match host.join(&join.0, join.1).await {
            Ok(_) => return println!("\n{}", seated(&join)),
            Err(ChatError::Rejected(Rejection::RoomFull)) => return,
            // Too poor, perhaps by a lie of the wallet.
            Err(ChatError::WalletUnavailable(_) | ChatError::Rejected(Rejection::InsufficientCoins { .. })) => {}
            Err(error) => panic!("{join:?}: {error:?}"),
        }
    }
}
