//! Changes of messages: those of one connection are done one after the other, in the order in which they came.

use std::sync::Arc;

use chat_core::{
    api::{self, ChangedMessage, ChatService, MessageId},
    error::{ChatError, Rejection},
    model::{event::Seq, room::RoomId, session::Caller},
    realtime::notice::Origin,
};
use tokio::sync::oneshot;

use super::{
    command::Change,
    request::{Delete, Edit, React},
};

/// The changes that a connection has asked for so far.
#[derive(Default)]
pub(super) struct Changes {
    /// Closed when the last of them is done.
    last: Option<oneshot::Receiver<()>>,
}

impl Changes {
    /// Does a change when those before it are done. What it logs is answered in the place of its event.
    pub(super) fn begin(
        &mut self,
        chat: Arc<dyn ChatService>,
        caller: Caller,
        change: Change,
        origin: Origin,
    ) -> impl Future<Output = Result<ChangedMessage, ChatError>> + Send + 'static {
        let (done, next) = oneshot::channel::<()>();
        let before = self.last.replace(next);
        async move {
            let _done = done;
            if let Some(before) = before {
                // An error says that it is done: nothing is ever sent.
                let _ = before.await;
            }
            run(chat.as_ref(), &caller, change, origin).await
        }
    }
}

async fn run(
    chat: &dyn ChatService,
    caller: &Caller,
    change: Change,
    origin: Origin,
) -> Result<ChangedMessage, ChatError> {
    let origin = Some(origin);
    match change {
        Change::Edit(Edit { room_id, seq, body }) => {
            chat.edit_message(caller, message_id(&room_id, seq)?, body, origin).await
        }
        Change::Delete(Delete { room_id, seq }) => {
            chat.delete_message(caller, message_id(&room_id, seq)?, origin).await
        }
        Change::React(React { room_id, seq, emoji, remove }) => {
            let react = if remove == Some(true) { api::React::Without(emoji) } else { api::React::With(emoji) };
            chat.react(caller, message_id(&room_id, seq)?, react, origin).await
        }
    }
}

fn message_id(room: &str, seq: Seq) -> Result<MessageId, Rejection> {
    Ok(MessageId { room: RoomId::parse(room).ok_or(Rejection::RoomNotFound)?, seq })
}
