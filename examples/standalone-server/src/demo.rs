//! Demo mode: sample accounts, so that whoever tries the server has somebody to be.

use std::net::SocketAddr;

use chat_core::{
    Chat,
    api::{Admin, Register, Users},
    error::{ChatError, Rejection},
    model::{
        coin::Coins,
        operator::Operator,
        session::DeviceId,
        text::Name,
        user::{Password, Phone, Standing, UserId},
    },
    ports::store::{Store, StoreError},
};

use serde_json::{Value, json};

use crate::failure::Failure;

/// A sample account.
struct Sample {
    id: &'static str,
    name: &'static str,
    phone: &'static str,
    prime: bool,
    coins: i64,
}

const SAMPLES: [Sample; 4] = [
    Sample { id: "alice", name: "Alice", phone: "+15550100001", prime: true, coins: 0 },
    Sample { id: "bob", name: "Bob", phone: "+15550100002", prime: true, coins: 0 },
    Sample { id: "carol", name: "Carol", phone: "+15550100003", prime: false, coins: 150 },
    Sample { id: "dave", name: "Dave", phone: "+15550100004", prime: false, coins: 0 },
];

/// Everybody's password.
const PASSWORD: &str = "demo-password";

/// The setting that marks a store as the demo's.
const MARK: &str = "demo";
/// The setting's value once all sample accounts were made.
const READY: &str = "demo_accounts";

/// Makes the sample accounts that are not there yet. The store is marked before the first is made, so that it can
/// never be taken for one without.
pub(crate) async fn make_samples(chat: &Chat, store: &dyn Store) -> Result<(), Failure> {
    store.setting_or_insert(MARK, "yes").await?;
    if store.setting(READY).await?.is_some() {
        return Ok(());
    }
    for sample in SAMPLES {
        make_sample(chat, &sample).await.map_err(Failure::Samples)?;
    }
    store.setting_or_insert(READY, "yes").await?;
    Ok(())
}

async fn make_sample(chat: &Chat, sample: &Sample) -> Result<(), ChatError> {
    let refused = |field| move |fault: chat_core::error::Fault| ChatError::from(Rejection::invalid(field, fault));
    let id = UserId::parse(sample.id).map_err(refused("userId"))?;
    let register = Register {
        user_id: id.clone(),
        device: DeviceId::parse("demo").map_err(refused("deviceId"))?,
        name: Name::parse(sample.name).map_err(refused("name"))?,
        phone: Phone::parse(sample.phone).map_err(refused("phone"))?,
        coins: Coins::new(sample.coins).unwrap_or(Coins::ZERO),
        password: Password::parse(PASSWORD).map_err(refused("password"))?,
    };
    match chat.register(register).await {
        // Made by an earlier start that did not get to the end.
        Ok(_) | Err(ChatError::Rejected(Rejection::UserIdTaken)) => {}
        Err(error) => return Err(error),
    }
    chat.set_prime(&Operator::host(), &id, sample.prime).await.map(drop)
}

/// Whether a store has sample accounts, whose password everybody knows, that could still sign in.
pub(crate) async fn has_samples(store: &dyn Store) -> Result<bool, StoreError> {
    if store.setting(MARK).await?.is_none() {
        return Ok(false);
    }
    for sample in SAMPLES {
        let Ok(id) = UserId::parse(sample.id) else { continue };
        if store.user(&id).await?.is_some_and(|user| user.standing != Standing::Erased) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The sample accounts, as the page to chat in offers them.
pub(crate) fn told() -> Value {
    let account = |Sample { id, name, prime, coins, .. }: &Sample| json!({ "userId": id, "name": name, "prime": prime, "coins": coins });
    json!({ "password": PASSWORD, "accounts": SAMPLES.iter().map(account).collect::<Vec<_>>() })
}

/// How to begin, for whoever has just started the demo.
pub(crate) fn greeting(address: SocketAddr, admin_token: &str) -> String {
    format!(
        r#"
The chat runs as a demo, for this machine alone.

  Chat in the browser     http://{address}/
  Try the operations      http://{address}/api/docs
  The contract            http://{address}/api/openapi.json

Sign in as alice or bob (prime members, who make rooms), carol (150 coins) or dave (none); the password of each
is {PASSWORD}:

  curl -s http://{address}/api/login -H 'Content-Type: application/json' \
    -d '{{"userId":"alice","deviceId":"laptop","password":"{PASSWORD}"}}'

The operator's token for http://{address}/admin is {admin_token}
"#
    )
}
