//! What the chat says, as types: the JSON of its contract. Members that a later version adds are passed over.

mod coin;
mod command;
mod event;
mod frame;
mod friend;
mod invite;
mod message;
mod problem;
mod room;
mod session;
mod time;
mod user;

pub use self::{
    coin::{CoinEntry, CoinHistory, CoinKind},
    event::{Event, EventKind, Message, Reaction},
    frame::{FriendChange, NoticeCode, RemovalReason},
    friend::{Block, Friend, FriendRequest, RequestBox, RequestState},
    invite::{Invite, NewInvite},
    message::{Changed, History, ReadPosition},
    problem::{FieldError, Problem},
    room::{Admission, AdmissionKind, Ban, Join, Joined, Member, NewRoom, OwnMembership, Role, Room, RoomChange, Way},
    session::{DeviceSession, Registration, Session, SignedIn},
    time::Time,
    user::{Profile, Relation, User},
};
pub(crate) use self::{command::Command, frame::Frame};
