//! IRC, where it was asked for.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::http::HeaderMap;
use chat_core::Chat;
use chat_limits::{Buckets, ClientAddress, Taken};
use clap::Args;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    connections::Connections,
    failure::Failure,
    options::{MaybeAddress, Options, maybe_address},
    serve::{listen, see_to},
};

#[derive(Args, Debug)]
pub(crate) struct IrcOptions {
    /// Where IRC clients connect, such as `127.0.0.1:6667`. Passwords come as they are: beyond this machine put a proxy
    /// before it that ends TLS. None: there is no IRC
    #[arg(long, env = "CHAT_IRC_LISTEN", value_name = "ADDR:PORT", value_parser = maybe_address)]
    irc_listen: Option<MaybeAddress>,
}

impl IrcOptions {
    /// Where to listen, where at all.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.irc_listen.flatten()
    }

    /// Serves IRC clients where that was asked for, until this is dropped; those who are there by then, until the chat is
    /// drained.
    pub(crate) fn serve(
        &self,
        chat: &Chat,
        options: &Options,
        connections: &Connections,
    ) -> Result<Option<AbortOnDropHandle<Infallible>>, Failure> {
        let Some(address) = self.address() else { return Ok(None) };
        let failed = |source| Failure::Listen { address, source };
        let listener = listen(address).map_err(failed)?;
        println!("listening on irc://{}", listener.local_addr().map_err(failed)?);
        let door = Door {
            chat: Arc::new(chat.clone()),
            connections: connections.clone(),
            sign_ins: options.http().rate_limits.map(|limits| Buckets::new(limits.sign_in)),
            patience: options.limits.write_timeout,
        };
        Ok(Some(AbortOnDropHandle::new(tokio::spawn(door.serve(listener)))))
    }
}

/// What those who connect pass.
struct Door {
    chat: Arc<Chat>,
    connections: Connections,
    /// By address: each connection signs in once. `None`: nothing is limited.
    sign_ins: Option<Buckets<ClientAddress>>,
    patience: Duration,
}

impl Door {
    async fn serve(self, listener: TcpListener) -> Infallible {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.take(stream, peer.ip()),
                Err(error) => see_to(error).await,
            }
        }
    }

    /// Serves a client in a task of its own, unless there are too many of it.
    fn take(&self, stream: TcpStream, from: IpAddr) {
        let address = ClientAddress::of(from, &HeaderMap::new(), &[]);
        let over = self.sign_ins.as_ref().is_some_and(|buckets| matches!(buckets.take(&address), Taken::Wait(_)));
        match self.connections.open(from) {
            Ok(counted) if !over => {
                let (chat, patience) = (Arc::clone(&self.chat), self.patience);
                drop(tokio::spawn(async move {
                    irc_gateway::serve(chat, stream, from, patience).await;
                    drop(counted);
                }));
            }
            // Who is gone already, or takes nothing, is not told.
            _ => drop(stream.try_write(b"ERROR :overloaded: too many connections; come back later\r\n")),
        }
    }
}
