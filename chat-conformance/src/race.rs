//! Many at once through a whole chat, half of them on a second node.

mod coin;
mod friend;
mod message;
mod nodes;
mod outbox;
mod seat;
mod user;

pub(crate) use self::{coin::*, friend::*, message::*, nodes::at_once, outbox::*, seat::*, user::*};
