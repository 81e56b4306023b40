//! Sixty users write, change, come and go in twenty rooms, over connections that are cut, torn, halved, delayed and
//! overtaken, to a server that is killed now and then: in the end each application knows each of its rooms as the log has
//! it, has been told each event once and in order, and what was acknowledged is in the log once.
//!
//! `CHAT_TEST_SEED` repeats who does what and what becomes of each connection, by its number; which number a connection
//! gets, timing decides. `CHAT_TEST_SCALE` multiplies the number of messages and of kills.

mod chaos;
mod person;
mod plan;
mod town;
mod verdict;
mod witness;

use chat_proofs::scale::scaled;
use chat_tests::{Kind, StoreKind};
use town::Town;

/// How many messages are sent in all.
const MESSAGES: u32 = 5000;
/// How often the server is killed meanwhile.
const KILLS: u32 = 3;

async fn torture(kind: StoreKind) {
    let Some(mut town) = Town::gather(kind).await else { return };
    let (messages, kills) = (scaled(MESSAGES), scaled(KILLS));
    town.run(messages, kills).await;
    let told = town.judge().await;
    println!("{told}, {kills} kills of the server on {kind}, 0 violations");
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_09_each_application_knows_its_rooms_as_the_log_has_them_on_sqlite() {
    torture(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_09_each_application_knows_its_rooms_as_the_log_has_them_on_mariadb() {
    torture(StoreKind::Database(Kind::MariaDb)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r_msg_09_each_application_knows_its_rooms_as_the_log_has_them_on_mysql() {
    torture(StoreKind::Database(Kind::MySql)).await;
}
