//! Users (R-ACC, R-PRO).

use std::collections::BTreeMap;

use chat_core::{
    error::Rejection,
    model::{
        coin::{CoinKind, Coins},
        friend::RequestState,
        text::Name,
        user::{Phone, Profile, Relation, Standing, User, UserId},
    },
};

use super::{Account, World};
use crate::{
    answer::{Answer, Reply, invalid},
    command::Tag,
    words::{name, phone},
};

impl World {
    pub(super) fn register(&mut self, tag: Tag, user: &UserId, device: u8, coins: i64, password: u8) -> Answer {
        if 1_000_000 < coins {
            return Err(invalid());
        }
        self.open(user, name(0), Some(phone()), coins, Some(password))?;
        let tokens = self.sign_in(tag, user, device);
        Ok(Reply::SignedIn(self.account(user)?.user.clone(), tokens))
    }

    pub(super) fn ensure_user(&mut self, user: &UserId, coins: Option<i64>) -> Answer {
        if !self.accounts.contains_key(user) {
            self.open(user, name(2), None, coins.unwrap_or(0), None)?;
        }
        Ok(Reply::User(self.account(user)?.user.clone()))
    }

    fn open(
        &mut self,
        user: &UserId,
        name: Name,
        phone: Option<Phone>,
        coins: i64,
        password: Option<u8>,
    ) -> Result<(), Rejection> {
        if self.accounts.keys().any(|taken| taken.folded() == user.folded()) {
            return Err(Rejection::UserIdTaken);
        }
        let account = Account {
            user: User {
                id: user.clone(),
                name,
                phone,
                prime: false,
                coins: Coins::ZERO,
                standing: Standing::Active,
                created_at: self.now,
            },
            password,
            suspended_reason: None,
            erased_at: None,
            entries: Vec::new(),
            admissions: BTreeMap::new(),
            made: BTreeMap::new(),
        };
        self.accounts.insert(user.clone(), account);
        self.enter(user, coins, CoinKind::Opening, None, None)?;
        Ok(())
    }

    pub(super) fn update_me(&mut self, user: &UserId, to: u8) -> Answer {
        self.acting(user)?;
        let account = self.account_mut(user)?;
        account.user.name = name(to);
        Ok(Reply::User(account.user.clone()))
    }

    pub(super) fn profile(&self, user: &UserId, other: &UserId) -> Answer {
        let User { id, name, prime, created_at, standing, .. } = self.account(other)?.user.clone();
        if standing == Standing::Erased {
            return Err(Rejection::UserNotFound);
        }
        let open = |from: &UserId, to: &UserId| {
            let mut requests = self.requests.values();
            requests.any(|request| request.state == RequestState::Open && request.from == *from && request.to == *to)
        };
        let relation = if user == other {
            Relation::Oneself
        } else if self.are_friends(user, other) {
            Relation::Friend
        } else if open(user, other) {
            Relation::RequestSent
        } else if open(other, user) && !self.does_block(user, other) {
            Relation::RequestReceived
        } else {
            Relation::None
        };
        Ok(Reply::Profile(Profile { id, name, prime, created_at, relation }))
    }
}
