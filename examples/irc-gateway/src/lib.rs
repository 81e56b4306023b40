//! The chat for IRC clients: a transport like any other, which turns lines into calls of [`ChatService`] and what a
//! `Connection` brings into lines, and holds no rule.
//!
//! A client signs in by `PASS` and `NICK`, its password and its user id; `USER` names its device, of which each has one
//! session. `JOIN #roomId :password` takes a seat and shows the room; who has one needs no password. What costs coins is
//! not done before the client names the price: `/quote JOIN #roomId password 150`. `PART` shows a room no more; since the seat
//! may have been paid for, it is given up by `LEAVE #roomId` alone. A line is a message, an `ACTION` one that begins with
//! `/me`. Of the ids' characters `@`, `:` and `+` mean something else to clients: they are `|`, `^` and `}` here.
//! Passwords are sent as they are: beyond one's own machine put a proxy before it that ends TLS. It signs in users who have
//! a password with the chat; those of a host's own sign-in it does not know.

mod client;
mod command;
mod show;
mod talk;

use std::{net::IpAddr, sync::Arc, time::Duration};

use chat_core::api::ChatService;
use tokio::net::TcpStream;

/// Serves a client to its end; `Chat::drain` has it go. It has `patience` to sign in, and to take what it is sent; as often
/// it is asked for a sign of life, and given up where none comes before the next time. How many are served at once, of all
/// and of an address, is for the host to bound, which accepts them.
///
/// ```
/// use std::{sync::Arc, time::Duration};
///
/// async fn listen(chat: chat_core::Chat) -> std::io::Result<()> {
///     let listener = tokio::net::TcpListener::bind("127.0.0.1:6667").await?;
///     loop {
///         let (stream, from) = listener.accept().await?;
///         let served = irc_gateway::serve(Arc::new(chat.clone()), stream, from.ip(), Duration::from_secs(60));
///         tokio::spawn(served);
///     }
/// }
/// ```
pub async fn serve(chat: Arc<dyn ChatService>, stream: TcpStream, from: IpAddr, patience: Duration) {
    talk::serve(&*chat, client::Client::new(stream, from, patience)).await;
}
