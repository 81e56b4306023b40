use async_trait::async_trait;

use super::{
    chat::{Chat, Inner},
    transaction::{Command, Tx},
};
use crate::{
    api::{Admin, ChangeCoins, ChangedCoins, EnsureUser},
    error::{ChatError, Rejection},
    model::user::{User, UserId},
    planted::Planted,
    ports::store::NewCoinEntry,
    rules::{self, coin::CoinChange},
};

#[async_trait]
impl Admin for Chat {
    async fn ensure_user(&self, user: EnsureUser) -> Result<User, ChatError> {
        self.0.ensure(user).await
    }

    async fn find_user(&self, user: &UserId) -> Result<User, ChatError> {
        self.0.user(user).await
    }

    async fn set_prime(&self, user: &UserId, prime: bool) -> Result<User, ChatError> {
        self.0.execute(SetPrime { user: user.clone(), prime }).await
    }

    async fn change_coins(&self, user: &UserId, change: ChangeCoins) -> Result<ChangedCoins, ChatError> {
        self.0.execute(Change { user: user.clone(), change }).await
    }
}

struct SetPrime {
    user: UserId,
    prime: bool,
}

#[async_trait]
impl Command for SetPrime {
    type Answer = User;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<User, ChatError> {
        let [user] = tx.lock_users([&self.user]).await?;
        let mut user = user.ok_or(Rejection::UserNotFound)?.user;
        tx.set_prime(&self.user, self.prime).await?;
        user.prime = self.prime;
        Ok(user)
    }
}

struct Change {
    user: UserId,
    change: ChangeCoins,
}

#[async_trait]
impl Command for Change {
    type Answer = ChangedCoins;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<ChangedCoins, ChatError> {
        let [user] = tx.lock_users([&self.user]).await?;
        let user = user.ok_or(Rejection::UserNotFound)?.user;
        let ChangeCoins { amount, reason, key } = &self.change;
        let seen = tx.coin_entry_by_key(&self.user, key).await?;
        let ignored = Planted::CoinKeyIgnored.is_on() && seen.is_some();
        let seen = seen.filter(|_| !ignored);
        let decided = rules::coin::decide_change(user.coins, *amount, reason, seen.as_ref())?;
        match (decided, seen) {
            (CoinChange::Repeat, Some(entry)) => Ok(ChangedCoins { entry, repeated: true }),
            (CoinChange::Apply { kind, balance_after }, _) => {
                let entry = NewCoinEntry {
                    amount: *amount,
                    kind,
                    reason: Some(reason.clone()),
                    balance_after,
                    room: None,
                    key: (!ignored).then(|| key.clone()),
                    at: tx.now,
                };
                let entry = tx.append_coin_entry(&self.user, &entry).await?;
                Ok(ChangedCoins { entry, repeated: false })
            }
            (CoinChange::Repeat, None) => Err(ChatError::Internal("an entry was repeated that was not seen".into())),
        }
    }
}
