//! gRPC, where it was asked for.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use chat_core::Chat;
use chat_grpc::GrpcConfig;
use clap::Args;
use futures_util::{Stream, stream};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::{
    connections::{Connections, OpenConnection},
    counted_stream::CountedStream,
    failure::Failure,
    options::{MaybeAddress, maybe_address},
    serve::{Patience, listen, see_to},
};

#[derive(Args, Debug)]
pub(crate) struct GrpcOptions {
    /// Where to listen for gRPC, which is HTTP/2 without TLS. Port 0 picks a free one. None: gRPC is not served
    #[arg(long, env = "CHAT_GRPC_LISTEN", value_name = "ADDR:PORT", value_parser = maybe_address)]
    grpc_listen: Option<MaybeAddress>,
}

impl GrpcOptions {
    /// Where to listen, where at all.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.grpc_listen.flatten()
    }
}

/// Where gRPC is served.
pub(crate) struct Grpc {
    listener: TcpListener,
    address: SocketAddr,
}

impl Grpc {
    /// Listens there.
    pub(crate) fn listen(address: SocketAddr) -> Result<Self, Failure> {
        let failed = |source| Failure::Listen { address, source };
        let listener = listen(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// At which address.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the chat shuts down; then takes nobody any more, and ends when those who are there are done. Who only
    /// looks on, by reflection or by nothing at all, is not waited for.
    pub(crate) async fn serve(self, chat: Chat, config: GrpcConfig, connections: Connections, patience: Patience) {
        let (draining, drained) = (chat.draining(), chat.clone());
        let routes = chat_grpc::routes(chat, &config);
        let clients = clients(self.listener, connections, patience);
        let serving = chat_grpc::server(&config).add_routes(routes).serve_with_incoming_shutdown(clients, draining);
        let idle = async {
            drained.draining().await;
            drained.drained().await;
            sleep(LAST_WORDS).await;
        };
        tokio::select! {
            served = serving => if let Err(error) = served {
                tracing::error!(%error, "gRPC is served no more");
            },
            () = idle => {}
        }
    }
}

/// How long what was answered may take to leave, once nothing is under way any more.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// What every client says first: the preface, and the head of a frame of settings (RFC 9113, sections 3.4 and 4.1).
const GREETING: usize = 24 + 9;

/// Those who connect.
fn clients(
    listener: TcpListener,
    connections: Connections,
    patience: Patience,
) -> impl Stream<Item = Result<CountedStream, Infallible>> {
    stream::unfold((listener, connections), move |(listener, connections)| async move {
        let (stream, counted) = accept(&listener, &connections).await;
        let client = CountedStream::new(stream, counted, patience.write).greeting(GREETING, patience.head);
        Some((Ok(client), (listener, connections)))
    })
}

async fn accept(listener: &TcpListener, connections: &Connections) -> (TcpStream, OpenConnection) {
    loop {
        match listener.accept().await.and_then(|(stream, peer)| Ok((without_delay(stream)?, peer))) {
            Ok((stream, peer)) => match connections.open(peer.ip()) {
                Ok(counted) => return (stream, counted),
                // HTTP/2 has no word for it before it has begun: the client sees a connection that ends.
                Err(full) => tracing::debug!(?full, "a connection is refused"),
            },
            Err(error) => see_to(error).await,
        }
    }
}

fn without_delay(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    Ok(stream)
}
