use std::sync::Arc;

use async_trait::async_trait;

use super::chat::Chat;
use crate::{
    api::Live,
    error::ChatError,
    model::{room::RoomId, session::Caller, time::Timestamp},
    realtime::connection::Connection,
    rules,
};

#[async_trait]
impl Live for Chat {
    async fn connect(&self, caller: &Caller) -> Result<Connection, ChatError> {
        let chat = &self.0;
        // First registered, then checked: an end of the session in between is heard.
        let outlet = chat.hub.register(caller).ok_or(ChatError::Overloaded("the chat is shutting down"))?;
        let connection = Connection::new(
            caller.clone(),
            outlet,
            Arc::clone(&chat.hub),
            Arc::clone(&chat.store),
            chat.appender.clone(),
            &chat.hooks,
        );
        chat.check_session(caller).await?;
        if let Err(refused) = rules::user::decide_act(chat.user(&caller.user).await?.standing) {
            // However the standing was changed, it was seen here first.
            chat.users.forget(&caller.user);
            return Err(refused.into());
        }
        Ok(connection)
    }

    async fn type_in(&self, caller: &Caller, room: RoomId) -> Result<(), ChatError> {
        self.0.type_in(caller, room).await
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}
