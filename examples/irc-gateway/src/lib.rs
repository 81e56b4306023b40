//! The chat for IRC clients: a transport like any other, which turns lines into calls of [`ChatService`] and what a
//! `Connection` brings into lines, and holds no rule.
//!
//! A client signs in by `PASS` and `NICK`, its password and its user id; `USER` names its device, of which each has one
//! session. `JOIN #roomId password` takes a seat and shows the room; who has one needs no password. What costs coins is
//! not done before the client names the price: `JOIN #roomId password 150`. `PART` shows a room no more; since the seat
//! may have been paid for, it is given up by `LEAVE #roomId` alone. A line is a message, an `ACTION` one that begins with
//! `/me`. Of the ids' characters `@`, `:` and `+` mean something else to clients: they are `|`, `^` and `}` here.
//! Passwords are sent as they are: beyond one's own machine put a proxy before it that ends TLS. It signs in users who have
//! a password with the chat; those of a host's own sign-in it does not know.

mod client;
mod command;
mod show;
mod sign_in;
mod talk;

use std::{convert::Infallible, sync::Arc, time::Duration};

use chat_core::api::ChatService;
use tokio::{net::TcpListener, sync::Semaphore, time::sleep};

use crate::client::Client;

/// How many connections are open at once.
const CONNECTIONS: usize = 1_000;

/// What is had of clients.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a client may take to sign in, or take nothing of what it is sent; who is silent for so long is asked for a
    /// sign of life, and given up where none comes in as long again.
    pub patience: Duration,
    /// How many lines are seen to at once; of the others one each half a second, while they wait in the client's socket.
    pub burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(60), burst: 20 }
    }
}

/// Serves the clients of a listener, each in a task of its own. Dropped, it takes nobody any more; `Chat::drain` has those
/// go who are there.
pub async fn serve(chat: Arc<dyn ChatService>, listener: TcpListener, limits: Limits) -> Infallible {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Most often the system has no more sockets: some are closed meanwhile.
                tracing::warn!(%error, "no connection can be taken");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => {
                let client = Client::new(stream, peer.ip(), limits);
                drop(tokio::spawn(talk::converse(Arc::clone(&chat), client, place)));
            }
            // Who is gone already, or takes nothing, is not told.
            Err(_) => drop(stream.try_write(b"ERROR :overloaded: too many connections\r\n")),
        }
    }
}
