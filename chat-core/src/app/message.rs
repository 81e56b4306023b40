use async_trait::async_trait;
use tokio::sync::oneshot;

use super::{
    chat::{Chat, Inner},
    message_change::Change,
    transaction::{Command, Tx},
};
use crate::{
    api::{ChangedMessage, History, MessageId, Messages, React, ReadPosition, SendMessage, Sent},
    error::ChatError,
    model::{
        event::{Event, Seq},
        message::MessageBody,
        room::RoomId,
        session::Caller,
        user::UserId,
    },
    ports::store::EventRange,
    realtime::{
        ReplyTo,
        notice::{Notice, Origin},
    },
    rules,
};

#[async_trait]
impl Messages for Chat {
    async fn send_message(&self, caller: &Caller, send: SendMessage) -> Result<Sent, ChatError> {
        let draft = self.0.hooks.screen(self.0.appender.draft(caller, send)).await?;
        let (reply_to, answer) = oneshot::channel();
        self.0.appender.enqueue(draft, ReplyTo::Caller(reply_to)).await?;
        // The appender answers all that it has taken, unless it panicked: then nobody knows.
        answer.await.map_err(|_| ChatError::Internal("the appender went away before it answered".into()))?
    }

    async fn edit_message(
        &self,
        caller: &Caller,
        message: MessageId,
        body: MessageBody,
        origin: Option<Origin>,
    ) -> Result<ChangedMessage, ChatError> {
        self.0.change_message(caller, message, Change::Edit(body), origin).await
    }

    async fn delete_message(
        &self,
        caller: &Caller,
        message: MessageId,
        origin: Option<Origin>,
    ) -> Result<ChangedMessage, ChatError> {
        self.0.change_message(caller, message, Change::Delete, origin).await
    }

    async fn react(
        &self,
        caller: &Caller,
        message: MessageId,
        react: React,
        origin: Option<Origin>,
    ) -> Result<ChangedMessage, ChatError> {
        self.0.change_message(caller, message, Change::React(react), origin).await
    }

    async fn history(
        &self,
        caller: &Caller,
        room: RoomId,
        range: EventRange,
        limit: usize,
    ) -> Result<History, ChatError> {
        let mut read = self.0.page(caller, room, range, limit).await?;
        if is_overtaken(range, &read.events, read.last_seq) {
            // By now something follows, and then the page has that.
            read = self.0.page(caller, room, range, limit).await?;
        }
        Ok(cut(read, range, limit))
    }

    async fn mark_read(&self, caller: &Caller, room: RoomId, seq: Seq) -> Result<ReadPosition, ChatError> {
        self.0.execute(MarkRead { user: caller.user.clone(), room, seq }).await?;
        let view = self.0.view_as_member(room, &caller.user).await?;
        Ok(ReadPosition { read_seq: view.read_seq, unread: view.unread })
    }
}

/// What was read for a page: at most one event more than it has, and then the membership.
struct Read {
    events: Vec<Event>,
    last_seq: Seq,
}

impl Inner {
    async fn page(&self, caller: &Caller, room: RoomId, range: EventRange, limit: usize) -> Result<Read, ChatError> {
        // First the page, then the membership: whoever has left in between is refused, and so nobody reads what was
        // logged after they left.
        let events = self.store.events(room, range, limit.saturating_add(1)).await?;
        let last_seq = self.as_member(room, &caller.user).await?.last_seq;
        Ok(Read { events, last_seq })
    }
}

/// Whether a page ends where by now something follows.
fn is_overtaken(range: EventRange, events: &[Event], last_seq: Seq) -> bool {
    events.is_empty() && matches!(range, EventRange::After(seq) if seq < last_seq)
}

/// The page of what was read.
fn cut(Read { mut events, last_seq }: Read, range: EventRange, limit: usize) -> History {
    let has_more = limit < events.len();
    match range {
        EventRange::After(_) => events.truncate(limit),
        // The one too many is the oldest.
        EventRange::Before(_) | EventRange::Newest => {
            events.drain(..events.len().saturating_sub(limit));
        }
    }
    // A page that reaches the log's end says where that was, also where more was logged between the reads.
    let is_at_the_end = |newest: Seq| match range {
        EventRange::Newest => true,
        EventRange::After(_) => !has_more,
        EventRange::Before(seq) => newest.next() < seq,
    };
    let newest = events.last().map(|event| event.seq);
    let last_seq = newest.filter(|&newest| is_at_the_end(newest)).unwrap_or(last_seq);
    History { events, has_more, last_seq }
}

struct MarkRead {
    user: UserId,
    room: RoomId,
    seq: Seq,
}

#[async_trait]
impl Command for MarkRead {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        tx.lock_actor(&self.user).await?;
        let Some((member, last_seq)) = tx.lock_member(self.room, &self.user).await? else {
            // Why not is told by the read that follows.
            return Ok(());
        };
        let read_seq = rules::message::decide_read(member.read_seq, self.seq, last_seq);
        if read_seq == member.read_seq {
            return Ok(());
        }
        tx.set_read(self.room, &self.user, read_seq).await?;
        tx.tell(Notice::Receipt { room: self.room, user: self.user.clone(), read_seq });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{event::EventKind, time::Timestamp};

    fn events(numbers: impl IntoIterator<Item = u64>) -> Vec<Event> {
        let room = RoomId::new();
        let sender = UserId::parse("alice").unwrap();
        let at = Timestamp::from_millis(0);
        let event = |seq| Event { room, seq: Seq::new(seq), sender: sender.clone(), at, kind: EventKind::Joined };
        numbers.into_iter().map(event).collect()
    }

    #[test]
    fn a_page_is_overtaken_that_ends_where_something_follows() {
        let after = |seq, numbers: std::ops::Range<u64>, last_seq| {
            is_overtaken(EventRange::After(Seq::new(seq)), &events(numbers), Seq::new(last_seq))
        };
        assert!(after(3, 0..0, 4), "what was logged between the two reads is missing");
        assert!(!after(4, 0..0, 4), "this is the end");
        assert!(!after(5, 0..0, 4), "and this is beyond it");
        assert!(!after(3, 4..5, 5), "a page that has something tells how far it goes");
        for range in [EventRange::Newest, EventRange::Before(Seq::new(1))] {
            assert!(!is_overtaken(range, &[], Seq::new(4)), "{range:?}");
        }
    }

    #[test]
    fn a_page_that_reaches_the_end_says_where_that_was_as_it_was_read() {
        let page = |range, numbers: std::ops::RangeInclusive<u64>, last_seq| {
            let page = cut(Read { events: events(numbers), last_seq: Seq::new(last_seq) }, range, 3);
            let numbers: Vec<u64> = page.events.iter().map(|event| event.seq.get()).collect();
            (numbers, page.has_more, page.last_seq.get())
        };
        let (after, before) = (|seq| EventRange::After(Seq::new(seq)), |seq| EventRange::Before(Seq::new(seq)));
        assert_eq!(page(after(3), 4..=6, 9), (vec![4, 5, 6], false, 6), "7 to 9 came after the page was read");
        assert_eq!(page(after(3), 4..=7, 9), (vec![4, 5, 6], true, 9));
        assert_eq!(page(EventRange::Newest, 3..=6, 9), (vec![4, 5, 6], true, 6));
        assert_eq!(page(EventRange::Newest, 1..=2, 2), (vec![1, 2], false, 2));
        assert_eq!(page(before(5), 1..=4, 9), (vec![2, 3, 4], true, 9));
        assert_eq!(page(before(9), 3..=6, 9), (vec![4, 5, 6], true, 6), "there was no 7 yet");
    }
}
