//! The stream: commands in, frames out, and nothing of its own decided.

mod client;
mod frame;
mod greet;
mod over;
mod talk;
mod turns;

use std::sync::Arc;

use chat_core::{model::session::Caller, realtime::connection::Connection};
use chat_limits::ClientAddress;
use tonic::{Request, Response, Status, Streaming};

use self::{
    client::{Client, Outgoing},
    greet::greet,
    talk::Talk,
};
use crate::{
    limits::{CountedStream, Kind},
    refusal::Refusal,
    service::{Calls, Endpoint, answer},
    v1,
};

#[tonic::async_trait]
impl v1::live_server::Live for Calls {
    type ConnectStream = Outgoing;

    async fn connect(&self, request: Request<Streaming<v1::ClientFrame>>) -> Result<Response<Outgoing>, Status> {
        answer(async {
            let address = self.0.address(&request);
            let (caller, frames) = self.0.signed_in(request)?;
            let counted = self.0.limits.stream(&caller.user, address.as_ref())?;
            let connection = self.0.chat.connect(&caller).await?;
            let (client, outgoing) = Client::new(frames, &self.0.config, &connection);
            let peer = Peer { endpoint: Arc::clone(&self.0), caller, address, _counted: counted };
            tokio::spawn(serve(peer, client, connection));
            Ok(outgoing)
        })
        .await
    }
}

/// Who is at the other end, and what they are connected to.
struct Peer {
    endpoint: Arc<Endpoint>,
    /// As they were when the stream began.
    caller: Caller,
    address: Option<ClientAddress>,
    _counted: CountedStream,
}

impl Peer {
    /// Counts a command of this kind.
    fn count(&self, kind: Kind) -> Result<(), Refusal> {
        self.endpoint.limits.command(kind, &self.caller.user, self.address.as_ref())
    }
}

/// Serves a stream to its end.
async fn serve(peer: Peer, mut client: Client, mut connection: Connection) {
    let over = match greet(&peer, &mut client, &mut connection).await {
        Ok(()) => Talk::new(&peer, &mut client, &mut connection).run().await,
        Err(over) => over,
    };
    // The connection is held until then: the chat is not drained before the last byte is on its way.
    client.goodbye(over).await;
}
