//! A shop that sells coins: an order, the user whom it makes, and their coins are in the database together or not at all.
//!
//! Reads orders from its standard input, `USER COINS NUMBER` a line, and answers each with `paid NUMBER: BALANCE` once it
//! is committed. The same number again is the same order.

use std::{env, error::Error, io::stdin};

use chat_core::api::{ChangeCoins, EnsureUser};
use chat_core::model::coin::{Amount, CoinKey, Coins, Reason};
use chat_core::model::{operator::Operator, user::UserId};
use chat_core::{Chat, Secrets};
use chat_sqlite::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};

type Fault = Box<dyn Error + Send + Sync>;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS orders (number TEXT PRIMARY KEY, buyer TEXT NOT NULL, coins INTEGER)";

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let file = SqliteConnectOptions::new().filename(env::var("SHOP_FILE")?).create_if_missing(true);
    let pool = SqlitePool::connect_with(file.journal_mode(SqliteJournalMode::Wal)).await?;
    sqlx::raw_sql(TABLE).execute(&pool).await?;
    let store = SqliteStore::from_pool(pool); // Or, on a MySqlPool, MySqlStore.
    store.migrate().await?;
    let chat = Chat::builder(store.clone()).secrets(Secrets::random()?).build().await?;
    for line in stdin().lines() {
        let line = line?;
        let [buyer, coins, number] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err("USER COINS NUMBER".into());
        };
        let balance = sell(&chat, &store, buyer, coins.parse()?, number).await?;
        println!("paid {number}: {balance}");
    }
    Ok(())
}

/// Sells coins to a user, and answers how many they have then.
async fn sell(chat: &Chat, store: &SqliteStore, buyer: &str, coins: i64, number: &str) -> Result<i64, Fault> {
    let user = UserId::parse(buyer).map_err(|fault| fault.to_string())?;
    let coins = Coins::new(coins).ok_or("so many coins there are not")?;
    let mut tx = chat.begin().await?;
    let order = sqlx::query("INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    let order = order.bind(number).bind(buyer).bind(coins.get());
    order.execute(store.connection(&mut tx).await?).await?;
    tx.ensure_user(EnsureUser::new(user.clone())).await?;
    let key = CoinKey::parse(number).map_err(|fault| fault.to_string())?;
    let reason = Reason::parse("bought in the shop").map_err(|fault| fault.to_string())?;
    let change = ChangeCoins { amount: Amount::credit(coins), reason, key };
    let changed = tx.change_coins(&Operator::host(), &user, change).await?;
    tx.commit().await?;
    Ok(changed.entry.balance_after.get())
}
