"""Who calls, and what must exist for an operation to succeed.

`Scene.things(operation)` makes what the operation's next call may name. What a call can use up is made for each call.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from server import PASSWORD, ROOM_PASSWORD, Person, Server

EMOJI = ("👍", "❤️", "🎉", "👩‍🚀", "🇪🇺", "👋🏽")


@dataclass(frozen=True)
class Things:
    """What a call may name: parameters of its path, and members of its body."""

    path: dict[str, str | int] = field(default_factory=dict)
    body: dict[str, str | int] = field(default_factory=dict)
    # Members of the body that must not be there beside these.
    without: tuple[str, ...] = ()
    # Who calls, where the call would end their session or change their password.
    token: str | None = None


Recipe = Callable[["Scene"], Things]


class Scene:
    """A user of one kind, and others for them to meet."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.server = Server()
        self.calls = 0
        self._made: dict[str, Things] = {}
        self._host = self.server.person(prime=True)
        self._guest = self.server.person(prime=True)
        # Signs in with their password, so that no session that somebody else needs ends by it.
        self._sleeper = self.server.person()
        self.caller = self.server.person(prime=kind == "owner")
        if kind == "suspended":
            self.server.operate("PUT", f"/admin/users/{self.caller.user}/suspended", {"suspended": True})

    @property
    def is_member(self) -> bool:
        """Whether the caller may do anything at all."""
        return self.kind in ("member", "owner")

    def things(self, operation: str, anew: bool) -> Things:
        """What this call of the operation may name, made anew or as its last call had it.

        Nothing where it is for nobody in particular.
        """
        self.calls += 1
        recipe = (OPERATED if self.kind == "operator" else RECIPES).get(operation)
        may_call = self.is_member or self.kind == "operator" or operation in FOR_STRANGERS
        if recipe is None or not may_call:
            return Things()
        if operation not in self._made or (anew and operation not in USE_NOTHING_UP):
            self._made[operation] = recipe(self)
        return self._made[operation]

    def room(self) -> str:
        """A room with the caller, as its owner or as a member of the host's, and the guest."""
        if self.kind == "owner":
            return self.server.room(self.caller, [self._guest])
        return self.server.room(self._host, [self.caller, self._guest])

    def owner(self) -> Person:
        """Who owns the caller's rooms."""
        return self.caller if self.kind == "owner" else self._host

    def standing_room(self) -> Things:
        return Things(path={"roomId": self.room()})

    def message(self) -> Things:
        room = self.room()
        path: dict[str, str | int] = {"roomId": room, "seq": self.server.message(self.caller, room)}
        return Things(path=path)

    def reaction(self) -> Things:
        path = self.message().path
        return Things(path={**path, "emoji": EMOJI[self.calls % len(EMOJI)]})

    def reaction_given(self) -> Things:
        path = self.reaction().path
        where = f"/api/chatrooms/{path['roomId']}/messages/{path['seq']}/reactions/{path['emoji']}"
        self.server.ask(self.caller.token, "PUT", where)
        return Things(path=path)

    def other_member(self) -> Things:
        return Things(path={"roomId": self.room(), "userId": self._guest.user})

    def banned(self) -> Things:
        room = self.room()
        self.server.ask(self.owner().token, "PUT", f"/api/chatrooms/{room}/bans/{self._guest.user}")
        return Things(path={"roomId": room, "userId": self._guest.user})

    def invitee(self) -> Things:
        body: dict[str, str | int] = {"userId": self.server.person(prime=True).user, "password": ROOM_PASSWORD}
        return Things(path={"roomId": self.room()}, body=body)

    def invite(self) -> Things:
        room = self.room()
        invite = self.server.invite(self.owner(), room, self.server.person(prime=True))
        return Things(path={"roomId": room, "inviteId": invite["inviteId"]})

    def way_in(self) -> Things:
        """With the password, or for who is prime every other time with an invite."""
        room = self.server.room(self._host, [])
        if self.kind == "owner" and self.calls % 2:
            token = self.server.invite(self._host, room, self.caller)["inviteToken"]
            return Things(body={"inviteToken": token}, without=("roomId", "password"))
        return Things(body={"roomId": room, "password": ROOM_PASSWORD}, without=("inviteToken",))

    def place_to_write(self) -> Things:
        room = self.room()
        return Things(body={"roomId": room, "replyTo": self.server.message(self._guest, room)})

    def stranger(self) -> Things:
        return Things(path={"userId": self.server.person().user})

    def stranger_to_ask(self) -> Things:
        return Things(body={"userId": self.server.person().user})

    def request_received(self) -> Things:
        return Things(path={"requestId": self.server.friend_request(self.server.person(), self.caller)})

    def request_sent(self) -> Things:
        return Things(path={"requestId": self.server.friend_request(self.caller, self.server.person())})

    def throwaway(self) -> Things:
        """Somebody else of whom nothing else is wanted, on two devices."""
        who = self.server.person()
        body = {"userId": who.user, "deviceId": "phone", "password": PASSWORD}
        self.server.ask(None, "POST", "/api/login", body)
        return Things(path={"deviceId": "phone"}, body={"oldPassword": PASSWORD}, token=who.token)

    def credentials(self) -> Things:
        return Things(body={"userId": self._sleeper.user, "password": PASSWORD})

    def refresh_token(self) -> Things:
        return Things(body={"refreshToken": self.server.person().refresh})

    def removable(self) -> Things:
        """Another one to an owner; members remove themselves alone."""
        who = self._guest if self.kind == "owner" else self.caller
        return Things(path={"roomId": self.room(), "userId": who.user})

    def operated_room(self) -> Things:
        """Of somebody new: operators suspend and erase whomever they have seen."""
        return Things(path={"roomId": self.server.room(self.server.person(prime=True), [])})

    def dead_letter(self) -> Things:
        """What was told of the newest room: the receiver of the webhook takes nothing."""
        self.operated_room()
        letters: list[dict[str, Any]] = []
        while not letters:
            letters = self.server.operate("GET", "/admin/dead-letters?limit=1")["deadLetters"]
        return Things(path={"entryId": letters[0]["entryId"]})


# Operations that leave all as it was, or may come again.
USE_NOTHING_UP = (
    "block",
    "changeCoins",
    "getHistory",
    "getProfile",
    "getRoom",
    "getUser",
    "listBans",
    "listInvites",
    "listMembers",
    "login",
    "markRead",
    "sendMessage",
    "setPrime",
    "setSuspended",
    "unblock",
    "unfriend",
)

# Of operations that anybody may call.
FOR_STRANGERS = ("login", "refresh", "register")

RECIPES: dict[str, Recipe] = {
    "acceptFriendRequest": Scene.request_received,
    "addReaction": Scene.reaction,
    "banUser": Scene.other_member,
    "block": Scene.stranger,
    "changePassword": Scene.throwaway,
    "closeRoom": Scene.standing_room,
    "declineFriendRequest": Scene.request_received,
    "deleteMessage": Scene.message,
    "editMessage": Scene.message,
    "endSession": Scene.throwaway,
    "getHistory": Scene.message,
    "getProfile": Scene.stranger,
    "getRoom": Scene.standing_room,
    "invite": Scene.invitee,
    "joinRoom": Scene.way_in,
    "leaveRoom": Scene.standing_room,
    "liftBan": Scene.banned,
    "listBans": Scene.standing_room,
    "listInvites": Scene.standing_room,
    "listMembers": Scene.standing_room,
    "login": Scene.credentials,
    "logout": Scene.throwaway,
    "markRead": Scene.message,
    "refresh": Scene.refresh_token,
    "removeMember": Scene.removable,
    "removeReaction": Scene.reaction_given,
    "requestFriend": Scene.stranger_to_ask,
    "revokeInvite": Scene.invite,
    "sendMessage": Scene.place_to_write,
    "setRole": Scene.other_member,
    "unblock": Scene.stranger,
    "unfriend": Scene.stranger,
    "updateRoom": Scene.standing_room,
    "withdrawFriendRequest": Scene.request_sent,
}

OPERATED: dict[str, Recipe] = {
    "changeCoins": Scene.stranger,
    "closeRoom": Scene.operated_room,
    "deleteDeadLetter": Scene.dead_letter,
    "endSessions": Scene.stranger,
    "eraseUser": Scene.stranger,
    "getRoom": Scene.operated_room,
    "getUser": Scene.stranger,
    "retryDeadLetter": Scene.dead_letter,
    "setPrime": Scene.stranger,
    "setSuspended": Scene.stranger,
}
