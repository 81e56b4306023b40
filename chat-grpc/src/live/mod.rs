//! The stream: commands in, frames out, and nothing of its own decided.

mod client;
mod frame;
mod greet;
mod over;
mod talk;
mod turns;

use std::sync::Arc;

use chat_core::{model::session::Caller, realtime::connection::Connection};
use tonic::{Request, Response, Status, Streaming};

use self::{
    client::{Client, Outgoing},
    greet::greet,
    talk::Talk,
};
use crate::{
    service::{Calls, Endpoint, answer},
    v1,
};

#[tonic::async_trait]
impl v1::live_server::Live for Calls {
    type ConnectStream = Outgoing;

    async fn connect(&self, request: Request<Streaming<v1::ClientFrame>>) -> Result<Response<Outgoing>, Status> {
        answer(async {
            let (caller, frames) = self.0.signed_in(request).await?;
            let connection = self.0.chat.connect(&caller).await?;
            let (client, outgoing) = Client::new(frames, &self.0.config, &connection);
            tokio::spawn(serve(Arc::clone(&self.0), caller, client, connection));
            Ok(outgoing)
        })
        .await
    }
}

/// Serves a stream to its end.
async fn serve(endpoint: Arc<Endpoint>, caller: Caller, mut client: Client, mut connection: Connection) {
    let over = match greet(&endpoint, &caller, &mut client, &mut connection).await {
        Ok(()) => Talk::new(&endpoint, caller, &mut client, &mut connection).run().await,
        Err(over) => over,
    };
    // The connection is held until then: the chat is not drained before the last byte is on its way.
    client.goodbye(over).await;
}
