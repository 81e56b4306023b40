//! Coins of the host's, in a wallet that is a server of its own. The process that embeds the chat is killed at each step of
//! a charge, and at random moments among many, while the wallet answers late, twice, wrongly or not at all: in the end
//! nobody has paid without a seat, nobody sits without having paid, and no coins are set aside for ever.
//!
//! A run shows its seed when it fails; `CHAT_TEST_SEED` repeats it as far as timing allows, `CHAT_TEST_SCALE` multiplies
//! the number of kills.

mod books;
mod child;
mod client;
mod host;
mod overtaken;
mod server;
mod steps;
mod storm;

use chat_test_databases::Kind;

/// Lives only as the child of the other tests.
#[tokio::test(flavor = "multi_thread")]
async fn the_host_that_is_killed() {
    child::live().await;
}

macro_rules! on_each {
    ($($test:ident is $name:ident on $kind:expr;)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            $test::run($kind).await;
        })*
    };
}

on_each! {
    steps is r_adm_09_killed_at_each_step_of_a_charge_on_sqlite on None;
    steps is r_adm_09_killed_at_each_step_of_a_charge_on_mariadb on Some(Kind::MariaDb);
    steps is r_adm_09_killed_at_each_step_of_a_charge_on_mysql on Some(Kind::MySql);
    overtaken is r_adm_09_what_was_given_up_meanwhile_takes_no_seat_on_sqlite on None;
    overtaken is r_adm_09_what_was_given_up_meanwhile_takes_no_seat_on_mariadb on Some(Kind::MariaDb);
    overtaken is r_adm_09_what_was_given_up_meanwhile_takes_no_seat_on_mysql on Some(Kind::MySql);
    storm is r_adm_09_killed_among_many_charges_of_an_unruly_wallet_on_sqlite on None;
    storm is r_adm_09_killed_among_many_charges_of_an_unruly_wallet_on_mariadb on Some(Kind::MariaDb);
    storm is r_adm_09_killed_among_many_charges_of_an_unruly_wallet_on_mysql on Some(Kind::MySql);
}
