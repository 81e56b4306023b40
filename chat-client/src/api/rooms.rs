//! Rooms: making, joining, leaving.

use http::Method;

use super::{Api, part};
use crate::{
    error::Error,
    wire::{Join, Joined, NewRoom, Room, RoomChange, Way},
};

impl Api {
    /// One's rooms, that with the latest activity first.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn rooms(&self) -> Result<Vec<Room>, Error> {
        self.list("/api/chatrooms", "rooms").await
    }

    /// Makes a room. Only a prime user can.
    ///
    /// # Errors
    /// Those of any call; `prime_required`.
    pub async fn create_room(&self, room: &NewRoom) -> Result<Room, Error> {
        self.post("/api/chatrooms", room).await
    }

    /// A room of which one is a member.
    ///
    /// # Errors
    /// Those of any call; `not_a_member`.
    pub async fn room(&self, room_id: &str) -> Result<Room, Error> {
        self.get(&format!("/api/chatrooms/{}", part(room_id))).await
    }

    /// Changes a room.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`, `capacity_below_members`.
    pub async fn change_room(&self, room_id: &str, change: &RoomChange) -> Result<Room, Error> {
        self.call(Method::PATCH, &format!("/api/chatrooms/{}", part(room_id)), Some(change)).await
    }

    /// Closes a room: its members read on, and nobody writes any more. Again: nothing changes.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`.
    pub async fn close_room(&self, room_id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/chatrooms/{}", part(room_id))).await
    }

    /// Joins a room by its id and password. Asked again it succeeds, and charges nothing.
    ///
    /// # Errors
    /// Those of [`join_by`](Self::join_by).
    pub async fn join(&self, room_id: &str, password: &str) -> Result<Joined, Error> {
        let way = Way::Password { room_id: room_id.to_owned(), password: password.to_owned() };
        self.join_by(&Join { way, dry_run: None, max_charge: None }).await
    }

    /// Joins a room, or asks what that would do.
    ///
    /// # Errors
    /// Those of any call; `wrong_room_password`, `room_full`, `insufficient_coins`, `price_changed`, `invite_used` …
    pub async fn join_by(&self, join: &Join) -> Result<Joined, Error> {
        self.post("/api/joinroom", join).await
    }

    /// Leaves a room.
    ///
    /// # Errors
    /// Those of any call; `not_a_member`, also where one has left already.
    pub async fn leave(&self, room_id: &str) -> Result<(), Error> {
        self.post_empty(&format!("/api/chatrooms/{}/leave", part(room_id))).await
    }
}
