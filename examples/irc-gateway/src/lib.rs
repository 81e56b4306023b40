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

use std::{convert::Infallible, sync::Arc, time::Duration};

use chat_core::api::ChatService;
use tokio::{net::TcpListener, sync::Semaphore, time::sleep};

/// How many connections are open at once; others wait in the listener's queue.
const CONNECTIONS: usize = 1_000;

/// Serves the clients of a listener, each in a task of its own. Dropped, it takes nobody any more; `Chat::drain` has those
/// go who are there. A client has `patience` to sign in, and to take what it is sent; as often it is asked for a sign of
/// life, and given up where none comes before the next time.
pub async fn serve(chat: Arc<dyn ChatService>, listener: TcpListener, patience: Duration) -> Infallible {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await.ok();
        match listener.accept().await {
            Ok((stream, peer)) => {
                let client = client::Client::new(stream, peer.ip(), patience);
                drop(tokio::spawn(talk::serve(Arc::clone(&chat), client, place)));
            }
            Err(error) => {
                // Most often the system has no more sockets: some are closed meanwhile.
                tracing::warn!(%error, "no connection can be taken");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
