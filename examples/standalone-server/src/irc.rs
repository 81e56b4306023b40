//! IRC, where it was asked for.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use chat_core::Chat;
use clap::Args;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    failure::Failure,
    limits::LimitOptions,
    options::{MaybeAddress, maybe_address},
    serve::listen,
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
        limits: &LimitOptions,
    ) -> Result<Option<AbortOnDropHandle<Infallible>>, Failure> {
        let Some(address) = self.address() else { return Ok(None) };
        let failed = |source| Failure::Listen { address, source };
        let listener = listen(address).map_err(failed)?;
        println!("listening on irc://{}", listener.local_addr().map_err(failed)?);
        let serving = irc_gateway::serve(Arc::new(chat.clone()), listener, limits.write_timeout);
        Ok(Some(AbortOnDropHandle::new(tokio::spawn(serving))))
    }
}
