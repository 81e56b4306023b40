//! Many users who want the same few seats, a wallet that does whatever it likes, and kills at random moments.

use std::{collections::BTreeSet, time::Duration};

use chat_core::{
    error::{ChatError, Rejection},
    model::room::RoomId,
};
use chat_proofs::scale::scaled;
use chat_test_databases::Kind;
use chat_tests::chance::Chance;

use super::{
    books::Step,
    child::{Child, DONE, Join, seated},
    host::{Ground, Host, PRICE, Setup},
    server::{Manner, Wallet},
};

/// How many parties come together, and how often the process is killed while each does.
const PARTIES: u32 = 2;
const KILLS: u64 = 4;
const USERS: u32 = 10;
/// Each has five seats: some will find it full, with coins set aside for it.
const ROOMS: u32 = 4;
/// How long the wallet may take.
const SHORT: Duration = Duration::from_millis(300);

const UNRULY: [Manner; 7] =
    [Manner::Fails, Manner::Lies, Manner::Denies, Manner::Hangs, Manner::Late, Manner::Twice, Manner::Panics];

/// Unruly half of the time.
fn unruly(mut chance: Chance) -> impl FnMut(Step) -> Manner {
    move |_| if chance.within(0..2) == 0 { Manner::Well } else { chance.one_of(&UNRULY).expect("there are some") }
}

/// With what each begins: some cannot pay for all rooms.
fn wealth(number: u32) -> i64 {
    PRICE * i64::from(1 + number % 4) + 50
}

/// Who wants to get where.
struct Party {
    users: Vec<(String, i64)>,
    rooms: Vec<RoomId>,
    /// All pairs of them, in no order.
    joins: Vec<Join>,
}

impl Party {
    async fn gather(url: &str, wallet: &Wallet, chance: &mut Chance, party: u32) -> Self {
        let host = Host::on(url, wallet.address().to_owned(), Setup::at_hour(hour(party, 0))).await;
        let (mut users, mut rooms, mut joins) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROOMS {
            rooms.push(host.room().await);
        }
        let elsewhere = host.room().await;
        for number in 0..USERS {
            let (name, coins) = (format!("user-{party}-{number}"), wealth(number));
            wallet.give(&name, coins);
            host.paying(&name, elsewhere).await;
            joins.extend(rooms.iter().map(|room| (name.clone(), *room)));
            users.push((name, coins));
        }
        for last in (1..USERS * ROOMS).rev() {
            joins.swap(last as usize, chance.within(0..last + 1) as usize);
        }
        Self { users, rooms, joins }
    }

    /// Nobody has paid without a seat, sits without having paid, or has other coins than that leaves. Answers who sits where.
    async fn comes_right(&self, host: &Host, wallet: &Wallet) -> BTreeSet<String> {
        let mut sit = BTreeSet::new();
        for (name, coins) in &self.users {
            let mut paid = 0;
            for room in &self.rooms {
                if host.comes_right(wallet, name, *room).await {
                    paid += PRICE;
                    sit.insert(seated(&(name.clone(), *room)));
                }
            }
            assert_eq!(wallet.look(|books| books.coins[name]), coins - paid, "{name}");
        }
        sit
    }
}

/// A new hour for each kill of each party: what a dead process has left is nobody's any more.
fn hour(party: u32, kill: u64) -> u64 {
    u64::from(party) * (KILLS + 2) + kill
}

pub(crate) async fn run(kind: Option<Kind>) {
    let Some(ground) = Ground::fresh(kind).await else { return };
    let (url, wallet, mut chance) = (ground.url(), Wallet::open().await, Chance::seeded());
    let mut charges = 0;
    for party in 0..scaled(PARTIES) {
        wallet.behaves(|_| Manner::Well);
        let guests = Party::gather(&url, &wallet, &mut chance, party).await;
        let mut told = BTreeSet::new();
        for kill in 0..KILLS {
            wallet.behaves(unruly(chance.fork()));
            let setup = Setup { stop: None, hours: hour(party, kill), time_limit: SHORT };
            // Each tries it twice at once.
            let joins: Vec<Join> = guests.joins.iter().flat_map(|join| [join.clone(), join.clone()]).collect();
            let mut child = Child::start(&url, wallet.address(), setup, &joins);
            let requests = chance.within(1..100) as usize;
            tokio::select! {
                () = wallet.asked(None, requests) => {}
                () = child.says(DONE) => {}
            }
            let said = child.kill().await;
            told.extend(said.into_iter().filter(|line| line.starts_with("seated ")));
        }
        wallet.behaves(|_| Manner::Well);
        wallet.let_the_late_come();
        let host = Host::on(&url, wallet.address().to_owned(), Setup::at_hour(hour(party, KILLS))).await;
        let sit = guests.comes_right(&host, &wallet).await;
        assert!(told.is_subset(&sit), "who was told of a seat has it: {told:?}, {sit:?}");
        everybody_else_joins(&host, &guests).await;
        let all = guests.comes_right(&host, &wallet).await;
        assert!(sit.is_subset(&all));
        charges = wallet.look(|books| books.entries.len());
        println!("{} sat when all was settled, {} in the end", sit.len(), all.len());
    }
    assert!(charges > 0, "some were charged");
    let (kills, database) =
        (u64::from(scaled(PARTIES)) * KILLS, kind.map_or("SQLite".to_owned(), |kind| kind.to_string()));
    println!("{kills} kills among {charges} charges of a wallet on {database}, 0 violations");
}

/// Whatever was refused by a lie, or cut off, can be had now, as far as there are seats and coins.
async fn everybody_else_joins(host: &Host, guests: &Party) {
    for (name, room) in &guests.joins {
        match host.join(name, *room).await {
            Ok(_) | Err(ChatError::Rejected(Rejection::RoomFull | Rejection::InsufficientCoins { .. })) => {}
            Err(error) => panic!("{name} to {room}: {error:?}"),
        }
    }
}
