//! Messages and read positions (R-MSG).

use chat_core::{
    api::{History, ReadPosition, Sent},
    error::Rejection,
    model::{
        event::{Event, EventKind, Seq},
        message::Message,
        room::{Member, RoomId},
        user::UserId,
    },
    ports::store::EventRange,
};

use super::{Place, World};
use crate::{
    answer::{Answer, Reply},
    words::{body, client_id},
};

impl Place {
    /// R-MSG-07.
    pub(super) fn unread(&self, member: &Member) -> u64 {
        let counts = |event: &&Event| {
            member.read_seq < event.seq
                && event.sender != member.user
                && matches!(&event.kind, EventKind::Message(message) if message.deleted_at.is_none())
        };
        self.log.iter().filter(counts).count() as u64
    }

    fn event(&self, seq: Seq) -> Option<&Event> {
        self.log.iter().find(|event| event.seq == seq)
    }
}

impl World {
    /// In the order of R-MSG-04.
    pub(super) fn send(
        &mut self,
        user: &UserId,
        room: RoomId,
        says: u8,
        key: Option<u8>,
        reply_to: Option<Seq>,
    ) -> Answer {
        let now = self.now;
        self.place(room)?.member(user).ok_or(Rejection::NotAMember)?;
        self.acting(user)?;
        let place = self.place_mut(room)?;
        let key = key.map(|key| (user.clone(), client_id(key)));
        if let Some(&(seq, said, replied)) = key.as_ref().and_then(|key| place.sent.get(key)) {
            if (said, replied) != (says, reply_to) {
                return Err(Rejection::IdempotencyConflict);
            }
            let event = place.event(seq).expect("what was sent is in the log").clone();
            return Ok(Reply::Sent(Sent { event, repeated: true }));
        }
        if place.room.closed_at.is_some() {
            return Err(Rejection::RoomClosed);
        }
        let is_message = |seq| matches!(place.event(seq), Some(Event { kind: EventKind::Message(_), .. }));
        if reply_to.is_some_and(|seq| !is_message(seq)) {
            return Err(Rejection::MessageNotFound);
        }
        let message = Message {
            body: Some(body(says)),
            client_id: key.as_ref().map(|(_, client_id)| client_id.clone()),
            reply_to,
            mentions: Vec::new(),
            edited_at: None,
            deleted_at: None,
            reactions: Vec::new(),
        };
        let event = place.log(user, now, EventKind::Message(message));
        if let Some(key) = key {
            place.sent.insert(key, (event.seq, says, reply_to));
        }
        Ok(Reply::Sent(Sent { event, repeated: false }))
    }

    pub(super) fn history(&self, user: &UserId, room: RoomId, range: EventRange, limit: usize) -> Answer {
        let place = self.place(room)?;
        place.member(user).ok_or(Rejection::NotAMember)?;
        let log = &place.log;
        let (start, end) = match range {
            EventRange::After(seq) => {
                let start = usize::try_from(seq.get()).unwrap_or(usize::MAX).min(log.len());
                (start, start.saturating_add(limit).min(log.len()))
            }
            EventRange::Before(seq) => {
                let end = usize::try_from(seq.get().saturating_sub(1)).unwrap_or(usize::MAX).min(log.len());
                (end.saturating_sub(limit), end)
            }
            EventRange::Newest => (log.len().saturating_sub(limit), log.len()),
        };
        let has_more = match range {
            EventRange::After(_) => end < log.len(),
            EventRange::Before(_) | EventRange::Newest => 0 < start,
        };
        Ok(Reply::History(History { events: log[start..end].to_vec(), has_more, last_seq: place.room.last_seq }))
    }

    pub(super) fn mark_read(&mut self, user: &UserId, room: RoomId, seq: Seq) -> Answer {
        self.acting(user)?;
        let place = self.place_mut(room)?;
        let last = place.room.last_seq;
        let member = place.members.iter_mut().find(|member| member.user == *user).ok_or(Rejection::NotAMember)?;
        if member.read_seq < seq {
            member.read_seq = seq.min(last);
        }
        let member = member.clone();
        Ok(Reply::Read(ReadPosition { read_seq: member.read_seq, unread: place.unread(&member) }))
    }
}
