//! Who is in a room, who may come in, and who may not.

use http::Method;
use serde_json::json;

use super::{Api, part};
use crate::{
    error::Error,
    wire::{Ban, Invite, Member, NewInvite, Role},
};

impl Api {
    /// A room's members.
    ///
    /// # Errors
    /// Those of any call; `not_a_member`.
    pub async fn members(&self, room_id: &str) -> Result<Vec<Member>, Error> {
        self.list(&format!("/api/chatrooms/{}/members", part(room_id)), "members").await
    }

    /// Takes a member's seat back.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`, `user_not_found`.
    pub async fn remove_member(&self, room_id: &str, user_id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/chatrooms/{}/members/{}", part(room_id), part(user_id))).await
    }

    /// Gives a member a role; `owner` hands the room over.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`, `user_not_found`.
    pub async fn set_role(&self, room_id: &str, user_id: &str, role: Role) -> Result<Member, Error> {
        let path = format!("/api/chatrooms/{}/members/{}/role", part(room_id), part(user_id));
        self.call(Method::PUT, &path, Some(&json!({"role": role}))).await
    }

    /// Who may not come in.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`.
    pub async fn bans(&self, room_id: &str) -> Result<Vec<Ban>, Error> {
        self.list(&format!("/api/chatrooms/{}/bans", part(room_id)), "bans").await
    }

    /// Bans somebody, who need not be a member.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`, `user_not_found`.
    pub async fn ban(&self, room_id: &str, user_id: &str) -> Result<(), Error> {
        self.put_empty(&format!("/api/chatrooms/{}/bans/{}", part(room_id), part(user_id))).await
    }

    /// Lifts a ban.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`.
    pub async fn pardon(&self, room_id: &str, user_id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/chatrooms/{}/bans/{}", part(room_id), part(user_id))).await
    }

    /// Invites a prime user. Each call makes an invite of its own.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`, `wrong_room_password`, `already_member`, `invitee_not_prime` …
    pub async fn invite(&self, room_id: &str, user_id: &str, password: &str) -> Result<NewInvite, Error> {
        let path = format!("/api/chatrooms/{}/invites", part(room_id));
        self.post(&path, &json!({"userId": user_id, "password": password})).await
    }

    /// The invites to a room.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`.
    pub async fn invites(&self, room_id: &str) -> Result<Vec<Invite>, Error> {
        self.list(&format!("/api/chatrooms/{}/invites", part(room_id)), "invites").await
    }

    /// Revokes an invite.
    ///
    /// # Errors
    /// Those of any call; `not_allowed`, `invite_not_found`.
    pub async fn revoke_invite(&self, room_id: &str, invite_id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/chatrooms/{}/invites/{}", part(room_id), part(invite_id))).await
    }
}
