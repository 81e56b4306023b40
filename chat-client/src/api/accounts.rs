//! Oneself, one's sessions and coins, and other users.

use http::Method;
use serde_json::{Map, Value, json};

use super::{Api, part};
use crate::{
    error::Error,
    wire::{CoinHistory, DeviceSession, Profile, User},
};

impl Api {
    /// Oneself.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn me(&self) -> Result<User, Error> {
        self.get("/api/me").await
    }

    /// Changes one's name, phone, or both.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn change_me(&self, name: Option<&str>, phone: Option<&str>) -> Result<User, Error> {
        let given = [("name", name), ("phone", phone)];
        let body: Map<String, Value> =
            given.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?.into()))).collect();
        self.call(Method::PATCH, "/api/me", Some(&body)).await
    }

    /// What any user may know of another.
    ///
    /// # Errors
    /// Those of any call; `user_not_found`.
    pub async fn profile(&self, user_id: &str) -> Result<Profile, Error> {
        self.get(&format!("/api/profile/{}", part(user_id))).await
    }

    /// One's ledger, newest first: at most `limit` entries, those before this number where one is given.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn coins(&self, before: Option<u64>, limit: u32) -> Result<CoinHistory, Error> {
        let before = before.map_or_else(String::new, |before| format!("&before={before}"));
        self.get(&format!("/api/me/coins?limit={limit}{before}")).await
    }

    /// On which devices one is signed in.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn sessions(&self) -> Result<Vec<DeviceSession>, Error> {
        self.list("/api/sessions", "sessions").await
    }

    /// Signs a device out.
    ///
    /// # Errors
    /// Those of any call; `session_not_found`.
    pub async fn end_session(&self, device_id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/sessions/{}", part(device_id))).await
    }

    /// Changes one's password; the other sessions end.
    ///
    /// # Errors
    /// Those of any call; `invalid_credentials`.
    pub async fn change_password(&self, old: &str, new: &str) -> Result<(), Error> {
        self.post("/api/password", &json!({"oldPassword": old, "newPassword": new})).await
    }

    /// Signs out.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn logout(&self) -> Result<(), Error> {
        self.post_empty("/api/logout").await
    }
}
