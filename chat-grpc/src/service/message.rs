use chat_core::model::event::Seq;
use tonic::{Request, Response, Status};

use super::{Calls, answer};
use crate::{read, v1};

#[tonic::async_trait]
impl v1::messages_server::Messages for Calls {
    async fn send_message(
        &self,
        request: Request<v1::SendMessageRequest>,
    ) -> Result<Response<v1::SendMessageResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            Ok(self.0.chat.send_message(&caller, read::send_message(request)?).await?.into())
        })
        .await
    }

    async fn get_history(
        &self,
        request: Request<v1::GetHistoryRequest>,
    ) -> Result<Response<v1::GetHistoryResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let (limit, range) = (read::limit(request.limit)?, read::range(&request)?);
            Ok(self.0.chat.history(&caller, read::room_id(&request.room_id)?, range, limit).await?.into())
        })
        .await
    }

    async fn edit_message(
        &self,
        request: Request<v1::EditMessageRequest>,
    ) -> Result<Response<v1::ChangedMessage>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let (message, body) = read::edit(request)?;
            Ok(self.0.chat.edit_message(&caller, message, body, None).await?.into())
        })
        .await
    }

    async fn delete_message(
        &self,
        request: Request<v1::DeleteMessageRequest>,
    ) -> Result<Response<v1::ChangedMessage>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            Ok(self.0.chat.delete_message(&caller, read::delete(&request)?, None).await?.into())
        })
        .await
    }

    async fn add_reaction(
        &self,
        request: Request<v1::AddReactionRequest>,
    ) -> Result<Response<v1::ChangedMessage>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let (message, react) = read::add_reaction(&request)?;
            Ok(self.0.chat.react(&caller, message, react, None).await?.into())
        })
        .await
    }

    async fn remove_reaction(
        &self,
        request: Request<v1::RemoveReactionRequest>,
    ) -> Result<Response<v1::ChangedMessage>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let (message, react) = read::remove_reaction(&request)?;
            Ok(self.0.chat.react(&caller, message, react, None).await?.into())
        })
        .await
    }

    async fn mark_read(&self, request: Request<v1::MarkReadRequest>) -> Result<Response<v1::ReadPosition>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let room = read::room_id(&request.room_id)?;
            Ok(self.0.chat.mark_read(&caller, room, Seq::new(request.seq)).await?.into())
        })
        .await
    }
}
