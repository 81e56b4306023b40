//! People and rooms for which every operation can be asked rightly.

use chat_tests::{ADMIN_TOKEN, Client, PASSWORD, ROOM_PASSWORD, Server};
use serde_json::{Value, json};

use crate::operation::Operation;

/// Some people, of whom the first asks for most, and what they have.
pub(crate) struct Town {
    /// Prime, and the owner of `room` and `spare`.
    pub(crate) alice: Client,
    /// A member of `room`, who asks for what may end a session or a membership.
    dave: Client,
    /// Prime, and in no room of hers.
    eve: Client,
    pub(crate) room: String,
    spare: String,
    /// Bob's, in which alice is not.
    other: String,
    /// A message in `room`.
    pub(crate) message: Value,
    /// Its number in a path, and that of another one, which may be deleted.
    number_of_message: String,
    number_of_spare_message: String,
    invite: Value,
    /// Alice's friend request to dave.
    sent: String,
    /// Bob's friend request to alice.
    received: String,
    /// The id of a member who is friends with nobody.
    carol: String,
    /// Distinguishes what is made here from what other towns have made.
    number: u32,
}

impl Town {
    /// A new one.
    pub(crate) async fn found(server: &Server, number: u32) -> Self {
        let name = |name: &str| format!("{name}.{number}");
        let (alice, bob) = (server.prime(&name("alice")).await, server.prime(&name("bob")).await);
        let (carol, dave) = (server.register(&name("carol")).await, server.register(&name("dave")).await);
        let eve = server.prime(&name("eve")).await;
        let (room, spare) = (alice.create_room("Tea").await, alice.create_room("Spare").await);
        let other = bob.create_room("Coffee").await;
        for member in [&bob, &carol, &dave] {
            member.join(&room).await;
        }
        server.login(&alice.user_id, "tablet").await;
        let received = bob.befriend(&alice.user_id).await;
        let message = alice.write(&room, "the first").await["seq"].clone();
        Self {
            number_of_message: message.to_string(),
            number_of_spare_message: alice.write(&room, "the second").await["seq"].to_string(),
            message,
            invite: alice.invite(&room, &eve.user_id).await,
            sent: alice.befriend(&dave.user_id).await,
            received,
            carol: carol.user_id,
            alice,
            dave,
            eve,
            room,
            spare,
            other,
            number,
        }
    }

    /// With which token an operation is asked for.
    pub(crate) fn token(&self, operation: &Operation) -> &str {
        match operation.path.as_str() {
            _ if operation.is_for_operators() => ADMIN_TOKEN,
            "/api/logout" | "/api/password" | "/api/chatrooms/{roomId}/leave" => self.dave.token(),
            _ => self.alice.token(),
        }
    }

    /// What stands in a path's place for this parameter.
    pub(crate) fn parameter(&self, operation: &Operation, name: &str) -> &str {
        match name {
            "roomId" if operation.is_for_operators() => &self.spare,
            "roomId" if operation.method == "DELETE" && operation.path.ends_with("{roomId}") => &self.spare,
            "roomId" => &self.room,
            "inviteId" => self.invite["inviteId"].as_str().expect("an invite has an id"),
            "requestId" if operation.method == "DELETE" => &self.sent,
            "requestId" => &self.received,
            "userId" if operation.path.contains("/members/") => &self.carol,
            "userId" => &self.eve.user_id,
            "deviceId" => "tablet",
            "entryId" => "0199c1a2-0000-7000-8000-000000000000",
            "seq" if operation.method == "DELETE" && !operation.path.ends_with("{emoji}") => {
                &self.number_of_spare_message
            }
            "seq" => &self.number_of_message,
            "emoji" => "%F0%9F%91%8D",
            _ => panic!("{} has a parameter {name}, for which there is no value here", operation.name()),
        }
    }

    /// A right value for a parameter behind the path.
    pub(crate) fn query(operation: &Operation, name: &str) -> &'static str {
        match (operation.path.as_str(), name) {
            ("/admin/audit" | "/admin/dead-letters", "before") => "0199c1a2-0000-7000-8000-000000000000",
            (_, "before" | "after") if operation.path != "/admin/users" => "1",
            (_, "limit") => "2",
            (_, "box") => "out",
            (_, "query" | "after") => "alice",
            _ => panic!("{} has a parameter {name}, for which there is no value here", operation.name()),
        }
    }

    /// A right body, where the operation has one.
    pub(crate) fn body(&self, operation: &Operation) -> Option<Vec<(String, Value)>> {
        let fields = operation.body.as_ref()?;
        // Either the id and the password, or the token.
        let fields = fields.iter().filter(|name| *name != "inviteToken");
        Some(fields.map(|name| (name.clone(), self.field(operation, name))).collect())
    }

    fn field(&self, operation: &Operation, name: &str) -> Value {
        match (operation.path.as_str(), name) {
            ("/api/register", "userId") => json!(format!("newcomer.{}", self.number)),
            ("/api/login", "userId") => json!(self.alice.user_id),
            ("/api/friend-requests", "userId") => json!(format!("carol.{}", self.number)),
            (_, "userId") => json!(self.eve.user_id),
            ("/api/joinroom", "roomId") => json!(self.other),
            (_, "roomId") => json!(self.room),
            ("/api/register" | "/api/login", "password") | (_, "oldPassword" | "newPassword") => json!(PASSWORD),
            (_, "password") => json!(ROOM_PASSWORD),
            (_, "deviceId") => json!("laptop"),
            (_, "name") => json!("A name"),
            (_, "phone") => json!("+4915112345678"),
            (_, "availCoins") => json!(0),
            (_, "capacity") => json!(5),
            (_, "clientId" | "key") => json!("a-key-of-the-client"),
            (_, "refreshToken") => json!(self.alice.refresh_token),
            (_, "role") => json!("moderator"),
            (_, "body") => json!("hello"),
            (_, "replyTo" | "seq") => self.message.clone(),
            (_, "dryRun") => json!(false),
            (_, "maxCharge") => json!(1_000),
            (_, "amount") => json!(5),
            (_, "reason") => json!("a present"),
            (_, "prime" | "suspended") => json!(true),
            _ => panic!("{} has a field {name}, for which there is no value here", operation.name()),
        }
    }
}
