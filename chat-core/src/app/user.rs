use std::sync::Arc;

use async_trait::async_trait;

use super::{
    chat::{Chat, Inner},
    session::new_session,
    transaction::{Command, Tx},
};
use crate::{
    api::{Register, SignedIn, UpdateUser, Users},
    error::{ChatError, Rejection},
    model::{
        coin::{Amount, CoinKind, Coins},
        session::{Caller, Session},
        user::{PasswordHash, Profile, Relation, Standing, User, UserId},
    },
    ports::store::{NewCoinEntry, NewUser, StoreError, Ties, Unique},
    rules,
};

#[async_trait]
impl Users for Chat {
    async fn register(&self, register: Register) -> Result<SignedIn, ChatError> {
        let chat = &self.0;
        let coins = rules::user::decide_opening_balance(chat.policy.starting_coins, register.coins)?;
        let password = chat.passwords.hash(register.password.expose()).await?;
        let (user, session) = chat.execute(RegisterUser { register, coins, password }).await?;
        Ok(SignedIn { user, session: chat.tokens_of(&session)? })
    }

    async fn me(&self, caller: &Caller) -> Result<User, ChatError> {
        self.0.user(&caller.user).await
    }

    async fn update_me(&self, caller: &Caller, update: UpdateUser) -> Result<User, ChatError> {
        self.0.execute(Update { user: caller.user.clone(), update }).await
    }

    async fn profile(&self, caller: &Caller, user: &UserId) -> Result<Profile, ChatError> {
        let seen = self.0.user(user).await?;
        if seen.standing == Standing::Erased {
            return Err(Rejection::UserNotFound.into());
        }
        let relation = if caller.user == *user {
            Relation::Oneself
        } else {
            relation(&self.0.store.ties(&caller.user, user).await?)
        };
        Ok(Profile { id: seen.id, name: seen.name, prime: seen.prime, created_at: seen.created_at, relation })
    }
}

impl Inner {
    pub(super) async fn user(self: &Arc<Self>, id: &UserId) -> Result<User, ChatError> {
        Ok(self.store.user(id).await?.ok_or(Rejection::UserNotFound)?)
    }
}

const fn relation(ties: &Ties) -> Relation {
    if ties.friends {
        Relation::Friend
    } else if ties.sent.is_some() {
        Relation::RequestSent
    } else if ties.received.is_some() {
        Relation::RequestReceived
    } else {
        Relation::None
    }
}

struct RegisterUser {
    register: Register,
    coins: Coins,
    password: PasswordHash,
}

#[async_trait]
impl Command for RegisterUser {
    type Answer = (User, Session);

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        let Register { user_id, device, name, phone, .. } = &self.register;
        let user = NewUser {
            id: user_id.clone(),
            name: name.clone(),
            phone: Some(phone.clone()),
            password: Some(self.password.clone()),
            created_at: tx.now,
        };
        match tx.insert_user(&user).await {
            Err(StoreError::Taken(Unique::UserId)) => return Err(Rejection::UserIdTaken.into()),
            inserted => inserted?,
        }
        let opening = NewCoinEntry {
            amount: Amount::credit(self.coins),
            kind: CoinKind::Opening,
            reason: None,
            balance_after: self.coins,
            room: None,
            key: None,
            at: tx.now,
        };
        tx.append_coin_entry(user_id, &opening).await?;
        let session = new_session(user_id, device, tx.now);
        tx.insert_session(&session).await?;
        let user = User {
            id: user.id,
            name: user.name,
            phone: user.phone,
            prime: false,
            coins: self.coins,
            standing: Standing::Active,
            created_at: user.created_at,
        };
        Ok((user, session))
    }
}

struct Update {
    user: UserId,
    update: UpdateUser,
}

#[async_trait]
impl Command for Update {
    type Answer = User;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<User, ChatError> {
        let mut user = tx.lock_actor(&self.user).await?.user;
        if let Some(name) = &self.update.name {
            user.name = name.clone();
        }
        if let Some(phone) = &self.update.phone {
            user.phone = Some(phone.clone());
        }
        tx.set_profile(&user.id, &user.name, user.phone.as_ref()).await?;
        Ok(user)
    }
}
