use std::sync::Arc;

use async_trait::async_trait;

use super::chat::Chat;
use crate::{
    api::{Connected, Live, Resume},
    error::ChatError,
    model::{session::Caller, time::Timestamp},
    realtime::{connection::Connection, guest::Guest},
    rules,
};

#[async_trait]
impl Live for Chat {
    async fn connect(&self, caller: &Caller, resume: &Resume) -> Result<Connected, ChatError> {
        let chat = &self.0;
        // First registered, then read: what happens in between is heard, what happened before is read.
        let registered = chat.hub.register(caller).ok_or(ChatError::Overloaded("the chat is shutting down"))?;
        let mut connection = Connection::new(
            caller.clone(),
            registered,
            Arc::clone(&chat.hub),
            Arc::clone(&chat.store),
            chat.appender.clone(),
        );
        chat.check_session(caller).await?;
        rules::user::decide_act(chat.user(&caller.user).await?.standing)?;
        let rooms = chat.store.rooms_of(&caller.user).await?;
        connection.subscribe(&rooms, resume).await?;
        Ok(Connected { connection, rooms })
    }

    fn guest(&self) -> Guest {
        Guest::new(Arc::clone(&self.0.hub))
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}
