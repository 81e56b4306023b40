//! Which problems an operation can answer, in the order in which they are decided. Those that follow from what it takes
//! (a sign-in, a query, a body) are added by the document.

use crate::code::Code::{self, *};

/// By `operationId`; `None`: there is no such operation.
pub(super) fn codes_of(operation: &str) -> Option<&'static [Code]> {
    Some(match operation {
        "register" => &[UserIdTaken],
        "getMe" | "updateMe" => &[],
        "getProfile" => &[UserNotFound],

        "login" => &[InvalidCredentials, Suspended],
        "refresh" => &[InvalidRefreshToken, Suspended],
        "logout" | "listSessions" => &[],
        "endSession" => &[SessionNotFound],
        "changePassword" => &[InvalidCredentials],

        "createRoom" => &[PrimeRequired, NotAMember],
        "listRooms" => &[],
        "getRoom" | "leaveRoom" | "listMembers" => &[RoomNotFound, NotAMember],
        "joinRoom" => &[
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
        ],

        "invite" => &[
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
        "listInvites" => &[RoomNotFound, NotAMember, NotAllowed],
        "revokeInvite" => &[RoomNotFound, NotAMember, InviteNotFound, NotAllowed],

        "sendMessage" => &[RoomNotFound, NotAMember, IdempotencyConflict, RoomClosed, MessageNotFound],
        "getHistory" | "markRead" => &[RoomNotFound, NotAMember],

        "listCoinEntries" => &[],

        "requestFriend" => &[UserNotFound, AlreadyFriends, RequestDeclined, NotAParticipant],
        "acceptFriendRequest" | "declineFriendRequest" | "withdrawFriendRequest" => &[RequestNotFound],
        "listFriendRequests" | "listFriends" => &[],
        "unfriend" => &[UserNotFound],
        _ => return None,
    })
}
