//! The operations of users: one file a noun, each with its requests and its routes. Nothing is decided here.

mod codes;
mod coin;
mod friend;
mod invite;
mod message;
mod page;
mod room;
mod session;
mod user;

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use chat_core::{
    api::ChatService,
    error::Rejection,
    model::{friend::RequestId, room::RoomId, session::Caller, user::UserId},
};
use poem_openapi::{OpenApiService, Tags};

use self::codes::codes_of;
use crate::{mount::mount, problem::Problem, signed_in::SignIn};

type Operations = (
    user::UserRoutes,
    session::SessionRoutes,
    room::RoomRoutes,
    invite::InviteRoutes,
    message::MessageRoutes,
    coin::CoinRoutes,
    friend::FriendRoutes,
);

/// A router of all operations on `chat`, and of `routes`, which are none.
pub(crate) fn mount_beside(routes: Router, chat: &Arc<dyn ChatService>) -> Router {
    let sign_in: Arc<dyn SignIn<Caller>> = Arc::new(BySession(Arc::clone(chat)));
    mount(routes, service(chat), sign_in, codes_of)
}

fn service(chat: &Arc<dyn ChatService>) -> OpenApiService<Operations, ()> {
    let chat = || Arc::clone(chat);
    let operations = (
        user::UserRoutes(chat()),
        session::SessionRoutes(chat()),
        room::RoomRoutes(chat()),
        invite::InviteRoutes(chat()),
        message::MessageRoutes(chat()),
        coin::CoinRoutes(chat()),
        friend::FriendRoutes(chat()),
    );
    OpenApiService::new(operations, "Chat", env!("CARGO_PKG_VERSION")).description(DESCRIPTION)
}

const DESCRIPTION: &str = "Rooms of up to six, messages in real time, invites, coins and friends.\n\n\
    JSON in camelCase; times are RFC 3339 in UTC with milliseconds. A field that is absent is left out, and `null` is as \
    absent. Unknown fields of a body are refused, unknown query parameters ignored. Every refusal is a problem document \
    (RFC 9457). What happens is told by a WebSocket at `/api/ws`, subprotocol `chat.v1`.";

#[derive(Tags)]
enum Tag {
    /// Oneself and others.
    Users,
    /// Signing in and staying so.
    Sessions,
    /// Making, joining and leaving rooms.
    Rooms,
    /// Bringing prime members into a room.
    Invites,
    /// Writing to rooms and reading them.
    Messages,
    /// The ledger of one's coins.
    Coins,
    /// Friends and friend requests.
    Friends,
}

/// Signs in by the chat's own access tokens.
struct BySession(Arc<dyn ChatService>);

#[async_trait]
impl SignIn<Caller> for BySession {
    async fn caller(&self, access_token: &str) -> Result<Caller, Problem> {
        Ok(self.0.authenticate(access_token).await?)
    }

    fn counted_as<'c>(&self, caller: &'c Caller) -> Option<&'c UserId> {
        Some(&caller.user)
    }
}

// A malformed id names nothing that exists.

fn room_id(text: &str) -> Result<RoomId, Problem> {
    Ok(RoomId::parse(text).ok_or(Rejection::RoomNotFound)?)
}

fn user_id(text: &str) -> Result<UserId, Problem> {
    Ok(UserId::parse(text).map_err(|_| Rejection::UserNotFound)?)
}

fn request_id(text: &str) -> Result<RequestId, Problem> {
    Ok(RequestId::parse(text).ok_or(Rejection::RequestNotFound)?)
}
