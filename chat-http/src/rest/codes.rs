//! Which problems an operation can answer, in the order in which they are decided. Those that follow from what it takes
//! (a sign-in, a query, a body) are added by the document.

use crate::code::Code::{self, *};

/// The codes of an operation, with the one that comes before its own.
macro_rules! limited {
    ($($code:ident),* $(,)?) => { &[RateLimited, $($code),*] };
}

/// By `operationId`; `None`: there is no such operation.
pub(super) fn codes_of(operation: &str) -> Option<&'static [Code]> {
    Some(match operation {
        "register" => limited![UserIdTaken],
        "getMe" | "updateMe" => limited![],
        "getProfile" => limited![UserNotFound],

        "login" => limited![InvalidCredentials, Suspended],
        "refresh" => limited![InvalidRefreshToken, Suspended],
        "logout" | "listSessions" => limited![],
        "endSession" => limited![SessionNotFound],
        "changePassword" => limited![InvalidCredentials],

        "createRoom" => limited![PrimeRequired, RefusedByHost, NotAMember],
        "listRooms" => limited![],
        "getRoom" | "leaveRoom" | "listMembers" => limited![RoomNotFound, NotAMember],
        "joinRoom" => limited![
            RoomNotFound,
            InviteNotFound,
            RoomClosed,
            Banned,
            WrongRoomPassword,
            InviteUsed,
            InviteExpired,
            InviteRevoked,
            InviteeNotPrime,
            RoomFull,
            PriceChanged,
            InsufficientCoins,
            RefusedByHost,
        ],

        "updateRoom" => limited![RoomNotFound, NotAMember, NotAllowed, RoomClosed, CapacityBelowMembers],
        "closeRoom" => limited![RoomNotFound, NotAMember, NotAllowed],
        "removeMember" | "setRole" | "banUser" | "liftBan" => {
            limited![RoomNotFound, NotAMember, NotAllowed, RoomClosed, UserNotFound]
        }
        "listBans" => limited![RoomNotFound, NotAMember, NotAllowed],

        "invite" => limited![
            RoomNotFound,
            NotAMember,
            NotAllowed,
            RoomClosed,
            WrongRoomPassword,
            UserNotFound,
            AlreadyMember,
            Banned,
            InviteeNotPrime,
        ],
        "listInvites" => limited![RoomNotFound, NotAMember, NotAllowed],
        "revokeInvite" => limited![RoomNotFound, NotAMember, InviteNotFound, NotAllowed],

        "sendMessage" => {
            limited![RoomNotFound, NotAMember, IdempotencyConflict, RoomClosed, MessageNotFound, RefusedByHost]
        }
        "editMessage" => {
            limited![RoomNotFound, NotAMember, RoomClosed, MessageNotFound, NotAllowed, RefusedByHost]
        }
        "deleteMessage" => limited![RoomNotFound, NotAMember, RoomClosed, MessageNotFound, NotAllowed],
        "addReaction" => {
            limited![InvalidRequest, RoomNotFound, NotAMember, RoomClosed, MessageNotFound, TooManyReactions]
        }
        "removeReaction" => limited![InvalidRequest, RoomNotFound, NotAMember, RoomClosed, MessageNotFound],
        "getHistory" | "markRead" => limited![RoomNotFound, NotAMember],

        "listCoinEntries" => limited![],

        "streamEvents" => limited![InvalidRequest],

        "requestFriend" => limited![UserNotFound, AlreadyFriends, RequestDeclined, NotAParticipant],
        "acceptFriendRequest" | "declineFriendRequest" | "withdrawFriendRequest" => limited![RequestNotFound],
        "listFriendRequests" | "listFriends" | "listBlocks" => limited![],
        "unfriend" => limited![UserNotFound],
        "block" | "unblock" => limited![InvalidRequest, UserNotFound],
        _ => return None,
    })
}
