use async_trait::async_trait;
use chat_core::{
    model::{
        text::Name,
        user::{PasswordHash, Phone, User, UserId},
    },
    ports::store::{Credentials, LockedUser, NewUser, StoreError, Unique, UserStore, UserTx},
};
use chat_sql::{credentials, locked_user, row::changed};

use crate::{
    SqliteStore,
    error::{from_driver, taken},
    sql::Db,
    tx::SqliteTx,
};

const USER: &str = "
SELECT user_id, name, phone, password_hash, prime, coins, standing, created_at
FROM chat_users
WHERE user_id = ?1";

const CREDENTIALS: &str = "SELECT user_id, password_hash, standing FROM chat_users WHERE user_id = ?1";

#[async_trait]
impl UserStore for SqliteStore {
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let mut reading = self.reading().await?;
        Ok(user_of(&mut reading.db(), id).await?.map(|locked| locked.user))
    }

    async fn credentials(&self, id: &UserId) -> Result<Option<Credentials>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(CREDENTIALS).bind(id.as_str());
        let row = db.row(query).await.map_err(from_driver)?;
        row.as_ref().map(credentials).transpose()
    }
}

const INSERT_USER: &str = "
INSERT INTO chat_users (user_id, folded, name, phone, password_hash, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const SET_PROFILE: &str = "UPDATE chat_users SET name = ?2, phone = ?3 WHERE user_id = ?1";
const SET_PASSWORD: &str = "UPDATE chat_users SET password_hash = ?2 WHERE user_id = ?1";
const SET_PRIME: &str = "UPDATE chat_users SET prime = ?2 WHERE user_id = ?1";

#[async_trait]
impl UserTx for SqliteTx {
    async fn lock_users(&mut self, ids: &[&UserId]) -> Result<Vec<Option<LockedUser>>, StoreError> {
        let mut users = Vec::with_capacity(ids.len());
        for id in ids {
            users.push(user_of(&mut self.db(), id).await?);
        }
        Ok(users)
    }

    async fn insert_user(&mut self, user: &NewUser) -> Result<(), StoreError> {
        let statement = self
            .query(INSERT_USER)
            .bind(user.id.as_str())
            .bind(user.id.folded())
            .bind(user.name.as_str())
            .bind(user.phone.as_ref().map(Phone::as_str))
            .bind(user.password.as_ref().map(PasswordHash::expose))
            .bind(user.created_at.as_millis());
        self.write_or(statement, taken(Unique::UserId)).await?;
        Ok(())
    }

    async fn set_profile(&mut self, id: &UserId, name: &Name, phone: Option<&Phone>) -> Result<(), StoreError> {
        let statement = self.query(SET_PROFILE).bind(id.as_str()).bind(name.as_str()).bind(phone.map(Phone::as_str));
        changed(self.write(statement).await?, 1, "users", id)
    }

    async fn set_password(&mut self, id: &UserId, password: &PasswordHash) -> Result<(), StoreError> {
        let statement = self.query(SET_PASSWORD).bind(id.as_str()).bind(password.expose());
        changed(self.write(statement).await?, 1, "users", id)
    }

    async fn set_prime(&mut self, id: &UserId, prime: bool) -> Result<(), StoreError> {
        let statement = self.query(SET_PRIME).bind(id.as_str()).bind(prime);
        changed(self.write(statement).await?, 1, "users", id)
    }
}

async fn user_of(db: &mut Db<'_>, id: &UserId) -> Result<Option<LockedUser>, StoreError> {
    let query = db.query(USER).bind(id.as_str());
    let row = db.row(query).await.map_err(from_driver)?;
    row.as_ref().map(locked_user).transpose()
}
