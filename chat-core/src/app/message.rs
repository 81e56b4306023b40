use async_trait::async_trait;
use tokio::sync::oneshot;

use super::{
    chat::{Chat, Inner},
    transaction::{Command, Tx},
};
use crate::{
    api::{History, Messages, ReadPosition, SendMessage, Sent},
    error::ChatError,
    model::{event::Seq, room::RoomId, session::Caller, user::UserId},
    ports::store::EventRange,
    realtime::{ReplyTo, notice::Notice},
    rules,
};

#[async_trait]
impl Messages for Chat {
    async fn send_message(&self, caller: &Caller, send: SendMessage) -> Result<Sent, ChatError> {
        let (reply_to, answer) = oneshot::channel();
        self.0.appender.enqueue(caller, send, ReplyTo::Caller(reply_to)).await?;
        // The appender answers all that it has taken, unless it panicked: then nobody knows.
        answer.await.map_err(|_| ChatError::Internal("the appender went away before it answered".into()))?
    }

    async fn history(
        &self,
        caller: &Caller,
        room: RoomId,
        range: EventRange,
        limit: usize,
    ) -> Result<History, ChatError> {
        let mut is_read_again = false;
        let (mut events, last_seq) = loop {
            // First the page, then the membership: whoever has left in between is refused, and so nobody reads what was
            // logged after they left.
            let events = self.0.store.events(room, range, limit.saturating_add(1)).await?;
            let last_seq = self.0.as_member(room, &caller.user).await?.last_seq;
            // A page that ends where by now something follows is read again, and then has that.
            let is_overtaken = events.is_empty() && matches!(range, EventRange::After(seq) if seq < last_seq);
            if !is_overtaken || is_read_again {
                break (events, last_seq);
            }
            is_read_again = true;
        };
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
        Ok(History { events, has_more, last_seq })
    }

    async fn mark_read(&self, caller: &Caller, room: RoomId, seq: Seq) -> Result<ReadPosition, ChatError> {
        self.0.execute(MarkRead { user: caller.user.clone(), room, seq }).await?;
        let view = self.0.view_as_member(room, &caller.user).await?;
        Ok(ReadPosition { read_seq: view.read_seq, unread: view.unread })
    }
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
            tx.discard();
            return Ok(());
        };
        let read_seq = rules::message::decide_read(member.read_seq, self.seq, last_seq);
        if read_seq == member.read_seq {
            tx.discard();
            return Ok(());
        }
        tx.set_read(self.room, &self.user, read_seq).await?;
        tx.tell(Notice::Receipt { room: self.room, user: self.user.clone(), read_seq });
        Ok(())
    }
}
