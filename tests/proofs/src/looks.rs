//! Looking at everything, so that nothing can differ unseen.

use chat_core::{
    model::{
        friend::RequestBox,
        room::{Role, RoomId},
        user::UserId,
    },
    ports::store::EventRange,
};

use crate::{command::Command, world::World};

/// More than any test writes.
const ALL: usize = 100_000;

/// The commands that show all that a user can see of themself.
#[must_use]
pub fn of_user(user: &UserId) -> Vec<Command> {
    let user = || user.clone();
    vec![
        Command::FindUser { user: user() },
        Command::CoinEntries { user: user(), before: None, limit: ALL },
        Command::Rooms { user: user() },
        Command::FriendRequests { user: user(), which: RequestBox::In },
        Command::FriendRequests { user: user(), which: RequestBox::Out },
        Command::Friends { user: user() },
        Command::Blocks { user: user() },
    ]
}

/// The commands that show all that is in a room; without its log, invites and bans where nobody is left to read them.
#[must_use]
pub fn of_room(world: &World, room: RoomId) -> Vec<Command> {
    let members = world.places.get(&room).map(|place| place.members.as_slice()).unwrap_or_default();
    let look = Command::LookAtRoom { room };
    let Some(owner) = members.iter().find(|member| member.role == Role::Owner) else { return vec![look] };
    let user = || owner.user.clone();
    vec![
        look,
        Command::Members { user: user(), room },
        log_of(room, user()),
        Command::Invites { user: user(), room },
        Command::Bans { user: user(), room },
    ]
}

/// The whole log of a room, as this user reads it.
#[must_use]
pub const fn log_of(room: RoomId, user: UserId) -> Command {
    Command::History { user, room, range: EventRange::Newest, limit: ALL }
}

/// The commands that show all there is.
#[must_use]
pub fn of_all(world: &World) -> Vec<Command> {
    let users = world.accounts.keys().flat_map(of_user);
    users.chain(world.places.keys().flat_map(|&room| of_room(world, room))).collect()
}
