//! The server is killed, its database is killed, and the connection between them is cut, at random moments under load, again
//! and again on the same rooms and users: what was acknowledged is there once and in order, what nobody knows is wholly
//! there or not at all, and repeating it does it once.
//!
//! A run shows its seed when it fails; `CHAT_TEST_SEED` repeats it as far as timing allows, `CHAT_TEST_SCALE` multiplies
//! the number of cycles.

mod check;
mod command;
mod load;
mod party;
mod person;
mod progress;
mod proxy;
mod room;

use std::sync::Arc;

use chat_proofs::scale::scaled;
use chat_test_databases::{Database, Server as DatabaseServer};
use chat_tests::{Kind, Server, chance::Chance};
use check::{check, check_everything};
use party::{Party, Running};
use progress::{Moment, Progress};
use proxy::{Cut, Proxy};

/// How often each is killed or cut.
const CYCLES: u32 = 20;
/// How often on MySQL, which begins again slowly, and differs from MariaDB in little that matters here.
const CYCLES_ON_MYSQL: u32 = 5;
/// How many answers show that the load goes on after a cut.
const GOES_ON: u32 = 20;
/// Sessions outlive a soak, and one address loads the server.
const FLAGS: [&str; 4] = ["--access-ttl", "30d", "--rate-limits", "off"];

/// One test: everything that lives on over its cycles.
struct Driver {
    chance: Chance,
    progress: Arc<Progress>,
    server: Server,
    party: Party,
}

impl Driver {
    async fn at(url: &str, progress: Arc<Progress>) -> Self {
        let chance = Chance::seeded();
        let server = Server::at(url, &FLAGS).await;
        let party = Party::gather(&server).await;
        Self { chance, progress, server, party }
    }

    async fn begin(&mut self) -> Running {
        self.party.open_a_door().await;
        self.party.begin(&self.server, &self.progress, &mut self.chance).await
    }

    /// The load is over: all is as it was told, before and after what is in doubt is repeated.
    async fn check(&mut self) {
        check(&mut self.party).await;
        if self.party.settle().await {
            check(&mut self.party).await;
        }
    }

    /// The server lives, so every command got an answer.
    fn assert_answered(&self) {
        assert!(self.party.people.iter().all(|person| !person.lost), "a connection broke to a server that lives");
    }

    async fn kill_the_server_again_and_again(mut self, cycles: u32, has_proxy: bool) {
        for cycle in 0..scaled(cycles) {
            let moment = Moment::any(&mut self.chance, has_proxy);
            println!("cycle {cycle}: {moment:?}");
            let running = self.begin().await;
            self.progress.reached(moment).await;
            self.server.kill();
            self.party.end(running).await;
            self.server.restart().await;
            self.party.clients = Arc::new(self.party.clients.at(&self.server));
            self.check().await;
        }
        check_everything(&mut self.party).await;
    }

    async fn kill_the_database_again_and_again(mut self, cycles: u32, database: &DatabaseServer) {
        for cycle in 0..scaled(cycles) {
            let moment = Moment::any(&mut self.chance, true);
            println!("cycle {cycle}: {moment:?}");
            let running = self.begin().await;
            self.progress.reached(moment).await;
            database.kill().await;
            database.restart().await;
            self.progress.stop();
            self.party.end(running).await;
            self.assert_answered();
            self.check().await;
        }
        check_everything(&mut self.party).await;
    }

    async fn cut_around_commits(mut self, cycles: u32, proxy: &Proxy) {
        for cycle in 0..scaled(cycles) {
            let running = self.begin().await;
            for cut in [Cut::Before, Cut::After] {
                let commits = self.chance.within(0..40);
                println!("cycle {cycle}: {cut:?} the commit after {commits} others");
                proxy.cut(cut, commits).await;
            }
            let answers = self.progress.answers();
            self.progress.reached(Moment::Answered(answers + GOES_ON)).await;
            self.progress.stop();
            self.party.end(running).await;
            self.assert_answered();
            self.check().await;
        }
        check_everything(&mut self.party).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_03_what_was_acknowledged_outlives_each_kill_of_the_server_on_sqlite() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("chat.db").display());
    Driver::at(&url, Arc::new(Progress::new())).await.kill_the_server_again_and_again(CYCLES, false).await;
    println!("{} kills of the server on SQLite, 0 violations", scaled(CYCLES));
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_03_what_was_acknowledged_outlives_each_kill_of_the_server_on_mariadb() {
    kill_the_server_on(Kind::MariaDb, CYCLES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_03_what_was_acknowledged_outlives_each_kill_of_the_server_on_mysql() {
    kill_the_server_on(Kind::MySql, CYCLES_ON_MYSQL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_03_what_was_acknowledged_outlives_each_kill_of_mariadb() {
    kill_the_database(Kind::MariaDb, CYCLES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_03_what_was_acknowledged_outlives_each_kill_of_mysql() {
    kill_the_database(Kind::MySql, CYCLES_ON_MYSQL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r_adm_09_what_was_cut_off_at_its_commit_on_mariadb_is_done_once_or_not_at_all() {
    cut_around_commits(Kind::MariaDb, CYCLES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r_adm_09_what_was_cut_off_at_its_commit_on_mysql_is_done_once_or_not_at_all() {
    cut_around_commits(Kind::MySql, CYCLES_ON_MYSQL).await;
}

async fn kill_the_server_on(kind: Kind, cycles: u32) {
    let Some(database) = Database::fresh(kind).await else { return };
    let progress = Arc::new(Progress::new());
    let proxy = Proxy::before(database.url(), &progress).await;
    Driver::at(proxy.url(), progress).await.kill_the_server_again_and_again(cycles, true).await;
    println!("{} kills of the server on {kind}, 0 violations", scaled(cycles));
}

async fn kill_the_database(kind: Kind, cycles: u32) {
    let Some(database) = DatabaseServer::private(kind).await else { return };
    let progress = Arc::new(Progress::new());
    let proxy = Proxy::before(database.url(), &progress).await;
    Driver::at(proxy.url(), progress).await.kill_the_database_again_and_again(cycles, &database).await;
    println!("{} kills of {kind}, 0 violations", scaled(cycles));
}

async fn cut_around_commits(kind: Kind, cycles: u32) {
    let Some(database) = Database::fresh(kind).await else { return };
    let progress = Arc::new(Progress::new());
    let proxy = Proxy::before(database.url(), &progress).await;
    Driver::at(proxy.url(), progress).await.cut_around_commits(cycles, &proxy).await;
    println!("{} commits cut off on {kind}, 0 violations", 2 * scaled(cycles));
}
