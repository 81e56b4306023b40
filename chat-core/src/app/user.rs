use std::sync::Arc;

use async_trait::async_trait;

use super::{
    chat::{Chat, Inner},
    session::new_session,
    transaction::{Command, Tx},
};
use crate::{
    api::{EnsureUser, Register, SignedIn, UpdateUser, Users},
    error::{ChatError, Rejection},
    model::{
        coin::{Amount, CoinKind, Coins},
        session::{Caller, Session},
        user::{PasswordHash, Profile, Relation, Standing, User, UserId},
    },
    ports::store::{NewCoinEntry, NewUser, StoreError, Ties, Unique},
    rules::{self, block::is_hidden},
};

#[async_trait]
impl Users for Chat {
    async fn register(&self, register: Register) -> Result<SignedIn, ChatError> {
        let chat = &self.0;
        let coins = rules::user::decide_opening_balance(chat.policy.starting_coins, register.coins)?;
        let password = chat.passwords.hash(register.password.expose()).await?;
        let in_wallet = chat.in_wallet(&register.user_id).await?;
        let (user, session) = chat.execute(RegisterUser { register, coins, password }).await?;
        Ok(SignedIn { user: user.holding(in_wallet), session: chat.tokens_of(&session)? })
    }

    async fn me(&self, caller: &Caller) -> Result<User, ChatError> {
        let user = self.0.user(&caller.user).await?;
        self.0.with_coins(user).await
    }

    async fn update_me(&self, caller: &Caller, update: UpdateUser) -> Result<User, ChatError> {
        let in_wallet = self.0.in_wallet(&caller.user).await?;
        Ok(self.0.execute(Update { user: caller.user.clone(), update }).await?.holding(in_wallet))
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

    /// With how many coins of the chat's a user of the host's begins.
    pub(super) fn host_opening_balance(&self, given: Option<Coins>) -> Result<Coins, Rejection> {
        rules::user::decide_host_opening_balance(self.policy.starting_coins, given, self.wallet.is_some())
    }

    /// The user of that id, made where there is none yet, with the coins that the chat's ledger has for them.
    pub(super) async fn ensure(self: &Arc<Self>, user: EnsureUser) -> Result<User, ChatError> {
        let coins = self.host_opening_balance(user.coins)?;
        if let Some(known) = self.store.user(&user.id).await? {
            return Ok(known);
        }
        let id = user.id.clone();
        if let Some(made) = self.execute(MakeUser { user, coins }).await? {
            return Ok(made);
        }
        // Whoever was first has committed, or the id would not have been taken: a plain read finds them, without the
        // lock that two who lost against the same one would have to wait for each other to give up.
        Ok(self.store.user(&id).await?.ok_or(Rejection::UserIdTaken)?)
    }
}

/// How somebody stands to the one from whom these ties are seen (R-PRO-01, R-FRI-04).
fn relation(ties: &Ties) -> Relation {
    if ties.friends {
        Relation::Friend
    } else if ties.sent.is_some() {
        Relation::RequestSent
    } else if ties.received.as_ref().is_some_and(|received| !is_hidden(received.state, ties.blocks)) {
        Relation::RequestReceived
    } else {
        Relation::None
    }
}

pub(super) struct RegisterUser {
    pub(super) register: Register,
    pub(super) coins: Coins,
    pub(super) password: PasswordHash,
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
        let user = tx.open(user, self.coins).await?.ok_or(Rejection::UserIdTaken)?;
        let session = new_session(user_id, device, tx.now);
        tx.insert_session(&session).await?;
        Ok((user, session))
    }
}

/// Makes a user of the host's; `None` where the id is taken, perhaps by a user of that very id.
pub(super) struct MakeUser {
    pub(super) user: EnsureUser,
    pub(super) coins: Coins,
}

#[async_trait]
impl Command for MakeUser {
    type Answer = Option<User>;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        let EnsureUser { id, name, phone, .. } = self.user.clone();
        let user = NewUser { id, name, phone, password: None, created_at: tx.now };
        tx.open(user, self.coins).await
    }
}

impl Tx {
    /// Inserts a user with the opening entry of their ledger (R-ACC-04); `None` where the id is taken.
    async fn open(&mut self, user: NewUser, coins: Coins) -> Result<Option<User>, ChatError> {
        match self.insert_user(&user).await {
            Err(StoreError::Taken(Unique::UserId)) => return Ok(None),
            inserted => inserted?,
        }
        let opening = NewCoinEntry {
            amount: Amount::credit(coins),
            kind: CoinKind::Opening,
            reason: None,
            balance_after: coins,
            room: None,
            key: None,
            at: self.now,
        };
        self.append_coin_entry(&user.id, &opening).await?;
        let NewUser { id, name, phone, created_at, .. } = user;
        Ok(Some(User { id, name, phone, prime: false, coins, standing: Standing::Active, created_at }))
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
