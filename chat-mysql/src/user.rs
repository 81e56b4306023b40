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
    row::{Columns, integer},
};

use crate::{
    MySqlStore,
    error::taken,
    literal::{Value, statement},
    snapshot::Mark,
    tx::MySqlTx,
};

const USER: &str = "
SELECT user_id, name, phone, password_hash, prime, coins, standing, created_at
FROM chat_users
WHERE user_id = ?";

const ADMIN_USER: &str = "
SELECT u.user_id, u.name, u.phone, u.password_hash, u.prime, u.coins, u.standing, u.created_at, s.reason, s.erased_at
FROM chat_users u LEFT JOIN chat_standings s ON s.user_id = u.user_id
WHERE u.user_id = ?";

const FIND_USERS: &str = "
SELECT u.user_id, u.name, u.phone, u.password_hash, u.prime, u.coins, u.standing, u.created_at, s.reason, s.erased_at
FROM chat_users u LEFT JOIN chat_standings s ON s.user_id = u.user_id
WHERE u.user_id > ? AND (LOCATE(?, CAST(u.folded AS BINARY)) > 0 OR LOCATE(?, CAST(u.name AS BINARY)) > 0)
ORDER BY u.user_id
LIMIT ?";

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

    async fn admin_user(&self, id: &UserId) -> Result<Option<AdminUser>, StoreError> {
        self.snapshot_row(ADMIN_USER, &[id.into()], Mark::Itself).await?.as_ref().map(admin_user).transpose()
    }

    async fn find_users(
        &self,
        query: &str,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Vec<AdminUser>, StoreError> {
        let folded = query.to_ascii_lowercase();
        let values = [
            Value::Ascii(after.map_or("", UserId::as_str)),
            Value::Bytes(folded.as_bytes()),
            Value::Bytes(query.as_bytes()),
            integer(limit).into(),
        ];
        self.snapshot(FIND_USERS, &values, Mark::Itself).await?.iter().map(admin_user).collect()
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

const SUSPENDED_REASON: &str = "SELECT user_id, reason FROM chat_standings WHERE user_id = ?";
const SUSPEND: &str = "UPDATE chat_users SET standing = 'suspended' WHERE user_id = ? AND standing <> 'erased'";
const LIFT: &str = "UPDATE chat_users SET standing = 'active' WHERE user_id = ? AND standing = 'suspended'";

const ERASE: &str = "
UPDATE chat_users SET standing = 'erased', name = user_id, phone = NULL, password_hash = NULL
WHERE user_id = ? AND standing <> 'erased'";

const SET_STANDING: &str = "
INSERT INTO chat_standings (user_id, reason, erased_at) VALUES (?, ?, ?)
ON DUPLICATE KEY UPDATE reason = ?, erased_at = ?";

const DELETE_STANDING: &str = "DELETE FROM chat_standings WHERE user_id = ?";

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

    async fn suspended_reason(&mut self, id: &UserId) -> Result<Option<Reason>, StoreError> {
        let Some(row) = self.row(SUSPENDED_REASON, &[id.into()]).await? else { return Ok(None) };
        Columns::new(&row, "standings", &["user_id"]).parsed_if_any("reason", Reason::parse)
    }

    async fn suspend_user(&mut self, id: &UserId, reason: Option<&Reason>) -> Result<(), StoreError> {
        self.change(SUSPEND, &[id.into()], "users", id);
        self.set_standing(id, reason, None);
        Ok(())
    }

    async fn lift_user(&mut self, id: &UserId) -> Result<(), StoreError> {
        self.change(LIFT, &[id.into()], "users", id);
        self.write(DELETE_STANDING, &[id.into()]);
        Ok(())
    }

    async fn erase_user(&mut self, id: &UserId, at: Timestamp) -> Result<(), StoreError> {
        self.change(ERASE, &[id.into()], "users", id);
        self.set_standing(id, None, Some(at));
        Ok(())
    }
}

impl MySqlTx {
    fn set_standing(&mut self, id: &UserId, reason: Option<&Reason>, erased_at: Option<Timestamp>) {
        let (reason, erased_at) = (reason.map(Reason::as_str).map(Value::Text).into(), erased_at.into());
        self.write(SET_STANDING, &[id.into(), reason, erased_at, reason, erased_at]);
    }
}
