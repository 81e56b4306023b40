use async_trait::async_trait;

use super::{
    chat::{Chat, Inner},
    hook::{Heard, QUESTIONS, UNDECIDED},
    room_change::CloseRoom,
    transaction::{Command, Tx},
};
use crate::{
    api::{ChangeRoom, CreateRoom, CreatedRoom, JoinRoom, Joined, Rooms},
    error::{ChatError, Rejection},
    model::{
        admission::{Admission, AdmissionKind},
        coin::Coins,
        event::{EventKind, Seq},
        room::{Member, Role, Room, RoomId, RoomView},
        session::Caller,
        time::Timestamp,
        user::{PasswordHash, UserId},
    },
    ports::{
        hook::{IntendedRoom, Verdict},
        store::NewRoom,
    },
    rules::{self, room::Leave},
};

#[async_trait]
impl Rooms for Chat {
    async fn create_room(&self, caller: &Caller, create: CreateRoom) -> Result<CreatedRoom, ChatError> {
        let password = self.0.passwords.hash(create.password.expose()).await?;
        let mut heard = None;
        for _ in 0..QUESTIONS {
            let (user, create, password) = (caller.user.clone(), create.clone(), password.clone());
            match self.0.execute(Create { user, create, password, heard }).await? {
                Made::Now(room) => return Ok(CreatedRoom { room: *room, repeated: false }),
                Made::Before(room) => {
                    let room = self.0.view_as_member(room, &caller.user).await?;
                    return Ok(CreatedRoom { room, repeated: true });
                }
                Made::Ask(question) => {
                    let verdict = self.0.hooks.before_create(&question).await?;
                    heard = Some((question, verdict));
                }
            }
        }
        Err(UNDECIDED)
    }

    async fn rooms(&self, caller: &Caller) -> Result<Vec<RoomView>, ChatError> {
        Ok(self.0.store.rooms_of(&caller.user).await?)
    }

    async fn room(&self, caller: &Caller, room: RoomId) -> Result<RoomView, ChatError> {
        self.0.view_as_member(room, &caller.user).await
    }

    async fn join_room(&self, caller: &Caller, join: JoinRoom) -> Result<Joined, ChatError> {
        self.0.join(caller, join).await
    }

    async fn leave_room(&self, caller: &Caller, room: RoomId) -> Result<(), ChatError> {
        self.0.execute(LeaveRoom { user: caller.user.clone(), room }).await
    }

    async fn change_room(&self, caller: &Caller, room: RoomId, change: ChangeRoom) -> Result<RoomView, ChatError> {
        self.0.change_room(caller, room, change).await
    }

    async fn close_own_room(&self, caller: &Caller, room: RoomId) -> Result<(), ChatError> {
        self.0.execute(CloseRoom { user: caller.user.clone(), room }).await
    }
}

pub(super) struct Create {
    pub(super) user: UserId,
    pub(super) create: CreateRoom,
    pub(super) password: PasswordHash,
    pub(super) heard: Heard<IntendedRoom, Verdict>,
}

pub(super) enum Made {
    Now(Box<RoomView>),
    Before(RoomId),
    /// The host is to be asked this first. Nothing was done.
    Ask(IntendedRoom),
}

#[async_trait]
impl Command for Create {
    type Answer = Made;

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<Made, ChatError> {
        let maker = tx.lock_actor(&self.user).await?.user;
        let CreateRoom { name, capacity, client_id, .. } = &self.create;
        // Before anything is refused: a retry is answered also by who is prime no more.
        if let Some(client_id) = client_id
            && let Some(made) = tx.room_made_as(&self.user, client_id).await?
        {
            return Ok(Made::Before(made));
        }
        rules::room::decide_create(maker.prime)?;
        let intended = IntendedRoom { owner: self.user.clone(), name: name.clone(), capacity: *capacity };
        match chat.hooks.verdict(&self.heard, &intended, Verdict::Allow) {
            Some(verdict) => verdict.obeyed()?,
            None => return Ok(Made::Ask(intended)),
        }
        let now = tx.now;
        let mut room = Room {
            id: RoomId::new(),
            name: name.clone(),
            owner: self.user.clone(),
            capacity: *capacity,
            member_count: 0,
            last_seq: Seq::ZERO,
            created_at: now,
            closed_at: None,
        };
        let new = NewRoom {
            id: room.id,
            name: room.name.clone(),
            owner: room.owner.clone(),
            password: self.password.clone(),
            capacity: room.capacity,
            client_id: client_id.clone(),
            created_at: now,
        };
        tx.insert_room(&new).await?;
        let admission = Admission { kind: AdmissionKind::Owner, coins: Coins::ZERO, at: now };
        tx.insert_admission(&self.user, room.id, &admission).await?;
        let view = tx.seat(&mut room, &self.user, Role::Owner).await?;
        Ok(Made::Now(Box::new(view)))
    }
}

impl Tx {
    /// Seats somebody in a room that is locked, and answers how they see it then.
    pub(super) async fn seat(&mut self, room: &mut Room, user: &UserId, role: Role) -> Result<RoomView, ChatError> {
        let joined = self.log(room, user, EventKind::Joined).await?;
        let member = member(user, role, joined.seq, self.now);
        self.seat_member(room.id, &member).await?;
        room.member_count += 1;
        Ok(RoomView { room: room.clone(), role, read_seq: member.read_seq, unread: 0 })
    }

    /// Takes a user's seat in a room, both of which are locked, and does what follows from it (R-ADM-10).
    pub(super) async fn leave(&mut self, mut room: Room, user: &UserId) -> Result<(), ChatError> {
        let members = self.members_in(room.id).await?;
        let leave = rules::room::decide_leave(user, &members, room.closed_at.is_some())?;
        let left = self.log(&mut room, user, EventKind::Left).await?;
        self.unseat_member(user, &left).await?;
        match leave {
            Leave::Seat | Leave::StayClosed => {}
            Leave::HandOver(heir) => {
                self.change_role(&mut room, user, &heir, Role::Owner).await?;
            }
            Leave::Close => self.close(room, user, false).await?,
        }
        Ok(())
    }
}

/// A member who sits down now. What was written before counts as read (R-MSG-02).
fn member(user: &UserId, role: Role, joined_seq: Seq, now: Timestamp) -> Member {
    Member { user: user.clone(), role, joined_at: now, joined_seq, read_seq: joined_seq }
}

struct LeaveRoom {
    user: UserId,
    room: RoomId,
}

#[async_trait]
impl Command for LeaveRoom {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        tx.lock_actor(&self.user).await?;
        let room = tx.lock_room(self.room).await?.ok_or(Rejection::RoomNotFound)?.room;
        tx.leave(room, &self.user).await
    }
}
