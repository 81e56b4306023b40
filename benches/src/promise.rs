//! What has to hold after a load: every acknowledged message is stored once, in its order, and no number is missing.

use std::collections::HashMap;

use chat_core::{
    model::{
        event::{Event, EventKind, Seq},
        message::ClientId,
        room::RoomId,
        user::UserId,
    },
    ports::store::{EventRange, Store},
};

use crate::{
    Failure,
    load::Acknowledged,
    town::{Town, text_of},
};

/// A promise that was not kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("room {room}: after number {after} stands {found}")]
    Gap { room: RoomId, after: Seq, found: Seq },
    #[error("room {room}: the acknowledged message {seq} is not stored as it was acknowledged")]
    Lost { room: RoomId, seq: Seq },
    #[error("room {room}: {stored} messages are stored, and {acknowledged} were acknowledged")]
    Count { room: RoomId, stored: usize, acknowledged: usize },
    #[error("room {room}: message {seq} is not what its sender wrote")]
    Garbled { room: RoomId, seq: Seq },
    #[error("room {room}: {sender} wrote {earlier} before {later}")]
    Disordered { room: RoomId, sender: UserId, earlier: Seq, later: Seq },
}

const PAGE: usize = 1_000;

/// Reads the logs of a town in which nothing was written but these, given by sender in the order in which each wrote.
pub(crate) async fn check(store: &dyn Store, town: &Town, by_sender: &[Vec<Acknowledged>]) -> Result<(), Failure> {
    in_order(by_sender)?;
    let mut by_room: HashMap<RoomId, Vec<&Acknowledged>> = HashMap::new();
    for acknowledged in by_sender.iter().flatten() {
        by_room.entry(acknowledged.room).or_default().push(acknowledged);
    }
    for &room in &town.rooms {
        let log = read(store, room).await?;
        kept(room, &log, by_room.get(&room).map_or(&[], Vec::as_slice))?;
    }
    Ok(())
}

async fn read(store: &dyn Store, room: RoomId) -> Result<Vec<Event>, Failure> {
    let mut log: Vec<Event> = Vec::new();
    loop {
        let after = log.last().map_or(Seq::ZERO, |event| event.seq);
        let page = store.events(room, EventRange::After(after), PAGE).await?;
        if page.is_empty() {
            return Ok(log);
        }
        log.extend(page);
    }
}

/// Who waits for each answer sees their messages numbered in the order in which they sent them.
fn in_order(by_sender: &[Vec<Acknowledged>]) -> Result<(), Broken> {
    for sent in by_sender {
        let mut last: HashMap<(RoomId, &UserId), Seq> = HashMap::new();
        for Acknowledged { room, seq, sender, .. } in sent {
            if let Some(earlier) = last.insert((*room, sender), *seq)
                && *seq <= earlier
            {
                return Err(Broken::Disordered { room: *room, sender: sender.clone(), earlier, later: *seq });
            }
        }
    }
    Ok(())
}

/// Whether a room's whole log is what was acknowledged.
fn kept(room: RoomId, log: &[Event], acknowledged: &[&Acknowledged]) -> Result<(), Broken> {
    let mut after = Seq::ZERO;
    let mut stored: HashMap<Seq, (&UserId, &ClientId)> = HashMap::new();
    for event in log {
        if event.seq != after.next() {
            return Err(Broken::Gap { room, after, found: event.seq });
        }
        after = event.seq;
        let EventKind::Message(message) = &event.kind else { continue };
        let (Some(client_id), Some(body)) = (&message.client_id, &message.body) else {
            return Err(Broken::Garbled { room, seq: event.seq });
        };
        if body.as_str() != text_of(client_id.as_str()) {
            return Err(Broken::Garbled { room, seq: event.seq });
        }
        stored.insert(event.seq, (&event.sender, client_id));
    }
    for Acknowledged { seq, sender, client_id, .. } in acknowledged {
        if stored.get(seq) != Some(&(sender, client_id)) {
            return Err(Broken::Lost { room, seq: *seq });
        }
    }
    // With each of the acknowledged found at a number of its own, an equal count leaves no second copy of any.
    if stored.len() != acknowledged.len() {
        return Err(Broken::Count { room, stored: stored.len(), acknowledged: acknowledged.len() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chat_core::model::{
        message::{Message, MessageBody},
        time::Timestamp,
    };

    use super::*;

    fn room() -> RoomId {
        RoomId::from_bytes([1; 16])
    }

    fn message(seq: u64, key: &str) -> Event {
        let message = Message {
            body: Some(MessageBody::parse(text_of(key)).unwrap()),
            client_id: Some(ClientId::parse(key).unwrap()),
            reply_to: None,
            mentions: Vec::new(),
            edited_at: None,
            deleted_at: None,
            reactions: Vec::new(),
        };
        let (sender, at) = (UserId::parse("ann").unwrap(), Timestamp::from_millis(0));
        Event { room: room(), seq: Seq::new(seq), sender, at, kind: EventKind::Message(message) }
    }

    fn acknowledged(seq: u64, key: &str) -> Acknowledged {
        let (sender, client_id) = (UserId::parse("ann").unwrap(), ClientId::parse(key).unwrap());
        Acknowledged { room: room(), seq: Seq::new(seq), sender, client_id }
    }

    #[track_caller]
    fn check(log: &[Event], told: &[Acknowledged], expected: Result<(), Broken>) {
        assert_eq!(kept(room(), log, &told.iter().collect::<Vec<_>>()), expected);
    }

    #[test]
    fn what_was_acknowledged_and_stands_there_is_kept() {
        check(&[message(1, "a"), message(2, "b")], &[acknowledged(2, "b"), acknowledged(1, "a")], Ok(()));
    }

    #[test]
    fn every_way_to_break_the_promise_is_seen() {
        let (room, one) = (room(), Seq::new(1));
        let both = [acknowledged(1, "a"), acknowledged(2, "b")];
        let gap = Broken::Gap { room, after: one, found: Seq::new(3) };
        check(&[message(1, "a"), message(3, "b")], &both, Err(gap));
        check(&[message(1, "a")], &both, Err(Broken::Lost { room, seq: Seq::new(2) }));
        check(&[message(1, "b"), message(2, "a")], &both, Err(Broken::Lost { room, seq: one }));
        let twice = Broken::Count { room, stored: 2, acknowledged: 1 };
        check(&[message(1, "a"), message(2, "a")], &both[..1], Err(twice));
        let mut garbled = message(1, "a");
        if let EventKind::Message(message) = &mut garbled.kind {
            message.body = Some(MessageBody::parse(text_of("b")).unwrap());
        }
        check(&[garbled], &both[..1], Err(Broken::Garbled { room, seq: one }));
    }

    #[test]
    fn who_waited_for_an_answer_is_not_overtaken_by_themself() {
        let sent = vec![acknowledged(2, "a"), acknowledged(1, "b")];
        let (sender, earlier, later) = (UserId::parse("ann").unwrap(), Seq::new(2), Seq::new(1));
        assert_eq!(in_order(&[sent]), Err(Broken::Disordered { room: room(), sender, earlier, later }));
    }
}
