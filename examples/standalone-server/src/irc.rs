//! The door for IRC clients, as an option.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use chat_core::Chat;
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::{failure::Failure, limits::LimitOptions};

#[derive(Args, Debug)]
pub(crate) struct IrcOptions {
    /// Where IRC clients connect, such as `127.0.0.1:6667`. Passwords come as they are: beyond this machine put a proxy
    /// before it that ends TLS. None: there is no IRC
    #[arg(long, env = "CHAT_IRC_LISTEN", value_name = "ADDR:PORT")]
    irc_listen: Option<SocketAddr>,
}

impl IrcOptions {
    /// Serves IRC clients where that was asked for, until this is dropped; those who are there by then, until the chat is
    /// drained.
    pub(crate) async fn serve(
        &self,
        chat: &Chat,
        limits: &LimitOptions,
    ) -> Result<Option<AbortOnDropHandle<Infallible>>, Failure> {
        let Some(address) = self.irc_listen else { return Ok(None) };
        let failed = |source| Failure::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        println!("listening on irc://{}", listener.local_addr().map_err(failed)?);
        let serving = irc_gateway::serve(Arc::new(chat.clone()), listener, limits.write_timeout);
        Ok(Some(AbortOnDropHandle::new(tokio::spawn(serving))))
    }
}
