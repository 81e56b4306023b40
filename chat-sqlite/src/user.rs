use async_trait::async_trait;
use chat_core::{
    model::{
        coin::Reason,
        text::Name,
        time::Timestamp,
        user::{AdminUser, PasswordHash, Phone, User, UserId},
    },
    ports::store::{Credentials, LockedUser, NewUser, StoreError, Unique, UserStore, UserTx},
};
use chat_sql::{
    admin_user, credentials, locked_user,
    row::{Columns, changed, integer},
};

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

const ADMIN_USER: &str = "
SELECT u.user_id, u.name, u.phone, u.password_hash, u.prime, u.coins, u.standing, u.created_at, s.reason, s.erased_at
FROM chat_users u LEFT JOIN chat_standings s ON s.user_id = u.user_id
WHERE u.user_id = ?1";

const FIND_USERS: &str = "
SELECT u.user_id, u.name, u.phone, u.password_hash, u.prime, u.coins, u.standing, u.created_at, s.reason, s.erased_at
FROM chat_users u LEFT JOIN chat_standings s ON s.user_id = u.user_id
WHERE u.user_id > ?1 AND (instr(u.folded, ?2) > 0 OR instr(u.name, ?3) > 0)
ORDER BY u.user_id
LIMIT ?4";

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

    async fn admin_user(&self, id: &UserId) -> Result<Option<AdminUser>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(ADMIN_USER).bind(id.as_str());
        db.row(query).await.map_err(from_driver)?.as_ref().map(admin_user).transpose()
    }

    async fn find_users(
        &self,
        query: &str,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Vec<AdminUser>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let find = db
            .query(FIND_USERS)
            .bind(after.map_or("", UserId::as_str).to_owned())
            .bind(query.to_ascii_lowercase())
            .bind(query.to_owned())
            .bind(integer(limit));
        db.rows(find).await.map_err(from_driver)?.iter().map(admin_user).collect()
    }
}

const INSERT_USER: &str = "
INSERT INTO chat_users (user_id, folded, name, phone, password_hash, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const SET_PROFILE: &str = "UPDATE chat_users SET name = ?2, phone = ?3 WHERE user_id = ?1";
const SET_PASSWORD: &str = "UPDATE chat_users SET password_hash = ?2 WHERE user_id = ?1";
const SET_PRIME: &str = "UPDATE chat_users SET prime = ?2 WHERE user_id = ?1";

const SUSPENDED_REASON: &str = "SELECT user_id, reason FROM chat_standings WHERE user_id = ?1";
const SUSPEND: &str = "UPDATE chat_users SET standing = 'suspended' WHERE user_id = ?1 AND standing <> 'erased'";
const LIFT: &str = "UPDATE chat_users SET standing = 'active' WHERE user_id = ?1 AND standing = 'suspended'";

const ERASE: &str = "
UPDATE chat_users SET standing = 'erased', name = user_id, phone = NULL, password_hash = NULL
WHERE user_id = ?1 AND standing <> 'erased'";

const SET_STANDING: &str = "
INSERT INTO chat_standings (user_id, reason, erased_at) VALUES (?1, ?2, ?3)
ON CONFLICT (user_id) DO UPDATE SET reason = excluded.reason, erased_at = excluded.erased_at";

const DELETE_STANDING: &str = "DELETE FROM chat_standings WHERE user_id = ?1";

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

    async fn suspended_reason(&mut self, id: &UserId) -> Result<Option<Reason>, StoreError> {
        let query = self.query(SUSPENDED_REASON).bind(id.as_str());
        let Some(row) = self.row(query).await? else { return Ok(None) };
        Columns::new(&row, "standings", &["user_id"]).parsed_if_any("reason", Reason::parse)
    }

    async fn suspend_user(&mut self, id: &UserId, reason: Option<&Reason>) -> Result<(), StoreError> {
        let suspend = self.query(SUSPEND).bind(id.as_str());
        changed(self.write(suspend).await?, 1, "users", id)?;
        self.set_standing(id, reason, None).await
    }

    async fn lift_user(&mut self, id: &UserId) -> Result<(), StoreError> {
        let lift = self.query(LIFT).bind(id.as_str());
        changed(self.write(lift).await?, 1, "users", id)?;
        let forget = self.query(DELETE_STANDING).bind(id.as_str());
        self.write(forget).await?;
        Ok(())
    }

    async fn erase_user(&mut self, id: &UserId, at: Timestamp) -> Result<(), StoreError> {
        let erase = self.query(ERASE).bind(id.as_str());
        changed(self.write(erase).await?, 1, "users", id)?;
        self.set_standing(id, None, Some(at)).await
    }
}

impl SqliteTx {
    async fn set_standing(
        &mut self,
        id: &UserId,
        reason: Option<&Reason>,
        erased_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let statement = self
            .query(SET_STANDING)
            .bind(id.as_str())
            .bind(reason.map(Reason::as_str))
            .bind(erased_at.map(Timestamp::as_millis));
        self.write(statement).await?;
        Ok(())
    }
}

async fn user_of(db: &mut Db<'_>, id: &UserId) -> Result<Option<LockedUser>, StoreError> {
    let query = db.query(USER).bind(id.as_str());
    let row = db.row(query).await.map_err(from_driver)?;
    row.as_ref().map(locked_user).transpose()
}
