use std::sync::Arc;

use chat_core::{
    api::{self, ChatService, MessageId, React},
    error::{Fault, FieldCode},
    model::{
        emoji::Emoji,
        event::Seq,
        message::{ClientId, MessageBody},
        session::Caller,
    },
    ports::store::EventRange,
};
use poem_openapi::{OpenApi, param::Path};

use super::{Tag, number::Number, page::Limit, room_id};
use crate::{
    answer::{Answer, Created, CreatedOrOk},
    payload::Json,
    problem::Problem,
    query::Query,
    request,
    signed_in::SignedIn,
    wire::{
        event::MessageEvent,
        message::{ChangedMessage, History, ReadPosition},
    },
};

request! {
    /// A message to be sent.
    pub(super) struct SendMessage = "SendMessageRequest" {
        /// To which room.
        required room_id: String = "roomId",
        /// What it says: not only white space, no NUL; kept byte for byte.
        required body: MessageBody = "body",
        /// A key of printable ASCII, best a random UUID: the same again answers the message that was sent first.
        optional client_id: ClientId = "clientId",
        /// The number of the message that it answers.
        optional reply_to: Seq = "replyTo",
    }
}

request! {
    /// A message written anew.
    pub(super) struct EditMessage = "EditMessageRequest" {
        /// What it says from now on: not only white space, no NUL; kept byte for byte.
        required body: MessageBody = "body",
    }
}

request! {
    /// How far one has read.
    pub(super) struct MarkRead = "MarkReadRequest" {
        /// The number of the last event that was read. Past the end it means the end; backwards changes nothing.
        required seq: Seq = "seq",
    }
}

pub(super) struct MessageRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Messages")]
impl MessageRoutes {
    /// Send a message.
    ///
    /// The answer means that it is stored for good. Send a `clientId`, and you may repeat the call if none comes.
    #[oai(path = "/api/messages", method = "post", operation_id = "sendMessage")]
    async fn send_message(
        &self,
        caller: SignedIn<Caller>,
        send: Json<SendMessage>,
    ) -> Answer<CreatedOrOk<MessageEvent>> {
        let Json(SendMessage { room_id: room, body, client_id, reply_to }) = send;
        let send = api::SendMessage { room: room_id(&room)?, body, client_id, reply_to };
        let sent = self.0.send_message(&caller.0, send).await?;
        let event = MessageEvent(sent.event);
        Ok(if sent.repeated { CreatedOrOk::Ok(event) } else { CreatedOrOk::Created(Created::new(event)) })
    }

    /// Read a room's log.
    ///
    /// In its order: the newest events, or those next to a number.
    #[oai(path = "/api/chatrooms/:roomId/messages", method = "get", operation_id = "getHistory")]
    async fn get_history(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// The newest events below this number. Not together with `after`.
        #[oai(name = "before")]
        before: Query<Seq>,
        /// The oldest events above this number. Not together with `before`.
        #[oai(name = "after")]
        after: Query<Seq>,
        /// How many at most.
        #[oai(name = "limit")]
        limit: Query<Limit>,
    ) -> Answer<Json<History>> {
        let range = range(before.0, after.0)?;
        Ok(Json(self.0.history(&caller.0, room_id(&room)?, range, limit.count()).await?.into()))
    }

    /// Write one's message anew.
    ///
    /// Where it says so already, nothing changes.
    #[oai(path = "/api/chatrooms/:roomId/messages/:seq", method = "patch", operation_id = "editMessage")]
    async fn edit_message(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// The message's number.
        #[oai(name = "seq")]
        number: Path<Number>,
        edit: Json<EditMessage>,
    ) -> Answer<Json<ChangedMessage>> {
        let message = message_id(&room, number)?;
        Ok(Json(self.0.edit_message(&caller.0, message, edit.0.body, None).await?.into()))
    }

    /// Delete a message.
    ///
    /// One's own, or as owner or moderator anybody's. Its place in the log stays; what it said is gone, also what it said
    /// before it was edited.
    #[oai(path = "/api/chatrooms/:roomId/messages/:seq", method = "delete", operation_id = "deleteMessage")]
    async fn delete_message(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// The message's number.
        #[oai(name = "seq")]
        number: Path<Number>,
    ) -> Answer<Json<ChangedMessage>> {
        Ok(Json(self.0.delete_message(&caller.0, message_id(&room, number)?, None).await?.into()))
    }

    /// React to a message.
    ///
    /// Where one reacts so already, nothing changes.
    #[oai(path = "/api/chatrooms/:roomId/messages/:seq/reactions/:emoji", method = "put", operation_id = "addReaction")]
    async fn add_reaction(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// The message's number.
        #[oai(name = "seq")]
        number: Path<Number>,
        /// One emoji of Unicode (an RGI sequence), percent-encoded.
        #[oai(name = "emoji")]
        text: Path<String>,
    ) -> Answer<Json<ChangedMessage>> {
        let react = React::With(emoji(&text)?);
        Ok(Json(self.0.react(&caller.0, message_id(&room, number)?, react, None).await?.into()))
    }

    /// Take a reaction back.
    ///
    /// Where one does not react so, nothing changes.
    #[oai(
        path = "/api/chatrooms/:roomId/messages/:seq/reactions/:emoji",
        method = "delete",
        operation_id = "removeReaction"
    )]
    async fn remove_reaction(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// The message's number.
        #[oai(name = "seq")]
        number: Path<Number>,
        /// One emoji of Unicode (an RGI sequence), percent-encoded.
        #[oai(name = "emoji")]
        text: Path<String>,
    ) -> Answer<Json<ChangedMessage>> {
        let react = React::Without(emoji(&text)?);
        Ok(Json(self.0.react(&caller.0, message_id(&room, number)?, react, None).await?.into()))
    }

    /// Say how far one has read.
    ///
    /// The other members are told of it at once.
    #[oai(path = "/api/chatrooms/:roomId/read", method = "put", operation_id = "markRead")]
    async fn mark_read(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        read: Json<MarkRead>,
    ) -> Answer<Json<ReadPosition>> {
        Ok(Json(self.0.mark_read(&caller.0, room_id(&room)?, read.0.seq).await?.into()))
    }
}

fn message_id(room: &str, Path(number): Path<Number>) -> Result<MessageId, Problem> {
    Ok(MessageId { room: room_id(room)?, seq: number.0 })
}

fn emoji(text: &str) -> Result<Emoji, Problem> {
    Emoji::parse(text).map_err(|fault| Problem::invalid(vec![fault.at("emoji")]))
}

fn range(before: Option<Seq>, after: Option<Seq>) -> Result<EventRange, Problem> {
    match (before, after) {
        (None, None) => Ok(EventRange::Newest),
        (Some(before), None) => Ok(EventRange::Before(before)),
        (None, Some(after)) => Ok(EventRange::After(after)),
        (Some(_), Some(_)) => {
            let fault = Fault::new(FieldCode::BadFormat, "give before or after, not both");
            Err(Problem::invalid(vec![fault.clone().at("before"), fault.at("after")]))
        }
    }
}
