//! The host's own rows and what the chat does, in one commit.

use std::sync::Arc;

use tokio_util::task::task_tracker::TaskTrackerToken;

use super::{
    admin::{Change, SetPrime},
    chat::{Chat, Inner},
    hook::Heard,
    room::{Create, Made},
    transaction::{Command, Tx},
    user::{MakeUser, RegisterUser},
};
use crate::{
    api::{ChangeCoins, ChangedCoins, CreateRoom, EnsureUser, Register, SignedIn},
    error::{ChatError, Rejection},
    model::{
        coin::Coins,
        operator::{Operator, Right},
        room::RoomView,
        session::Caller,
        user::{AdminUser, PasswordHash, User, UserId},
    },
    ports::{
        hook::{IntendedRoom, Verdict},
        store::{Attempt, AttemptId, StoreError, StoreTx},
    },
    rules::{self, operator::decide_operate},
};

/// A transaction of the host's, on the chat's store: what the chat does in it and the rows that the host writes on its
/// connection (`connection` of the store, as in `chat_sqlite::SqliteStore::connection`) are committed together or not at
/// all, and the chat's clients are told after the commit.
///
/// It holds locks until its end, so keep it short: what takes long is done before it begins ([`Chat::prepare_user`],
/// [`Chat::prepare_room`]). Where two that lock each other's users or rooms wait for each other, the database gives one of
/// them up: it fails with [`ChatError::Unavailable`], and may be begun again. After a rejection it may be used further;
/// after any other error it can only be dropped, which undoes all of it.
///
/// ```
/// use chat_core::{Chat, api::EnsureUser, error::ChatError, model::user::UserId};
///
/// # async fn sign_up(chat: &Chat, id: UserId) -> Result<(), ChatError> {
/// let mut tx = chat.begin().await?;
/// // Here your own rows, on `store.connection(&mut tx)`.
/// tx.ensure_user(EnsureUser::new(id)).await?;
/// tx.commit().await?;
/// # Ok(())
/// # }
/// ```
pub struct HostTransaction {
    chat: Arc<Inner>,
    attempt: Attempt,
    tx: Tx,
    /// Something failed in it, so that it must not be committed.
    broken: bool,
    /// The chat waits for it when it shuts down.
    _under_way: TaskTrackerToken,
}

/// A registration whose password is hashed.
#[derive(Debug)]
pub struct PreparedUser {
    register: Register,
    coins: Coins,
    password: PasswordHash,
}

/// A room whose password is hashed, and of which the host's hook was asked.
#[derive(Debug)]
pub struct PreparedRoom {
    create: CreateRoom,
    password: PasswordHash,
    heard: Heard<IntendedRoom, Verdict>,
    user: UserId,
}

impl Chat {
    /// Begins a transaction of the host's.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn begin(&self) -> Result<HostTransaction, ChatError> {
        let chat = Arc::clone(&self.0);
        let attempt = Attempt { id: AttemptId::new(), at: chat.clock.now() };
        let tx = chat.begin(attempt).await?;
        let _under_way = chat.tasks.token();
        Ok(HostTransaction { chat, attempt, tx, broken: false, _under_way })
    }

    /// Does of a registration what takes long.
    ///
    /// # Errors
    /// `Invalid` (`availCoins` over the maximum), `Overloaded`.
    pub async fn prepare_user(&self, register: Register) -> Result<PreparedUser, ChatError> {
        let coins = rules::user::decide_opening_balance(self.0.policy.starting_coins, register.coins)?;
        let password = self.0.passwords.hash(register.password.expose()).await?;
        Ok(PreparedUser { register, coins, password })
    }

    /// Does of making a room what takes long.
    ///
    /// # Errors
    /// `HookFailed`, `Overloaded`.
    pub async fn prepare_room(&self, caller: &Caller, create: CreateRoom) -> Result<PreparedRoom, ChatError> {
        let password = self.0.passwords.hash(create.password.expose()).await?;
        let user = caller.user.clone();
        let heard = if self.0.hooks.are_there() {
            let (name, capacity) = (create.name.clone(), create.capacity);
            let intended = IntendedRoom { owner: user.clone(), name, capacity };
            let verdict = self.0.hooks.before_create(&intended).await?;
            Some((intended, verdict))
        } else {
            None
        };
        Ok(PreparedRoom { create, password, heard, user })
    }
}

impl HostTransaction {
    /// Registers a user and signs them in. Hand the tokens out after the commit: before it they are good for nothing. A
    /// wallet of the host's is not asked while a transaction is open: `coins` is the balance of the chat's own ledger.
    ///
    /// # Errors
    /// `UserIdTaken`.
    pub async fn register(&mut self, user: PreparedUser) -> Result<SignedIn, ChatError> {
        let PreparedUser { register, coins, password } = user;
        let (user, session) = self.run(RegisterUser { register, coins, password }).await?;
        Ok(SignedIn { user, session: self.chat.tokens_of(&session)? })
    }

    /// The user of that id, made where there is none yet: one whom the host signs in. See
    /// [`Admin::ensure_user`](crate::api::Admin::ensure_user). A wallet of the host's is not asked while a transaction is
    /// open: `coins` is the balance of the chat's own ledger.
    ///
    /// # Errors
    /// `Invalid` (`coins` above zero, with a wallet of the host's); `UserIdTaken` by an id that differs in case alone.
    pub async fn ensure_user(&mut self, user: EnsureUser) -> Result<User, ChatError> {
        let id = user.id.clone();
        let coins = self.chat.host_opening_balance(user.coins)?;
        if let Some(made) = self.run(MakeUser { user, coins }).await? {
            return Ok(made);
        }
        let found = self.tx.lock_users([&id]).await;
        let [user] = self.whole(found)?;
        Ok(user.map(|locked| locked.user).ok_or(Rejection::UserIdTaken)?)
    }

    /// Makes somebody a prime member, or ends that.
    ///
    /// # Errors
    /// `NotAllowed`, `UserNotFound`.
    pub async fn set_prime(&mut self, by: &Operator, user: &UserId, prime: bool) -> Result<AdminUser, ChatError> {
        decide_operate(by, Right::Users)?;
        let seen = self.run(SetPrime { by: by.name().clone(), user: user.clone(), prime }).await?;
        Ok(self.chat.seen_by_operators(seen))
    }

    /// Grants coins, or takes them (R-COIN-03).
    ///
    /// # Errors
    /// As [`Admin::change_coins`](crate::api::Admin::change_coins).
    pub async fn change_coins(
        &mut self,
        by: &Operator,
        user: &UserId,
        change: ChangeCoins,
    ) -> Result<ChangedCoins, ChatError> {
        decide_operate(by, Right::Coins)?;
        self.run(Change { by: by.name().clone(), user: user.clone(), change }).await
    }

    /// Makes a room (R-ADM-01). `None` where its maker has made one under that client id before.
    ///
    /// # Errors
    /// `PrimeRequired`, `RefusedByHost`.
    pub async fn create_room(&mut self, room: PreparedRoom) -> Result<Option<RoomView>, ChatError> {
        let PreparedRoom { create, password, heard, user } = room;
        match self.run(Create { user, create, password, heard }).await? {
            Made::Now(room) => Ok(Some(*room)),
            Made::Before(_) => Ok(None),
            Made::Ask(_) => Err(ChatError::Internal("the host was asked of a room other than the one made".into())),
        }
    }

    /// The store's transaction, for its own crate to find the connection in.
    pub fn store(&mut self) -> &mut dyn StoreTx {
        self.tx.store()
    }

    /// Commits, and then tells who is to be told; also where nobody waits for it any more.
    ///
    /// # Errors
    /// Those of the store. After `UnknownOutcome` it may or may not have happened; after any other error nothing has.
    pub async fn commit(self) -> Result<(), ChatError> {
        let Self { chat, attempt, tx, broken, _under_way } = self;
        if broken {
            tx.rollback().await?;
            return Err(ChatError::Internal("a transaction that had failed was to be committed".into()));
        }
        let tasks = chat.tasks.clone();
        let commit = tasks.spawn(async move { chat.commit(attempt.id, tx).await });
        commit
            .await
            .unwrap_or_else(|_| Err(ChatError::UnknownOutcome(StoreError::Unknown("the commit was ended".into()))))
    }

    /// Undoes all of it, and answers when that is done.
    ///
    /// # Errors
    /// Those of the store; undone it is in any case.
    pub async fn rollback(self) -> Result<(), ChatError> {
        Ok(self.tx.rollback().await?)
    }

    async fn run<C: Command>(&mut self, command: C) -> Result<C::Answer, ChatError> {
        let done = command.run(&self.chat, &mut self.tx).await;
        self.whole(done)
    }

    fn whole<T>(&mut self, done: Result<T, ChatError>) -> Result<T, ChatError> {
        self.broken |= done.as_ref().is_err_and(|failed| failed.rejection().is_none());
        done
    }
}
