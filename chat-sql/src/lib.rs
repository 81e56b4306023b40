//! What the chat's stores on SQL share, whichever database they speak to: the names of the tables under an embedder's
//! prefix, the order of migrations, and rows into values. It is there for `chat-sqlite` and `chat-mysql`; who writes a
//! store of their own on sqlx may use it, too.
#![deny(rustdoc::broken_intra_doc_links)]

pub mod migration;
pub mod row;
pub mod tables;

mod admission;
mod audit;
mod ban;
mod block;
mod charge;
mod coin;
mod friend;
mod invite;
mod message;
mod outbox;
mod room;
mod session;
mod user;

pub use self::{
    admission::entrant,
    audit::audit_entry,
    ban::ban,
    block::{block, other},
    charge::charge,
    coin::coin_entry,
    friend::{friend, request, ties},
    invite::invite,
    message::{LoggedKind, event, mentions_column, mentions_of, reactions_column, sent_before},
    outbox::{SubjectColumns, dead_letter, outbox_entry},
    room::{last_seq, locked_room, member, membership, named_member, room_view},
    session::{session, session_and_standing},
    user::{admin_user, credentials, locked_user, standing},
};
