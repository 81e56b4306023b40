//! The fields of the commands.

use std::collections::BTreeMap;

use chat_core::model::{
    emoji::Emoji,
    event::Seq,
    message::{ClientId, MessageBody},
};

crate::request! {
    /// The first command of a connection.
    pub(super) struct Hello = "Hello" {
        /// The number of the last event that the client has, by room.
        optional rooms: BTreeMap<String, Seq> = "rooms",
    }
}

crate::request! {
    /// Sends a message.
    pub(super) struct Send = "Send" {
        /// To which room.
        required room_id: String = "roomId",
        /// What it says.
        required body: MessageBody = "body",
        /// The sender's key for it.
        optional client_id: ClientId = "clientId",
        /// The message it answers.
        optional reply_to: Seq = "replyTo",
    }
}

crate::request! {
    /// Writes one's message anew.
    pub(super) struct Edit = "Edit" {
        /// In which room.
        required room_id: String = "roomId",
        /// Its number.
        required seq: Seq = "seq",
        /// What it says from now on.
        required body: MessageBody = "body",
    }
}

crate::request! {
    /// Deletes a message.
    pub(super) struct Delete = "Delete" {
        /// In which room.
        required room_id: String = "roomId",
        /// Its number.
        required seq: Seq = "seq",
    }
}

crate::request! {
    /// Reacts to a message.
    pub(super) struct React = "React" {
        /// In which room.
        required room_id: String = "roomId",
        /// Its number.
        required seq: Seq = "seq",
        /// With what.
        required emoji: Emoji = "emoji",
        /// Takes the reaction back.
        optional remove: bool = "remove",
    }
}

crate::request! {
    /// Moves the read position.
    pub(super) struct Read = "Read" {
        /// In which room.
        required room_id: String = "roomId",
        /// To which number.
        required seq: Seq = "seq",
    }
}

crate::request! {
    /// Says that one types.
    pub(super) struct Typing = "Typing" {
        /// In which room.
        required room_id: String = "roomId",
    }
}

crate::request! {
    /// Renews the sign-in of a living connection.
    pub(super) struct Auth = "Auth" {
        /// A fresh access token of the same session.
        required access_token: String = "accessToken",
    }
}
