"""Hooks of Schemathesis: each call is signed in as the kind of user that CHAT_KIND names, and names what exists.

What a schema cannot say is put right here, too: see `FITTED`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.jsonschema import make_validator
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import UseAfterFree
from schemathesis.generation.meta import TestPhase

from scene import EMOJI, Scene, Things

KIND = os.environ["CHAT_KIND"]
SCENE = Scene(KIND)
CALLS = Path(os.environ["CHAT_CALLS"]).open("w", encoding="utf-8")

# Ids that the server has given, as links and answers hand them on: these stay.
GIVEN: set[str] = set()
IDS = ("roomId", "userId", "inviteId", "requestId")
# Passwords of the rooms that were made by what Schemathesis sent.
PASSWORDS: dict[str, str] = {}
# From where on the next page is, of the operations that page by entries.
ENTRIES: dict[str, dict[str, str]] = {}
# An event id of nobody's rooms, as a stream gives it to who has none.
EVENT_ID = "AQ"
# One call in so many names what it was made up with, which does not exist.
MADE_UP = 6


if KIND != "nobody":

    @schemathesis.auth(refresh_interval=None)
    class SignIn:
        """The caller's access token, or the operator's."""

        def get(self, case: Case, context: schemathesis.AuthContext) -> str:
            return SCENE.server.operator if KIND == "operator" else SCENE.caller.token

        def set(self, case: Case, data: str, context: schemathesis.AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    if case.meta is None or case.method != case.operation.method.upper():
        return
    operation = operation_id(case)
    is_positive = case.meta.generation.mode.is_positive
    things = SCENE.things(operation, anew=is_positive)
    if not case.meta.is_negative_at(ParameterLocation.PATH):
        name_path(case, things)
    if is_positive:
        if isinstance(case.body, dict):
            name_body(case, case.body, things)
        fit = FITTED.get(operation)
        if fit is not None:
            fit(case)
    mine = f"Bearer {SCENE.caller.token}"
    if things.token is not None and case.headers.get("Authorization") == mine:
        case.headers["Authorization"] = f"Bearer {things.token}"


def is_linked(case: Case, value: object) -> bool:
    """Whether it came with a link, from what an earlier step of the same scenario was answered.

    Nobody asks, invites or blocks themself: that is refused (400), and no schema can tell them from others.
    """
    if case.meta is None or value == SCENE.caller.user:
        return False
    return case.meta.phase.name is TestPhase.STATEFUL and str(value) in GIVEN


def name_path(case: Case, things: Things) -> None:
    path = case.path_parameters
    if any(is_linked(case, value) for value in path.values()):
        return
    if SCENE.calls % MADE_UP == 0 and path.get("userId") != SCENE.caller.user:
        return
    path.update({name: value for name, value in things.path.items() if name in path})


def name_body(case: Case, body: dict[str, Any], things: Things) -> None:
    room = str(case.path_parameters.get("roomId", body.get("roomId")))
    for name in things.without:
        body.pop(name, None)
    for name, value in things.body.items():
        if name == "password" and room in PASSWORDS:
            body[name] = PASSWORDS[room]
        elif not is_linked(case, body.get(name)):
            body[name] = value


def fit_emoji(case: Case) -> None:
    """No pattern tells which sequences are emoji."""
    if case.path_parameters["emoji"] not in EMOJI:
        case.path_parameters["emoji"] = EMOJI[SCENE.calls % len(EMOJI)]


def fit_amount(case: Case) -> None:
    """Zero is refused; that the schema's words say, not its limits."""
    case.body["amount"] = case.body["amount"] or 1


def fit_page(case: Case) -> None:
    """A page is before or after a number, not both."""
    if "before" in case.query:
        case.query.pop("after", None)


def fit_entry(case: Case) -> None:
    """The id of an entry is opaque: the one that came last stands in for what was made up."""
    if "before" in case.query:
        del case.query["before"]
        case.query.update(ENTRIES.get(operation_id(case), {}))


def fit_event_id(case: Case) -> None:
    """The id of an event is opaque: the one that came last stands in for what was made up."""
    if "Last-Event-ID" in case.headers:
        case.headers["Last-Event-ID"] = EVENT_ID


def fit_name(case: Case) -> None:
    """A name is as long as it is without the white space around it, which no schema counts."""
    if "name" in case.body:
        case.body["name"] = case.body["name"].strip()[:64].strip() or "x"


def fit_password(name: str) -> Callable[[Case], None]:
    """The passwords that are tried first are refused; their 10,000 are in no schema."""

    def fit(case: Case) -> None:
        password = case.body[name]
        if len(set(password)) < 4:
            case.body[name] = "".join(chr(ord("α") + place % 24) for place in range(len(password)))

    return fit


def fit_registration(case: Case) -> None:
    fit_name(case)
    fit_password("password")(case)


FITTED: dict[str, Callable[[Case], None]] = {
    "addReaction": fit_emoji,
    "removeReaction": fit_emoji,
    "changeCoins": fit_amount,
    "changePassword": fit_password("newPassword"),
    "createRoom": fit_name,
    "getHistory": fit_page,
    "listAudit": fit_entry,
    "listDeadLetters": fit_entry,
    "register": fit_registration,
    "streamEvents": fit_event_id,
    "updateMe": fit_name,
    "updateRoom": fit_name,
}


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    if case.meta is None or case.method != case.operation.method.upper():
        return
    operation = operation_id(case)
    call = {
        "operation": operation,
        "status": response.status_code,
        "phase": case.meta.phase.name.value,
        "mode": case.meta.generation.mode.value,
    }
    print(json.dumps(call), file=CALLS, flush=True)
    if response.status_code in (200, 201) and "json" in response.headers["content-type"][0]:
        answer = response.json()
        GIVEN.update(given(answer))
        for entry in answer.get("entries", []) + answer.get("deadLetters", []):
            if "entryId" in entry:
                ENTRIES[operation] = {"before": entry["entryId"]}
        if operation == "createRoom":
            PASSWORDS[answer["roomId"]] = case.body["password"]


def given(answer: Any) -> Iterator[str]:
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name in IDS:
                yield value
            yield from given(value)
    elif isinstance(answer, list):
        for item in answer:
            yield from given(item)


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Drops what the contract allows, and no format of a document can say."""
    if isinstance(failure, AcceptedNegativeData):
        return not is_lenient(case)
    return not (isinstance(failure, UseAfterFree) and stays(failure.free, failure.usage))


def stays(free: str, usage: str) -> bool:
    """Whether what was deleted is still there by the contract.

    A closed room is still read and left by its members (R-ADM-10); operators see who was erased, and when.
    """
    path = free.partition(" ")[2]
    is_closed = re.fullmatch(r"/(api|admin)/chatrooms/[^/]+", path) is not None
    return is_closed or (re.fullmatch(r"/admin/users/[^/]+", path) is not None and usage == f"GET {path}")


def is_lenient(case: Case) -> bool:
    """Whether a request is right but for what the contract lets pass.

    An explicit `null` for an optional member is as absent; `nullable` would make two absences of one in every generated
    client. A number that no event has is the nearest that one may have, also for those who count with more than 64 bits.
    """
    positions = POSITIONS.get(operation_id(case), ())
    query = {name: value for name, value in case.query.items() if not (name in positions and is_whole(value))}
    if not all(declared.get_validator().is_valid(query[declared.name]) for declared in case.operation.query if declared.name in query):
        return False
    declared_body = case.operation.get_body_for_media_type(case.media_type)
    if declared_body is None or not isinstance(case.body, dict):
        return query != case.query
    schema = declared_body.optimized_schema
    required = schema.get("required", [])
    body = {name: value for name, value in case.body.items() if value is not None or name in required}
    body.update({name: 0 for name in positions if is_whole(body.get(name))})
    validator = make_validator(schema, case.operation.schema.adapter.jsonschema_validator_cls)
    return (query, body) != (case.query, case.body) and bool(validator.is_valid(body))


# Parameters and members that are a number of an event.
POSITIONS = {"getHistory": ("before", "after"), "markRead": ("seq",), "sendMessage": ("replyTo",)}


def is_whole(value: object) -> bool:
    return re.fullmatch(r"-?[0-9]+", str(value)) is not None


def operation_id(case: Case) -> str:
    return str(case.operation.definition.raw["operationId"])
