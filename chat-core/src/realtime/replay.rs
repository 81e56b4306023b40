//! What a connection reads from the store at the pace of its reader: a page at a time, and no more is kept.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use tokio::task::JoinHandle;

use super::notice::Logged;
use crate::{
    model::{
        event::{Event, Seq},
        room::{RoomId, RoomView},
        user::UserId,
    },
    ports::store::{EventRange, Store, StoreError},
};

/// What is still to be read.
#[derive(Default)]
pub(super) struct Replay {
    /// Rooms whose logs are read on. One is read to where its log was when its turn began, and then goes to the end.
    behind: VecDeque<Behind>,
    /// What was read of the first of them.
    page: VecDeque<Event>,
    /// Rooms to be looked up. In none of them the client is told anything yet.
    looks: VecDeque<(RoomId, Look)>,
    /// In a task of its own: a reader that stops waiting loses nothing, and holds on to nothing of the store's.
    reading: Option<JoinHandle<Result<Read, StoreError>>>,
}

/// A room's log, as far as it is to be read.
pub(super) struct Behind {
    pub(super) room: RoomId,
    pub(super) after: Seq,
    pub(super) up_to: Seq,
    /// What the connection's own commands have caused of it, whose answers stand in its place.
    pub(super) own: BTreeMap<Seq, Arc<Logged>>,
}

/// Why a room is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The user took a seat.
    Added,
    /// Too much of it was missed, or the client is beyond its log. The membership was read before the subscription, and
    /// a seat that ended between the two would be skipped with the rest.
    Reset,
}

enum Read {
    Page { events: Vec<Event>, is_member: bool },
    Room(Option<Box<RoomView>>),
}

/// What reading brought.
pub(super) enum Step {
    /// The next event of the room that is first.
    Missed(Event),
    /// The user has no seat any more in the room that was first: what was read may be of after that.
    NoSeat(Behind),
    /// A room was looked up.
    Looked(RoomId, Look, Option<Box<RoomView>>),
}

/// How many events are read at once: what one reader costs at most, and how often the store is asked.
const PAGE: usize = 100;

impl Replay {
    pub(super) fn is_done(&self) -> bool {
        self.behind.is_empty() && self.looks.is_empty()
    }

    pub(super) fn read_on(&mut self, behind: Behind) {
        self.behind.push_back(behind);
    }

    /// Has a room looked up, unless that is under way.
    pub(super) fn look(&mut self, room: RoomId, why: Look) {
        if self.looks.iter().all(|(other, _)| *other != room) {
            self.looks.push_back((room, why));
        }
    }

    /// The room that is first, whose last event was the last step.
    pub(super) fn first(&mut self) -> Option<&mut Behind> {
        self.behind.front_mut()
    }

    /// Reads on no further in the room that is first.
    pub(super) fn take_first(&mut self) -> Option<Behind> {
        self.page.clear();
        self.behind.pop_front()
    }

    /// The next step; not asked where all is done. `follow` has the hub tell the connection of a room that is to be looked
    /// up. Cancel safe.
    pub(super) async fn next(
        &mut self,
        store: &Arc<dyn Store>,
        user: &UserId,
        follow: impl Fn(RoomId),
    ) -> Result<Step, StoreError> {
        loop {
            if let Some(event) = self.page.pop_front() {
                return Ok(Step::Missed(event));
            }
            let looks = self.looks.front().copied();
            let reading = match (&mut self.reading, looks, self.behind.front()) {
                (Some(reading), ..) => reading,
                (none, Some((room, _)), _) => {
                    follow(room);
                    none.insert(tokio::spawn(look_up(Arc::clone(store), room, user.clone())))
                }
                (none, None, Some(behind)) => {
                    let page = read_page(Arc::clone(store), behind.room, behind.after, user.clone());
                    none.insert(tokio::spawn(page))
                }
                (None, None, None) => std::future::pending().await,
            };
            let read = reading.await;
            self.reading = None;
            match read.map_err(|_| StoreError::Unknown("the store panicked".into()))?? {
                Read::Room(view) => {
                    if let Some((room, why)) = self.looks.pop_front() {
                        return Ok(Step::Looked(room, why, view));
                    }
                }
                Read::Page { is_member: false, .. } => {
                    if let Some(behind) = self.take_first() {
                        return Ok(Step::NoSeat(behind));
                    }
                }
                Read::Page { events, is_member: true } => self.fill(events)?,
            }
        }
    }

    fn fill(&mut self, events: Vec<Event>) -> Result<(), StoreError> {
        let up_to = self.behind.front().map_or(Seq::ZERO, |behind| behind.up_to);
        self.page.extend(events.into_iter().take_while(|event| event.seq <= up_to));
        if self.page.is_empty() {
            return Err(StoreError::Corrupt("a room's log ends before what was published of it".into()));
        }
        Ok(())
    }
}

async fn look_up(store: Arc<dyn Store>, room: RoomId, user: UserId) -> Result<Read, StoreError> {
    Ok(Read::Room(store.room_view(room, &user).await?.map(Box::new)))
}

/// Reads the page first, and then whether the user has a seat: what was changed after they had lost it is not for them.
async fn read_page(store: Arc<dyn Store>, room: RoomId, after: Seq, user: UserId) -> Result<Read, StoreError> {
    let events = store.events(room, EventRange::After(after), PAGE).await?;
    let is_member = store.membership(room, &user).await?.is_some();
    Ok(Read::Page { events, is_member })
}
