use async_trait::async_trait;
use chat_core::{
    model::{
        text::Name,
        user::{PasswordHash, Phone, User, UserId},
    },
    ports::store::{Credentials, LockedUser, NewUser, StoreError, Unique, UserStore, UserTx},
};
use chat_sql::{credentials, locked_user, row::Columns};

use crate::{
    MySqlStore,
    error::taken,
    literal::{Value, statement},
    tx::MySqlTx,
};

const USER: &str = "
SELECT user_id, name, phone, password_hash, prime, coins, standing, created_at
FROM chat_users
WHERE user_id = ?";

const CREDENTIALS: &str = "SELECT user_id, password_hash, standing FROM chat_users WHERE user_id = ?";

#[async_trait]
impl UserStore for MySqlStore {
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let row = self.row(USER, &[id.into()]).await?;
        Ok(row.as_ref().map(locked_user).transpose()?.map(|locked| locked.user))
    }

    async fn credentials(&self, id: &UserId) -> Result<Option<Credentials>, StoreError> {
        self.row(CREDENTIALS, &[id.into()]).await?.as_ref().map(credentials).transpose()
    }
}

const LOCK_USER: &str = "
SELECT user_id, name, phone, password_hash, prime, coins, entries, standing, created_at
FROM chat_users
WHERE user_id = ?
FOR UPDATE";

const INSERT_USER: &str = "
INSERT INTO chat_users (user_id, folded, name, phone, password_hash, created_at)
VALUES (?, ?, ?, ?, ?, ?)";

const SET_PROFILE: &str = "UPDATE chat_users SET name = ?, phone = ? WHERE user_id = ?";
const SET_PASSWORD: &str = "UPDATE chat_users SET password_hash = ? WHERE user_id = ?";
const SET_PRIME: &str = "UPDATE chat_users SET prime = ? WHERE user_id = ?";

#[async_trait]
impl UserTx for MySqlTx {
    /// In one round trip: the server runs the statements one after another, and so locks in the order given.
    async fn lock_users(&mut self, ids: &[&UserId]) -> Result<Vec<Option<LockedUser>>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let locks: Vec<String> = ids.iter().map(|id| statement(self.tables(), LOCK_USER, &[(*id).into()])).collect();
        let mut users = Vec::with_capacity(ids.len());
        for (id, rows) in ids.iter().zip(self.rows_of(&locks).await?) {
            if let Some(row) = rows.first() {
                let entries = Columns::new(row, "users", &["user_id"]).count("entries")?;
                self.entries.insert((*id).clone(), entries);
            }
            users.push(rows.first().map(locked_user).transpose()?);
        }
        Ok(users)
    }

    async fn insert_user(&mut self, user: &NewUser) -> Result<(), StoreError> {
        let folded = user.id.folded();
        let values = [
            (&user.id).into(),
            Value::Ascii(&folded),
            (&user.name).into(),
            user.phone.as_ref().map(Phone::as_str).map(Value::Ascii).into(),
            user.password.as_ref().map(PasswordHash::expose).map(Value::Ascii).into(),
            user.created_at.into(),
        ];
        self.write_now(INSERT_USER, &values, taken(Unique::UserId)).await?;
        self.entries.insert(user.id.clone(), 0);
        Ok(())
    }

    async fn set_profile(&mut self, id: &UserId, name: &Name, phone: Option<&Phone>) -> Result<(), StoreError> {
        let phone = phone.map(Phone::as_str).map(Value::Ascii).into();
        self.change(SET_PROFILE, &[name.into(), phone, id.into()], "users", id);
        Ok(())
    }

    async fn set_password(&mut self, id: &UserId, password: &PasswordHash) -> Result<(), StoreError> {
        self.change(SET_PASSWORD, &[Value::Ascii(password.expose()), id.into()], "users", id);
        Ok(())
    }

    async fn set_prime(&mut self, id: &UserId, prime: bool) -> Result<(), StoreError> {
        self.change(SET_PRIME, &[prime.into(), id.into()], "users", id);
        Ok(())
    }
}
