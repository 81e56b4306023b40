"""An evening of three users, by what openapi-python-client makes of the documents."""

import os
from math import ceil
from typing import TypeAlias, TypeVar

from chat_client import AuthenticatedClient, Client
from chat_client.api.coins import list_coin_entries
from chat_client.api.friends import accept_friend_request, list_friend_requests, list_friends, request_friend
from chat_client.api.invites import invite, list_invites
from chat_client.api.members import ban_user, list_bans, list_members, set_role
from chat_client.api.messages import (
    add_reaction,
    delete_message,
    edit_message,
    get_history,
    mark_read,
    remove_reaction,
    send_message,
)
from chat_client.api.rooms import close_room, create_room, get_room, join_room, leave_room, update_room
from chat_client.api.sessions import list_sessions, login, logout, refresh
from chat_client.api.users import get_me, get_profile, register, update_me
from chat_client.models import (
    CreateRoomRequest,
    EditMessageRequest,
    FriendRequestRequest,
    InviteRequest,
    JoinedEvent,
    JoinRoomRequest,
    LeftEvent,
    ListFriendRequestsBox,
    LoginRequest,
    MarkReadRequest,
    MessageDeletedEvent,
    MessageEditedEvent,
    MessageEvent,
    Problem,
    ReactionAddedEvent,
    ReactionRemovedEvent,
    RefreshRequest,
    RegisterRequest,
    RemovedEvent,
    RoleChangedEvent,
    RoomChangedEvent,
    RoomClosedEvent,
    SendMessageRequest,
    SetRoleRequest,
    SetRoleRequestRole,
    UpdateMeRequest,
    UpdateRoomRequest,
)
from chat_client.types import UNSET, Response, Unset
from operator_client import AuthenticatedClient as OperatorClient
from operator_client.api.users import set_prime
from operator_client.models import AdminUser, SetPrimeRequest

CHAT = os.environ["CHAT_URL"]
PASSWORD = "a fine day for tea"

Event: TypeAlias = (
    JoinedEvent
    | LeftEvent
    | MessageDeletedEvent
    | MessageEditedEvent
    | MessageEvent
    | ReactionAddedEvent
    | ReactionRemovedEvent
    | RemovedEvent
    | RoleChangedEvent
    | RoomChangedEvent
    | RoomClosedEvent
)

Answer = TypeVar("Answer")


def answered(response: Response[Answer | Problem], status: int = 200) -> Answer:
    """What was answered; fails where it is a refusal."""
    said = response.parsed
    assert said is not None and not isinstance(said, Problem), said
    assert response.status_code == status, response.status_code
    return said


def done(response: Response[Answer | Problem]) -> None:
    """Fails where there is an answer with words, or a refusal."""
    assert response.status_code == 204, response.parsed


def refused(response: Response[Answer | Problem], status: int, code: str) -> Problem:
    """Why it was refused; fails where it was not, or otherwise."""
    problem = response.parsed
    assert isinstance(problem, Problem), problem
    assert (response.status_code, problem.status, problem.code) == (status, status, code), problem
    return problem


def present(value: Answer | Unset) -> Answer:
    """The value of a field that may be absent, and is not."""
    assert not isinstance(value, Unset)
    return value


def same(found: object, expected: object) -> None:
    assert found == expected, f"{found} is not {expected}"


def signed_in(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=CHAT, token=token)


def sign_up(user_id: str, phone: str, coins: int) -> AuthenticatedClient:
    body = RegisterRequest(
        user_id=user_id, device_id="laptop", name=user_id, phone=phone, avail_coins=coins, password=PASSWORD
    )
    made = answered(register.sync_detailed(client=nobody, body=body), 201)
    same((made.user.user_id, made.user.phone, made.user.avail_coins, made.user.prime), (user_id, phone, coins, False))
    same(made.session.device_id, "laptop")
    return signed_in(made.session.access_token)


nobody = Client(base_url=CHAT)
alice = sign_up("alice", "+4915112345601", 300)
bob = sign_up("bob", "+4915112345602", 0)
carol = sign_up("carol", "+4915112345603", 150)

# What is wrong is said field by field.
wrong = RegisterRequest(
    user_id="dora", device_id="laptop", name="Dora", phone="12", avail_coins=0, password="short"
)
invalid = refused(register.sync_detailed(client=nobody, body=wrong), 400, "invalid_request")
faults = [(fault.field, fault.code) for fault in present(invalid.errors)]
same(faults, [("phone", "bad_format"), ("password", "too_short")])
again = RegisterRequest(
    user_id="carol", device_id="laptop", name="Carol", phone="+4915112345604", avail_coins=0, password=PASSWORD
)
refused(register.sync_detailed(client=nobody, body=again), 409, "user_id_taken")
refused(get_me.sync_detailed(client=signed_in("a guess")), 401, "unauthenticated")
guess = LoginRequest(user_id="carol", device_id="phone", password="a guess")
refused(login.sync_detailed(client=nobody, body=guess), 401, "invalid_credentials")

# Only prime users make rooms, and only the operator makes users prime.
tea_room = CreateRoomRequest(name="Tea", password="biscuits", client_id="tea")
refused(create_room.sync_detailed(client=alice, body=tea_room), 403, "prime_required")
operator = OperatorClient(base_url=CHAT, token=os.environ["CHAT_ADMIN_TOKEN"])
for user_id in ("alice", "bob"):
    promoted = set_prime.sync(user_id, client=operator, body=SetPrimeRequest(prime=True))
    assert isinstance(promoted, AdminUser) and promoted.prime

# A room that is asked for twice is made once.
tea = answered(create_room.sync_detailed(client=alice, body=tea_room), 201)
same((tea.name, tea.owner_id, tea.capacity, tea.member_count, tea.me.role), ("Tea", "alice", 6, 1, "owner"))
same(tea.closed_at, UNSET)
same(answered(create_room.sync_detailed(client=alice, body=tea_room)).room_id, tea.room_id)

# By invite, which is nobody else's; and by password, the first time free.
invited = answered(
    invite.sync_detailed(tea.room_id, client=alice, body=InviteRequest(user_id="bob", password="biscuits")), 201
)
by_invite = JoinRoomRequest(invite_token=invited.invite_token)
refused(join_room.sync_detailed(client=carol, body=by_invite), 404, "invite_not_found")
bobs = answered(join_room.sync_detailed(client=bob, body=by_invite))
same((present(bobs.admission).kind, bobs.charged, present(bobs.room).me.role), ("prime", 0, "member"))
[used] = answered(list_invites.sync_detailed(tea.room_id, client=alice)).invites
same((used.invite_id, used.revoked_at), (invited.invite_id, UNSET))
assert present(used.used_at) >= used.created_at
crumbs = JoinRoomRequest(room_id=tea.room_id, password="crumbs")
refused(join_room.sync_detailed(client=carol, body=crumbs), 403, "wrong_room_password")
key = JoinRoomRequest(room_id=tea.room_id, password="biscuits")
carols = answered(join_room.sync_detailed(client=carol, body=key))
same(
    (present(carols.admission).kind, carols.charged, carols.avail_coins, carols.member_count), ("free", 0, 150, 3)
)

# The second room costs 150 coins, and nobody spends them unasked.
beans = CreateRoomRequest(name="Coffee", password="beans", capacity=2)
coffee = answered(create_room.sync_detailed(client=bob, body=beans), 201)
cocoa = answered(create_room.sync_detailed(client=bob, body=CreateRoomRequest(name="Cocoa", password="beans")), 201)
look = JoinRoomRequest(room_id=coffee.room_id, password="beans", dry_run=True)
looked = answered(join_room.sync_detailed(client=carol, body=look))
same((looked.charged, looked.avail_coins, looked.admission, looked.room), (150, 150, UNSET, UNSET))
cheaper = JoinRoomRequest(room_id=coffee.room_id, password="beans", max_charge=149)
same(refused(join_room.sync_detailed(client=carol, body=cheaper), 409, "price_changed").required, 150)
second = JoinRoomRequest(room_id=coffee.room_id, password="beans", max_charge=150)
paid = answered(join_room.sync_detailed(client=carol, body=second))
admission = present(paid.admission)
same((admission.kind, admission.coins, paid.charged, paid.avail_coins), ("paid", 150, 150, 0))
third = JoinRoomRequest(room_id=cocoa.room_id, password="beans")
broke = refused(join_room.sync_detailed(client=carol, body=third), 402, "insufficient_coins")
same((broke.required, broke.avail_coins), (150, 0))
refused(join_room.sync_detailed(client=alice, body=second), 409, "room_full")
entries = answered(list_coin_entries.sync_detailed(client=carol, limit=10)).entries
same(
    [(entry.kind, entry.amount, entry.balance_after, entry.room_id) for entry in entries],
    [("room_admission", -150, 0, coffee.room_id), ("opening", 150, 150, UNSET)],
)

# A message that is sent twice is one message.
hello = SendMessageRequest(room_id=tea.room_id, body="Hello, Alice!", client_id="4f1c9a52")
first = answered(send_message.sync_detailed(client=carol, body=hello), 201)
same(answered(send_message.sync_detailed(client=carol, body=hello)), first)
other = SendMessageRequest(room_id=tea.room_id, body="Good night", client_id="4f1c9a52")
refused(send_message.sync_detailed(client=carol, body=other), 409, "idempotency_conflict")
reply = SendMessageRequest(room_id=tea.room_id, body="Good evening, @carol.", reply_to=first.seq)
answer = answered(send_message.sync_detailed(client=bob, body=reply), 201)
present(answered(add_reaction.sync_detailed(tea.room_id, first.seq, "🍵", client=alice)).event)
same(answered(add_reaction.sync_detailed(tea.room_id, first.seq, "🍵", client=alice)).event, UNSET)
answered(remove_reaction.sync_detailed(tea.room_id, first.seq, "🍵", client=alice))
anew = EditMessageRequest(body="Hello, all!")
answered(edit_message.sync_detailed(tea.room_id, first.seq, client=carol, body=anew))
answered(delete_message.sync_detailed(tea.room_id, answer.seq, client=bob))
read = answered(mark_read.sync_detailed(tea.room_id, client=alice, body=MarkReadRequest(seq=first.seq)))
same((read.read_seq, read.unread), (first.seq, 0))

# Who shares a room may become a friend.
wish = answered(request_friend.sync_detailed(client=carol, body=FriendRequestRequest(user_id="bob")), 201)
same(wish.state, "open")
[received] = answered(list_friend_requests.sync_detailed(client=bob, box=ListFriendRequestsBox.IN)).requests
same((received.request_id, received.from_user_id, received.decided_at), (wish.request_id, "carol", UNSET))
accepted = answered(accept_friend_request.sync_detailed(wish.request_id, client=bob))
same(accepted.state, "accepted")
assert present(accepted.decided_at) >= accepted.created_at
profile = answered(get_profile.sync_detailed("bob", client=carol))
same((profile.name, profile.prime, profile.relation), ("bob", True, "friend"))
same([friend.user_id for friend in answered(list_friends.sync_detailed(client=carol)).friends], ["bob"])

# A change says what changes, and leaves the rest.
renamed = answered(update_me.sync_detailed(client=carol, body=UpdateMeRequest(name="Carol")))
same((renamed.name, renamed.phone), ("Carol", "+4915112345603"))
moved = answered(update_me.sync_detailed(client=carol, body=UpdateMeRequest(phone="+4915112345609")))
same((moved.name, moved.phone), ("Carol", "+4915112345609"))
green_tea = answered(update_room.sync_detailed(tea.room_id, client=alice, body=UpdateRoomRequest(name="Green tea")))
same((green_tea.name, green_tea.capacity), ("Green tea", 6))

# Roles, a ban, a farewell, and the end of the room.
moderator = SetRoleRequest(role=SetRoleRequestRole.MODERATOR)
same(answered(set_role.sync_detailed(tea.room_id, "bob", client=alice, body=moderator)).role, "moderator")
done(ban_user.sync_detailed(tea.room_id, "carol", client=bob))
refused(join_room.sync_detailed(client=carol, body=key), 403, "banned")
bans = answered(list_bans.sync_detailed(tea.room_id, client=alice)).bans
same([(ban.user_id, ban.by) for ban in bans], [("carol", "bob")])
done(leave_room.sync_detailed(tea.room_id, client=bob))
members = answered(list_members.sync_detailed(tea.room_id, client=alice)).members
same([(member.user_id, member.role) for member in members], [("alice", "owner")])
done(close_room.sync_detailed(tea.room_id, client=alice))
closed = answered(get_room.sync_detailed(tea.room_id, client=alice))
assert present(closed.closed_at) > closed.created_at
late = SendMessageRequest(room_id=tea.room_id, body="?")
refused(send_message.sync_detailed(client=alice, body=late), 409, "room_closed")


# The log tells all of it, page by page, one kind of event after the other.
def told(event: Event) -> tuple[object, ...]:
    match event:
        case MessageEvent():
            return (event.body, event.client_id, event.reply_to, event.mentions, event.reactions)
        case MessageEditedEvent():
            return (event.target_seq, event.body)
        case MessageDeletedEvent():
            return (event.target_seq,)
        case ReactionAddedEvent() | ReactionRemovedEvent():
            return (event.target_seq, event.emoji)
        case RemovedEvent():
            return (event.user_id, event.banned)
        case RoleChangedEvent():
            return (event.user_id, event.role)
        case RoomChangedEvent():
            return (event.name, event.capacity)
        case RoomClosedEvent():
            return (event.by_operator,)
        case JoinedEvent() | LeftEvent():
            return ()


log: list[Event] = []
more = True
while more:
    page = answered(get_history.sync_detailed(tea.room_id, client=alice, after=len(log), limit=5))
    log.extend(page.events)
    more = page.has_more
    same(page.last_seq, 14)
same([(event.room_id, event.seq) for event in log], [(tea.room_id, seq) for seq in range(1, 15)])
same(
    [(event.kind, event.sender_id, *told(event)) for event in log],
    [
        ("joined", "alice"),
        ("joined", "bob"),
        ("joined", "carol"),
        ("message", "carol", "Hello, all!", "4f1c9a52", UNSET, UNSET, UNSET),
        ("message", "bob", UNSET, UNSET, first.seq, UNSET, UNSET),
        ("reaction_added", "alice", first.seq, "🍵"),
        ("reaction_removed", "alice", first.seq, "🍵"),
        ("message_edited", "carol", first.seq, "Hello, all!"),
        ("message_deleted", "bob", answer.seq),
        ("room_changed", "alice", "Green tea", UNSET),
        ("role_changed", "alice", "bob", "moderator"),
        ("removed", "bob", "carol", True),
        ("left", "bob"),
        ("room_closed", "alice", UNSET),
    ],
)

# A session is renewed, and ended.
there = LoginRequest(user_id="carol", device_id="phone", password=PASSWORD)
session = answered(login.sync_detailed(client=nobody, body=there)).session
renewed = answered(refresh.sync_detailed(client=nobody, body=RefreshRequest(refresh_token=session.refresh_token)))
on_phone = signed_in(renewed.access_token)
sessions = answered(list_sessions.sync_detailed(client=on_phone)).sessions
same(sorted((one.device_id, one.current) for one in sessions), [("laptop", False), ("phone", True)])
done(logout.sync_detailed(client=on_phone))
refused(get_me.sync_detailed(client=on_phone), 401, "session_revoked")

# Who guesses too often is told how long to wait.
guesser = Client(base_url=os.environ["CHAT_LIMITED_URL"])
last = login.sync_detailed(client=guesser, body=guess)
for _ in range(1000):
    if last.status_code != 401:
        break
    refused(last, 401, "invalid_credentials")
    last = login.sync_detailed(client=guesser, body=guess)
milliseconds = present(refused(last, 429, "rate_limited").retry_after_ms)
assert milliseconds > 0
same(last.headers["Retry-After"], str(ceil(milliseconds / 1000)))

print("the evening was fine")
