use async_trait::async_trait;
use chat_core::{
    model::{
        text::Name,
        user::{PasswordHash, Phone, Standing, User, UserId},
    },
    ports::store::{Credentials, LockedUser, NewUser, StoreError, Unique, UserStore, UserTx},
};
use sqlx::sqlite::SqliteRow;

use crate::{
    SqliteStore,
    error::{changed, from_driver, taken},
    row::Columns,
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
        Ok(locked_user(&mut reading.db(), id).await?.map(|locked| locked.user))
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
            users.push(locked_user(&mut self.db(), id).await?);
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

async fn locked_user(db: &mut Db<'_>, id: &UserId) -> Result<Option<LockedUser>, StoreError> {
    let query = db.query(USER).bind(id.as_str());
    let row = db.row(query).await.map_err(from_driver)?;
    row.as_ref().map(user).transpose()
}

fn user(row: &SqliteRow) -> Result<LockedUser, StoreError> {
    let columns = Columns::new(row, "users", &["user_id"]);
    let user = User {
        id: columns.parsed("user_id", UserId::parse)?,
        name: columns.parsed("name", Name::parse)?,
        phone: columns.parsed_if_any("phone", Phone::parse)?,
        prime: columns.get("prime")?,
        coins: columns.coins("coins")?,
        standing: columns.named("standing", standing)?,
        created_at: columns.time("created_at")?,
    };
    Ok(LockedUser { user, password: password(&columns)? })
}

fn credentials(row: &SqliteRow) -> Result<Credentials, StoreError> {
    let columns = Columns::new(row, "users", &["user_id"]);
    Ok(Credentials {
        user: columns.parsed("user_id", UserId::parse)?,
        password: password(&columns)?,
        standing: columns.named("standing", standing)?,
    })
}

fn password(columns: &Columns<'_>) -> Result<Option<PasswordHash>, StoreError> {
    Ok(columns.get::<Option<&str>>("password_hash")?.map(PasswordHash::from_stored))
}

/// The standing of that name.
pub(crate) fn standing(name: &str) -> Option<Standing> {
    match name {
        "active" => Some(Standing::Active),
        "suspended" => Some(Standing::Suspended),
        "erased" => Some(Standing::Erased),
        _ => None,
    }
}
