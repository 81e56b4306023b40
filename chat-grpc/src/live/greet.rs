//! The beginning of a stream: `hello`, and where the caller is.

use chat_core::{
    api::Resume,
    model::{event::Seq, room::RoomId, session::Caller},
    realtime::{connection::Connection, delivery::Delivery},
};
use tokio::time::{Instant, timeout_at};

use super::{
    Peer,
    client::Client,
    frame::{self, answer},
    over::Over,
    talk::{still_signed_in, unknown_command},
};
use crate::{
    limits::Kind,
    refusal::Refusal,
    v1::{self, client_frame::Command, room_removed::Reason, server_frame::Frame},
};

/// Waits for `hello` and answers it.
pub(super) async fn greet(peer: &Peer, client: &mut Client, connection: &mut Connection) -> Result<(), Over> {
    let deadline = Instant::now() + peer.endpoint.config.hello_timeout;
    loop {
        let heard = tokio::select! {
            delivery = connection.next() => match delivery {
                Delivery::Draining => return Err(Over::draining()),
                Delivery::Ended(reason) => return Err(Over::ended(reason)),
                // Not owed to who has not said hello: what is true then stands in the welcome.
                _ => continue,
            },
            heard = timeout_at(deadline, client.hear()) => heard.map_err(|_| Over::hello_missing())??,
        };
        let Some(v1::ClientFrame { id, command }) = heard else { return Err(Over::Done) };
        still_signed_in(&peer.endpoint, &peer.caller, connection)?;
        match command {
            Some(Command::Hello(hello)) => {
                if let Err(refusal) = peer.count(Kind::Read) {
                    client.tell(answer(id, Err(refusal))).await?;
                } else if welcome(&peer.caller, client, connection, id, hello).await? {
                    return Ok(());
                }
            }
            Some(_) => return Err(Over::protocol_error("hello comes first")),
            None => {
                let refusal = peer.count(Kind::Read).err().unwrap_or_else(unknown_command);
                client.tell(answer(id, Err(refusal))).await?;
            }
        }
    }
}

/// Tells the caller where they are; `false` where that failed, and was answered so.
async fn welcome(
    caller: &Caller,
    client: &mut Client,
    connection: &mut Connection,
    id: u64,
    hello: v1::Hello,
) -> Result<bool, Over> {
    let (resume, unknown) = resume_of(hello);
    let rooms = match connection.start(&resume).await {
        Ok(rooms) => rooms,
        Err(failed) => {
            client.tell(answer(id, Err(Refusal::from(failed)))).await?;
            return Ok(false);
        }
    };
    let welcome = v1::Welcome {
        id,
        user_id: caller.user.to_string(),
        device_id: caller.session.as_ref().map(|session| session.device.to_string()),
        rooms: rooms.iter().map(v1::Room::from).collect(),
    };
    client.tell(Frame::Welcome(welcome)).await?;
    for room in unknown {
        client.tell(frame::room_removed(room, Reason::Left)).await?;
    }
    Ok(true)
}

/// The numbers that a client names, and the names that are no room's.
fn resume_of(hello: v1::Hello) -> (Resume, Vec<String>) {
    let mut resume = Resume::new();
    let mut unknown = Vec::new();
    for (room, seq) in hello.rooms {
        match RoomId::parse(&room) {
            Some(room) => drop(resume.insert(room, Seq::new(seq))),
            None => unknown.push(room),
        }
    }
    (resume, unknown)
}
