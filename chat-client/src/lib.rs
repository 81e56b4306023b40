//! A client of the chat, for bots and applications that are written in Rust.
//!
//! # What it promises
//! * **Each event once, in order, without hole**: over any number of lost connections, [`Updates`] has the events of each
//!   room one after another by their numbers. What was missed is asked for anew, from the server or by pages.
//! * **Each message once**: what is not answered is sent again after a lost connection, in order, under its key.
//! * **It comes back by itself**, after a wait that grows and that chance shortens, and gives up where that is of no use:
//!   [`Update::Ended`].
//! * **It stays signed in**: it refreshes its session, also on a living connection ([`Api::login`]), or asks you for tokens
//!   ([`Tokens`]).
//! * **Bounded memory**: where the application does not read, the connection is not read either.
//!
//! # What it does not
//! It keeps nothing on disk: keep the session ([`Api::session`]) and the number of the last event of each room that you
//! have dealt with, and begin from there ([`Options::positions`]). It logs nothing, and decides nothing: the server does.
//! It speaks no TLS.
//!
//! # Where to go
//! [`Api`] signs in and asks by REST. [`Client`] is connected; its page has an example. [`Update`] is all that an
//! application is told. [`Replica`] makes of events what a room is now. Everything else is what the chat says, as types.
#![warn(clippy::missing_errors_doc)]
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

mod api;
mod backoff;
mod client;
mod driver;
mod error;
mod options;
mod replica;
mod sign_in;
mod update;
mod wire;

pub use self::{
    api::{Api, Page},
    client::{Client, Draft},
    error::{End, Error},
    options::{Begin, Options},
    replica::{Replica, Seat, Written},
    sign_in::Tokens,
    update::{Cause, Update, Updates},
    wire::{
        Admission, AdmissionKind, Ban, Block, Changed, CoinEntry, CoinHistory, CoinKind, DeviceSession, Event,
        EventKind, FieldError, Friend, FriendChange, FriendRequest, History, Invite, Join, Joined, Member, Message,
        NewInvite, NewRoom, NoticeCode, OwnMembership, Problem, Profile, Reaction, ReadPosition, Registration,
        Relation, RemovalReason, RequestBox, RequestState, Role, Room, RoomChange, Session, SignedIn, Time, User, Way,
    },
};
