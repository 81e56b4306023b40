//! The operations of users: one file a noun, each with its requests and its routes. Nothing is decided here.

mod ban;
mod block;
mod codes;
mod coin;
mod friend;
mod invite;
mod member;
mod message;
mod number;
pub(crate) mod page;
mod room;
mod session;
mod user;

use std::{sync::Arc, time::Duration};

use axum::Router;
use chat_core::{
    api::ChatService,
    error::Rejection,
    model::{
        friend::RequestId,
        room::RoomId,
        session::{Caller, DeviceId},
        user::UserId,
    },
};
use poem_openapi::{OpenApi, OpenApiService, Tags};

use self::codes::codes_of;
use crate::{event_stream::EventStreamRoutes, mount::mount, problem::Problem, signed_in::SignIn};

/// What there is where users have accounts with the chat itself.
type Accounts = (user::RegisterRoutes, session::SessionRoutes);

type Operations = (
    user::UserRoutes,
    room::RoomRoutes,
    member::MemberRoutes,
    ban::BanRoutes,
    invite::InviteRoutes,
    message::MessageRoutes,
    coin::CoinRoutes,
    friend::FriendRoutes,
    block::BlockRoutes,
    EventStreamRoutes,
);

/// A router of all operations on `chat`, those of its own accounts only where it has any, and of `routes`, which are none.
pub(crate) fn mount_beside(
    routes: Router,
    chat: &Arc<dyn ChatService>,
    sign_in: Arc<dyn SignIn<Caller>>,
    own_accounts: bool,
    heartbeat: Duration,
) -> Router {
    if own_accounts {
        mount(routes, service((accounts(chat), operations(chat, heartbeat))), sign_in, codes_of)
    } else {
        mount(routes, service(operations(chat, heartbeat)), sign_in, codes_of)
    }
}

fn accounts(chat: &Arc<dyn ChatService>) -> Accounts {
    (user::RegisterRoutes(Arc::clone(chat)), session::SessionRoutes(Arc::clone(chat)))
}

fn operations(chat: &Arc<dyn ChatService>, heartbeat: Duration) -> Operations {
    let chat = || Arc::clone(chat);
    (
        user::UserRoutes(chat()),
        room::RoomRoutes(chat()),
        member::MemberRoutes(chat()),
        ban::BanRoutes(chat()),
        invite::InviteRoutes(chat()),
        message::MessageRoutes(chat()),
        coin::CoinRoutes(chat()),
        friend::FriendRoutes(chat()),
        block::BlockRoutes(chat()),
        EventStreamRoutes { chat: chat(), heartbeat },
    )
}

fn service<A: OpenApi>(operations: A) -> OpenApiService<A, ()> {
    OpenApiService::new(operations, "Chat", env!("CARGO_PKG_VERSION")).description(DESCRIPTION)
}

const DESCRIPTION: &str = "Rooms of up to six, messages in real time, invites, coins and friends.\n\n\
    JSON in camelCase; times are RFC 3339 in UTC with milliseconds. A field that is absent is left out, and `null` is as \
    absent. Unknown fields of a body are refused, unknown query parameters ignored. Every refusal is a problem document \
    (RFC 9457). What happens is told by a WebSocket at `/api/ws`, subprotocol `chat.v1`, and by `/api/events`: \
    `/api/asyncapi.json` has their frames, and [a page](docs/frames) shows them.";

#[derive(Tags)]
pub(crate) enum Tag {
    /// Oneself and others.
    Users,
    /// Signing in and staying so.
    Sessions,
    /// Making, joining and leaving rooms.
    Rooms,
    /// Who is in a room, as what, and who is kept out.
    Members,
    /// Bringing prime members into a room.
    Invites,
    /// Writing to rooms and reading them.
    Messages,
    /// The ledger of one's coins.
    Coins,
    /// Friends, friend requests and blocks.
    Friends,
    /// What happens, as it happens.
    Live,
}

// A malformed id names nothing that exists.

pub(crate) fn room_id(text: &str) -> Result<RoomId, Problem> {
    Ok(RoomId::parse(text).ok_or(Rejection::RoomNotFound)?)
}

pub(crate) fn user_id(text: &str) -> Result<UserId, Problem> {
    Ok(UserId::parse(text).map_err(|_| Rejection::UserNotFound)?)
}

fn device_id(text: &str) -> Result<DeviceId, Problem> {
    Ok(DeviceId::parse(text).map_err(|_| Rejection::SessionNotFound)?)
}

fn request_id(text: &str) -> Result<RequestId, Problem> {
    Ok(RequestId::parse(text).ok_or(Rejection::RequestNotFound)?)
}
