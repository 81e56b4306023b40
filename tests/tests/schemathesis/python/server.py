"""The server as the scene needs it, which is made through the same API that is tested."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import requests

PASSWORD = "correct horse battery"
ROOM_PASSWORD = "open sesame"


@dataclass(frozen=True)
class Person:
    """Somebody who is registered, and their session."""

    user: str
    token: str
    refresh: str


@dataclass(frozen=True)
class Room:
    """A room and its log's last message, which its caller wrote."""

    room: str
    message: int


class Server:
    """Asks the server for what must succeed: a refusal is the end of the run."""

    def __init__(self) -> None:
        self._url = os.environ["CHAT_URL"]
        self._operator = os.environ["CHAT_OPERATOR_TOKEN"]
        self._session = requests.Session()
        self._people = 0

    def ask(self, token: str | None, method: str, path: str, body: object = None) -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        answer = self._session.request(method, self._url + path, json=body, headers=headers, timeout=30)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def operate(self, method: str, path: str, body: object = None) -> Any:
        return self.ask(self._operator, method, path, body)

    @property
    def operator(self) -> str:
        return self._operator

    def person(self, prime: bool = False) -> Person:
        self._people += 1
        user = f"person-{self._people}"
        body = {
            "userId": user,
            "deviceId": "desk",
            "name": f"Person {self._people}",
            "phone": "+4915112345678",
            "availCoins": 0,
            "password": PASSWORD,
        }
        session = self.ask(None, "POST", "/api/register", body)["session"]
        if prime:
            self.operate("PUT", f"/admin/users/{user}/prime", {"prime": True})
        return Person(user, session["accessToken"], session["refreshToken"])

    def room(self, owner: Person, members: list[Person]) -> str:
        made = self.ask(owner.token, "POST", "/api/chatrooms", {"name": "A room", "password": ROOM_PASSWORD})
        for member in members:
            self.join(member, made["roomId"])
        return str(made["roomId"])

    def join(self, who: Person, room: str) -> None:
        self.ask(who.token, "POST", "/api/joinroom", {"roomId": room, "password": ROOM_PASSWORD})

    def message(self, who: Person, room: str) -> int:
        return int(self.ask(who.token, "POST", "/api/messages", {"roomId": room, "body": "Good morning."})["seq"])

    def invite(self, who: Person, room: str, invitee: Person) -> Any:
        body = {"userId": invitee.user, "password": ROOM_PASSWORD}
        return self.ask(who.token, "POST", f"/api/chatrooms/{room}/invites", body)

    def friend_request(self, who: Person, to: Person) -> str:
        return str(self.ask(who.token, "POST", "/api/friend-requests", {"userId": to.user})["requestId"])
