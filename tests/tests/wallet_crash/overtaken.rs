//! A wallet so late that another process has given the charge up before it answers: what it says then takes no seat.

use std::time::Duration;

use chat_test_databases::Kind;

use super::{
    books::{Held, Step},
    child::{Child, seated},
    host::{Ground, Host, PRICE, Setup},
    server::{Manner, Wallet},
};

const NAME: &str = "dave";

pub(crate) async fn run(kind: Option<Kind>) {
    let Some(ground) = Ground::fresh(kind).await else { return };
    let (url, wallet) = (ground.url(), Wallet::open().await);
    wallet.give(NAME, PRICE + 50);
    let host = async |hours| Host::on(&url, wallet.address().to_owned(), Setup::at_hour(hours)).await;
    let before = host(0).await;
    let (elsewhere, tea) = (before.room().await, before.room().await);
    before.paying(NAME, elsewhere).await;
    drop(before);

    let mut reservations = 0;
    wallet.behaves(move |asked| {
        reservations += usize::from(asked == Step::Reserve);
        if asked == Step::Reserve && reservations == 1 { Manner::Gated } else { Manner::Well }
    });
    let setup = Setup { stop: None, hours: 0, time_limit: Duration::from_mins(5) };
    let join = (NAME.to_owned(), tea);
    let mut child = Child::start(&url, wallet.address(), setup, std::slice::from_ref(&join));
    wallet.asked(Some(Step::Reserve), 1).await;
    let other = host(1).await;
    assert!(!other.comes_right(&wallet, NAME, tea).await, "given up, and given back");
    assert_eq!(wallet.look(|books| books.coins[NAME]), PRICE + 50);

    // The answer comes at last, and counts for nothing: it takes another charge to get in.
    wallet.open_the_gate();
    child.says(&seated(&join)).await;
    child.kill().await;
    let after = host(2).await;
    assert!(after.comes_right(&wallet, NAME, tea).await);
    let room = tea.to_string();
    let count = |held| wallet.look(|books| books.count(NAME, &room, held));
    assert_eq!((count(Held::Released), count(Held::Captured)), (1, 1));
    assert_eq!(wallet.look(|books| books.coins[NAME]), 50);
}
