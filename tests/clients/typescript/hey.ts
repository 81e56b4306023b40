// The same evening, by the functions of @hey-api/openapi-ts.

import { deepEqual, equal, ok } from "node:assert/strict";
import * as admin from "./generated/hey/admin/index.js";
import { createClient as createAdmin } from "./generated/hey/admin/client/index.js";
import * as chat from "./generated/hey/chat/index.js";
import { createClient, type Client } from "./generated/hey/chat/client/index.js";
import * as server from "./server.js";

/** What every function answers. */
type Outcome<T> = { data: T | undefined; error: unknown; response?: Response };
type Refusal = { error: chat.Problem | undefined; response?: Response };

/** What was answered; fails where it is a refusal. */
async function answered<T>(call: Promise<Outcome<T>>, status = 200): Promise<T> {
  const { data, error, response } = await call;
  if (data === undefined) throw new Error(`${response?.url}: ${response?.status} ${JSON.stringify(error)}`);
  equal(response?.status, status);
  return data;
}

/** Fails where there is an answer with words, or a refusal. */
async function done(call: Promise<Refusal>): Promise<void> {
  const { error, response } = await call;
  equal(error, undefined);
  equal(response?.status, 204);
}

/** Why it was refused; fails where it was not, or otherwise. */
async function refused(call: Promise<Refusal>, status: number, code: string): Promise<chat.Problem> {
  const { error, response } = await call;
  if (error === undefined) throw new Error(`${response?.url}: ${response?.status}`);
  deepEqual([response?.status, error.status, error.code], [status, status, code]);
  return error;
}

function as(token: string): Client {
  return createClient({ baseUrl: server.chat, auth: token });
}

const nobody = createClient({ baseUrl: server.chat });
const password = "a fine day for tea";

async function register(userId: string, phone: string, availCoins: number): Promise<Client> {
  const body = { userId, deviceId: "laptop", name: userId, phone, availCoins, password };
  const { user, session } = await answered(chat.register({ client: nobody, body }), 201);
  deepEqual([user.userId, user.phone, user.availCoins, user.prime], [userId, phone, availCoins, false]);
  equal(session.deviceId, "laptop");
  return as(session.accessToken);
}

const alice = await register("alice", "+4915112345601", 300);
const bob = await register("bob", "+4915112345602", 0);
const carol = await register("carol", "+4915112345603", 150);

// What is wrong is said field by field.
const wrong = { userId: "dora", deviceId: "laptop", name: "Dora", phone: "12", availCoins: 0, password: "short" };
const invalid = await refused(chat.register({ client: nobody, body: wrong }), 400, "invalid_request");
deepEqual(invalid.errors?.map(({ field, code }) => [field, code]), [["phone", "bad_format"], ["password", "too_short"]]);
const again = { ...wrong, userId: "carol", phone: "+4915112345604", password };
await refused(chat.register({ client: nobody, body: again }), 409, "user_id_taken");
await refused(chat.getMe({ client: nobody }), 401, "unauthenticated");
const guess = { userId: "carol", deviceId: "phone", password: "a guess" };
await refused(chat.login({ client: nobody, body: guess }), 401, "invalid_credentials");

// Only prime users make rooms, and only the operator makes users prime.
const teaRoom = { name: "Tea", password: "biscuits", clientId: "tea" };
await refused(chat.createRoom({ client: alice, body: teaRoom }), 403, "prime_required");
const operator = createAdmin({ baseUrl: server.chat, auth: server.operatorsToken });
for (const userId of ["alice", "bob"]) {
  const made = await answered(admin.setPrime({ client: operator, path: { userId }, body: { prime: true } }));
  equal(made.prime, true);
}

// A room that is asked for twice is made once.
const tea = await answered(chat.createRoom({ client: alice, body: teaRoom }), 201);
deepEqual([tea.name, tea.ownerId, tea.capacity, tea.memberCount, tea.me.role], ["Tea", "alice", 6, 1, "owner"]);
equal(tea.closedAt, undefined);
equal((await answered(chat.createRoom({ client: alice, body: teaRoom }))).roomId, tea.roomId);
const { roomId } = tea;
const path = { roomId };

// By invite, which is nobody else's; and by password, the first time free.
const invitation = { userId: "bob", password: "biscuits" };
const invited = await answered(chat.invite({ client: alice, path, body: invitation }), 201);
const { inviteToken } = invited;
await refused(chat.joinRoom({ client: carol, body: { inviteToken } }), 404, "invite_not_found");
const bobs = await answered(chat.joinRoom({ client: bob, body: { inviteToken } }));
deepEqual([bobs.admission?.kind, bobs.charged, bobs.room?.me.role], ["prime", 0, "member"]);
const { invites } = await answered(chat.listInvites({ client: alice, path }));
deepEqual(invites.map((one) => [one.inviteId, typeof one.usedAt, one.revokedAt]), [[invited.inviteId, "string", undefined]]);
const key = { roomId, password: "biscuits" };
await refused(chat.joinRoom({ client: carol, body: { ...key, password: "crumbs" } }), 403, "wrong_room_password");
const carols = await answered(chat.joinRoom({ client: carol, body: key }));
deepEqual([carols.admission?.kind, carols.charged, carols.availCoins, carols.memberCount], ["free", 0, 150, 3]);

// The second room costs 150 coins, and nobody spends them unasked.
const room = (name: string, capacity?: number) =>
  answered(chat.createRoom({ client: bob, body: { name, password: "beans", capacity } }), 201);
const [coffee, cocoa] = [await room("Coffee", 2), await room("Cocoa")];
const second = { roomId: coffee.roomId, password: "beans" };
const looked = await answered(chat.joinRoom({ client: carol, body: { ...second, dryRun: true } }));
deepEqual([looked.charged, looked.availCoins, looked.admission, looked.room], [150, 150, undefined, undefined]);
const dearer = await refused(chat.joinRoom({ client: carol, body: { ...second, maxCharge: 149 } }), 409, "price_changed");
equal(dearer.required, 150);
const paid = await answered(chat.joinRoom({ client: carol, body: { ...second, maxCharge: 150 } }));
deepEqual([paid.admission?.kind, paid.admission?.coins, paid.charged, paid.availCoins], ["paid", 150, 150, 0]);
const third = { roomId: cocoa.roomId, password: "beans" };
const broke = await refused(chat.joinRoom({ client: carol, body: third }), 402, "insufficient_coins");
deepEqual([broke.required, broke.availCoins], [150, 0]);
await refused(chat.joinRoom({ client: alice, body: second }), 409, "room_full");
const { entries } = await answered(chat.listCoinEntries({ client: carol, query: { limit: 10 } }));
deepEqual(
  entries.map((entry) => [entry.kind, entry.amount, entry.balanceAfter, entry.roomId]),
  [["room_admission", -150, 0, coffee.roomId], ["opening", 150, 150, undefined]],
);

// A message that is sent twice is one message.
const hello = { roomId, body: "Hello, Alice!", clientId: "4f1c9a52" };
const first = await answered(chat.sendMessage({ client: carol, body: hello }), 201);
deepEqual(await answered(chat.sendMessage({ client: carol, body: hello })), first);
const goodNight = { ...hello, body: "Good night" };
await refused(chat.sendMessage({ client: carol, body: goodNight }), 409, "idempotency_conflict");
const reply = { roomId, body: "Good evening, @carol.", replyTo: first.seq };
const answer = await answered(chat.sendMessage({ client: bob, body: reply }), 201);
const withTea = { roomId, seq: first.seq, emoji: "🍵" };
ok((await answered(chat.addReaction({ client: alice, path: withTea }))).event);
equal((await answered(chat.addReaction({ client: alice, path: withTea }))).event, undefined);
await answered(chat.removeReaction({ client: alice, path: withTea }));
await answered(chat.editMessage({ client: carol, path: { roomId, seq: first.seq }, body: { body: "Hello, all!" } }));
await answered(chat.deleteMessage({ client: bob, path: { roomId, seq: answer.seq } }));
const read = await answered(chat.markRead({ client: alice, path, body: { seq: first.seq } }));
deepEqual(read, { readSeq: first.seq, unread: 0 });

// Who shares a room may become a friend.
const { requestId, state } = await answered(chat.requestFriend({ client: carol, body: { userId: "bob" } }), 201);
equal(state, "open");
const { requests } = await answered(chat.listFriendRequests({ client: bob, query: { box: "in" } }));
deepEqual(requests.map((one) => [one.requestId, one.fromUserId, one.decidedAt]), [[requestId, "carol", undefined]]);
const accepted = await answered(chat.acceptFriendRequest({ client: bob, path: { requestId } }));
deepEqual([accepted.state, typeof accepted.decidedAt], ["accepted", "string"]);
const profile = await answered(chat.getProfile({ client: carol, path: { userId: "bob" } }));
deepEqual([profile.name, profile.prime, profile.relation], ["bob", true, "friend"]);
const { friends } = await answered(chat.listFriends({ client: carol }));
deepEqual(friends.map(({ userId }) => userId), ["bob"]);

// A change says what changes, and leaves the rest.
const renamed = await answered(chat.updateMe({ client: carol, body: { name: "Carol" } }));
deepEqual([renamed.name, renamed.phone], ["Carol", "+4915112345603"]);
const moved = await answered(chat.updateMe({ client: carol, body: { phone: "+4915112345609" } }));
deepEqual([moved.name, moved.phone], ["Carol", "+4915112345609"]);
const greenTea = await answered(chat.updateRoom({ client: alice, path, body: { name: "Green tea" } }));
deepEqual([greenTea.name, greenTea.capacity], ["Green tea", 6]);

// Roles, a ban, a farewell, and the end of the room.
const bobsRole = await answered(
  chat.setRole({ client: alice, path: { roomId, userId: "bob" }, body: { role: "moderator" } }),
);
equal(bobsRole.role, "moderator");
await done(chat.banUser({ client: bob, path: { roomId, userId: "carol" } }));
await refused(chat.joinRoom({ client: carol, body: key }), 403, "banned");
const { bans } = await answered(chat.listBans({ client: alice, path }));
deepEqual(bans.map(({ userId, by }) => [userId, by]), [["carol", "bob"]]);
await done(chat.leaveRoom({ client: bob, path }));
const { members } = await answered(chat.listMembers({ client: alice, path }));
deepEqual(members.map((one) => [one.userId, one.role]), [["alice", "owner"]]);
await done(chat.closeRoom({ client: alice, path }));
equal(typeof (await answered(chat.getRoom({ client: alice, path }))).closedAt, "string");
await refused(chat.sendMessage({ client: alice, body: { roomId, body: "?" } }), 409, "room_closed");

// The log tells all of it, page by page, one kind of event after the other.
function told(event: chat.Event): unknown[] {
  switch (event.kind) {
    case "message":
      return [event.senderId, event.body, event.clientId, event.replyTo, event.mentions, event.reactions];
    case "message_edited":
      return [event.senderId, event.targetSeq, event.body];
    case "message_deleted":
      return [event.senderId, event.targetSeq];
    case "reaction_added":
    case "reaction_removed":
      return [event.senderId, event.targetSeq, event.emoji];
    case "removed":
      return [event.senderId, event.userId, event.banned];
    case "role_changed":
      return [event.senderId, event.userId, event.role];
    case "room_changed":
      return [event.senderId, event.name, event.capacity];
    case "room_closed":
      return [event.senderId, event.byOperator];
    case "joined":
    case "left":
      return [event.senderId];
  }
}

const log: chat.Event[] = [];
for (let more = true; more; ) {
  const query = { after: log.at(-1)?.seq ?? 0, limit: 5 };
  const page = await answered(chat.getHistory({ client: alice, path, query }));
  log.push(...page.events);
  more = page.hasMore;
  equal(page.lastSeq, 14);
}
deepEqual(log.map((event) => [event.roomId, event.seq]), log.map((_, index) => [roomId, index + 1]));
const none = undefined;
deepEqual(
  log.map((event) => [event.kind, ...told(event)]),
  [
    ["joined", "alice"],
    ["joined", "bob"],
    ["joined", "carol"],
    ["message", "carol", "Hello, all!", "4f1c9a52", none, none, none],
    ["message", "bob", none, none, first.seq, none, none],
    ["reaction_added", "alice", first.seq, "🍵"],
    ["reaction_removed", "alice", first.seq, "🍵"],
    ["message_edited", "carol", first.seq, "Hello, all!"],
    ["message_deleted", "bob", answer.seq],
    ["room_changed", "alice", "Green tea", none],
    ["role_changed", "alice", "bob", "moderator"],
    ["removed", "bob", "carol", true],
    ["left", "bob"],
    ["room_closed", "alice", none],
  ],
);

// A session is renewed, and ended.
const there = { userId: "carol", deviceId: "phone", password };
const { session } = await answered(chat.login({ client: nobody, body: there }));
const { accessToken } = await answered(
  chat.refresh({ client: nobody, body: { refreshToken: session.refreshToken } }),
);
const onPhone = as(accessToken);
const { sessions } = await answered(chat.listSessions({ client: onPhone }));
deepEqual(sessions.map(({ deviceId, current }) => [deviceId, current]).sort(), [["laptop", false], ["phone", true]]);
await done(chat.logout({ client: onPhone }));
await refused(chat.getMe({ client: onPhone }), 401, "session_revoked");

// Who guesses too often is told how long to wait.
const guesser = createClient({ baseUrl: server.limited });
let guesses = 0;
let last = await chat.login({ client: guesser, body: guess });
for (; last.response?.status === 401 && guesses < 1000; guesses += 1) {
  equal(last.error?.code, "invalid_credentials");
  last = await chat.login({ client: guesser, body: guess });
}
deepEqual([last.response?.status, last.error?.code], [429, "rate_limited"]);
const milliseconds = last.error?.retryAfterMs ?? 0;
ok(milliseconds > 0, `${milliseconds} ms`);
equal(last.response?.headers.get("Retry-After"), String(Math.ceil(milliseconds / 1000)));

console.log("the evening was fine");
