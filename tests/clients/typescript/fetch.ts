// An evening of three users, by openapi-fetch with the types of openapi-typescript.

import { deepEqual, equal, ok } from "node:assert/strict";
import createClient, { type Client } from "openapi-fetch";
import type { paths as AdminPaths } from "./generated/fetch/admin.js";
import type { components, paths } from "./generated/fetch/chat.js";
import * as server from "./server.js";

type Schemas = components["schemas"];
type Chat = Client<paths>;

/** What was answered; fails where it is a refusal. */
async function answered<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>, status = 200): Promise<T> {
  const { data, error, response } = await call;
  if (data === undefined) throw new Error(`${response.url}: ${response.status} ${JSON.stringify(error)}`);
  equal(response.status, status);
  return data;
}

/** Fails where there is an answer with words, or a refusal. */
async function done(call: Promise<{ error?: Schemas["Problem"]; response: Response }>): Promise<void> {
  const { error, response } = await call;
  equal(error, undefined);
  equal(response.status, 204);
}

/** Why it was refused; fails where it was not, or otherwise. */
async function refused(
  call: Promise<{ error?: Schemas["Problem"]; response: Response }>,
  status: number,
  code: string,
): Promise<Schemas["Problem"]> {
  const { error, response } = await call;
  if (error === undefined) throw new Error(`${response.url}: ${response.status}`);
  deepEqual([response.status, error.status, error.code], [status, status, code]);
  return error;
}

function as(token: string): Chat {
  return createClient<paths>({ baseUrl: server.chat, headers: { Authorization: `Bearer ${token}` } });
}

const nobody = createClient<paths>({ baseUrl: server.chat });
const password = "a fine day for tea";

async function register(userId: string, phone: string, availCoins: number): Promise<Chat> {
  const body = { userId, deviceId: "laptop", name: userId, phone, availCoins, password };
  const { user, session } = await answered(nobody.POST("/api/register", { body }), 201);
  deepEqual([user.userId, user.phone, user.availCoins, user.prime], [userId, phone, availCoins, false]);
  equal(session.deviceId, "laptop");
  return as(session.accessToken);
}

const alice = await register("alice", "+4915112345601", 300);
const bob = await register("bob", "+4915112345602", 0);
const carol = await register("carol", "+4915112345603", 150);

// What is wrong is said field by field.
const wrong = { userId: "dora", deviceId: "laptop", name: "Dora", phone: "12", availCoins: 0, password: "short" };
const invalid = await refused(nobody.POST("/api/register", { body: wrong }), 400, "invalid_request");
deepEqual(invalid.errors?.map(({ field, code }) => [field, code]), [["phone", "bad_format"], ["password", "too_short"]]);
const again = { ...wrong, userId: "carol", phone: "+4915112345604", password };
await refused(nobody.POST("/api/register", { body: again }), 409, "user_id_taken");
await refused(nobody.GET("/api/me"), 401, "unauthenticated");
const guess = { userId: "carol", deviceId: "phone", password: "a guess" };
await refused(nobody.POST("/api/login", { body: guess }), 401, "invalid_credentials");

// Only prime users make rooms, and only the operator makes users prime.
const teaRoom = { name: "Tea", password: "biscuits", clientId: "tea" };
await refused(alice.POST("/api/chatrooms", { body: teaRoom }), 403, "prime_required");
const operator = createClient<AdminPaths>({
  baseUrl: server.chat,
  headers: { Authorization: `Bearer ${server.operatorsToken}` },
});
for (const userId of ["alice", "bob"]) {
  const body = { prime: true };
  equal((await answered(operator.PUT("/admin/users/{userId}/prime", { params: { path: { userId } }, body }))).prime, true);
}

// A room that is asked for twice is made once.
const tea = await answered(alice.POST("/api/chatrooms", { body: teaRoom }), 201);
deepEqual([tea.name, tea.ownerId, tea.capacity, tea.memberCount, tea.me.role], ["Tea", "alice", 6, 1, "owner"]);
equal(tea.closedAt, undefined);
equal((await answered(alice.POST("/api/chatrooms", { body: teaRoom }))).roomId, tea.roomId);
const inTea = { path: { roomId: tea.roomId } };

// By invite, which is nobody else's; and by password, the first time free.
const invitation = { userId: "bob", password: "biscuits" };
const invited = await answered(alice.POST("/api/chatrooms/{roomId}/invites", { params: inTea, body: invitation }), 201);
const { inviteToken } = invited;
await refused(carol.POST("/api/joinroom", { body: { inviteToken } }), 404, "invite_not_found");
const bobs = await answered(bob.POST("/api/joinroom", { body: { inviteToken } }));
deepEqual([bobs.admission?.kind, bobs.charged, bobs.room?.me.role], ["prime", 0, "member"]);
const { invites } = await answered(alice.GET("/api/chatrooms/{roomId}/invites", { params: inTea }));
deepEqual(invites.map((one) => [one.inviteId, typeof one.usedAt, one.revokedAt]), [[invited.inviteId, "string", undefined]]);
const key = { roomId: tea.roomId, password: "biscuits" };
await refused(carol.POST("/api/joinroom", { body: { ...key, password: "crumbs" } }), 403, "wrong_room_password");
const carols = await answered(carol.POST("/api/joinroom", { body: key }));
deepEqual([carols.admission?.kind, carols.charged, carols.availCoins, carols.memberCount], ["free", 0, 150, 3]);

// The second room costs 150 coins, and nobody spends them unasked.
const room = (name: string, capacity?: number) =>
  answered(bob.POST("/api/chatrooms", { body: { name, password: "beans", ...(capacity && { capacity }) } }), 201);
const [coffee, cocoa] = [await room("Coffee", 2), await room("Cocoa")];
const second = { roomId: coffee.roomId, password: "beans" };
const looked = await answered(carol.POST("/api/joinroom", { body: { ...second, dryRun: true } }));
deepEqual([looked.charged, looked.availCoins, looked.admission, looked.room], [150, 150, undefined, undefined]);
const dearer = await refused(carol.POST("/api/joinroom", { body: { ...second, maxCharge: 149 } }), 409, "price_changed");
equal(dearer.required, 150);
const paid = await answered(carol.POST("/api/joinroom", { body: { ...second, maxCharge: 150 } }));
deepEqual([paid.admission?.kind, paid.admission?.coins, paid.charged, paid.availCoins], ["paid", 150, 150, 0]);
const third = { roomId: cocoa.roomId, password: "beans" };
const broke = await refused(carol.POST("/api/joinroom", { body: third }), 402, "insufficient_coins");
deepEqual([broke.required, broke.availCoins], [150, 0]);
await refused(alice.POST("/api/joinroom", { body: second }), 409, "room_full");
const { entries } = await answered(carol.GET("/api/me/coins", { params: { query: { limit: 10 } } }));
deepEqual(
  entries.map((entry) => [entry.kind, entry.amount, entry.balanceAfter, entry.roomId]),
  [["room_admission", -150, 0, coffee.roomId], ["opening", 150, 150, undefined]],
);

// A message that is sent twice is one message.
const hello = { roomId: tea.roomId, body: "Hello, Alice!", clientId: "4f1c9a52" };
const first = await answered(carol.POST("/api/messages", { body: hello }), 201);
deepEqual(await answered(carol.POST("/api/messages", { body: hello })), first);
await refused(carol.POST("/api/messages", { body: { ...hello, body: "Good night" } }), 409, "idempotency_conflict");
const reply = { roomId: tea.roomId, body: "Good evening, @carol.", replyTo: first.seq };
const answer = await answered(bob.POST("/api/messages", { body: reply }), 201);
const toMessage = (seq: number) => ({ path: { ...inTea.path, seq } });
const withTea = { path: { ...toMessage(first.seq).path, emoji: "🍵" } };
const reactions = "/api/chatrooms/{roomId}/messages/{seq}/reactions/{emoji}";
ok((await answered(alice.PUT(reactions, { params: withTea }))).event);
equal((await answered(alice.PUT(reactions, { params: withTea }))).event, undefined);
await answered(alice.DELETE(reactions, { params: withTea }));
const message = "/api/chatrooms/{roomId}/messages/{seq}";
await answered(carol.PATCH(message, { params: toMessage(first.seq), body: { body: "Hello, all!" } }));
await answered(bob.DELETE(message, { params: toMessage(answer.seq) }));
const read = await answered(alice.PUT("/api/chatrooms/{roomId}/read", { params: inTea, body: { seq: first.seq } }));
deepEqual(read, { readSeq: first.seq, unread: 0 });

// Who shares a room may become a friend.
const { requestId, state } = await answered(carol.POST("/api/friend-requests", { body: { userId: "bob" } }), 201);
equal(state, "open");
const { requests } = await answered(bob.GET("/api/friend-requests", { params: { query: { box: "in" } } }));
deepEqual(requests.map((one) => [one.requestId, one.fromUserId, one.decidedAt]), [[requestId, "carol", undefined]]);
const accepted = await answered(
  bob.POST("/api/friend-requests/{requestId}/accept", { params: { path: { requestId } } }),
);
deepEqual([accepted.state, typeof accepted.decidedAt], ["accepted", "string"]);
const profile = await answered(carol.GET("/api/profile/{userId}", { params: { path: { userId: "bob" } } }));
deepEqual([profile.name, profile.prime, profile.relation], ["bob", true, "friend"]);
const { friends } = await answered(carol.GET("/api/friends"));
deepEqual(friends.map(({ userId }) => userId), ["bob"]);

// A change says what changes, and leaves the rest.
const renamed = await answered(carol.PATCH("/api/me", { body: { name: "Carol" } }));
deepEqual([renamed.name, renamed.phone], ["Carol", "+4915112345603"]);
const moved = await answered(carol.PATCH("/api/me", { body: { phone: "+4915112345609" } }));
deepEqual([moved.name, moved.phone], ["Carol", "+4915112345609"]);
const greenTea = await answered(alice.PATCH("/api/chatrooms/{roomId}", { params: inTea, body: { name: "Green tea" } }));
deepEqual([greenTea.name, greenTea.capacity], ["Green tea", 6]);

// Roles, a ban, a farewell, and the end of the room.
const member = (userId: string) => ({ path: { ...inTea.path, userId } });
const role = { role: "moderator" as const };
const role_of = "/api/chatrooms/{roomId}/members/{userId}/role";
equal((await answered(alice.PUT(role_of, { params: member("bob"), body: role }))).role, "moderator");
await done(bob.PUT("/api/chatrooms/{roomId}/bans/{userId}", { params: member("carol") }));
await refused(carol.POST("/api/joinroom", { body: key }), 403, "banned");
const { bans } = await answered(alice.GET("/api/chatrooms/{roomId}/bans", { params: inTea }));
deepEqual(bans.map(({ userId, by }) => [userId, by]), [["carol", "bob"]]);
await done(bob.POST("/api/chatrooms/{roomId}/leave", { params: inTea }));
const { members } = await answered(alice.GET("/api/chatrooms/{roomId}/members", { params: inTea }));
deepEqual(members.map((one) => [one.userId, one.role]), [["alice", "owner"]]);
await done(alice.DELETE("/api/chatrooms/{roomId}", { params: inTea }));
equal(typeof (await answered(alice.GET("/api/chatrooms/{roomId}", { params: inTea }))).closedAt, "string");
await refused(alice.POST("/api/messages", { body: { roomId: tea.roomId, body: "?" } }), 409, "room_closed");

// The log tells all of it, page by page, one kind of event after the other.
function told(event: Schemas["Event"]): unknown[] {
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

const log: Schemas["Event"][] = [];
for (let more = true; more; ) {
  const query = { after: log.at(-1)?.seq ?? 0, limit: 5 };
  const page = await answered(
    alice.GET("/api/chatrooms/{roomId}/messages", { params: { ...inTea, query } }),
  );
  log.push(...page.events);
  more = page.hasMore;
  equal(page.lastSeq, 14);
}
deepEqual(log.map(({ roomId, seq }) => [roomId, seq]), log.map((_, index) => [tea.roomId, index + 1]));
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
const { session } = await answered(nobody.POST("/api/login", { body: there }));
const renewed = await answered(nobody.POST("/api/refresh", { body: { refreshToken: session.refreshToken } }));
const onPhone = as(renewed.accessToken);
const { sessions } = await answered(onPhone.GET("/api/sessions"));
deepEqual(sessions.map(({ deviceId, current }) => [deviceId, current]).sort(), [["laptop", false], ["phone", true]]);
await done(onPhone.POST("/api/logout"));
await refused(onPhone.GET("/api/me"), 401, "session_revoked");

// Who guesses too often is told how long to wait.
const guesser = createClient<paths>({ baseUrl: server.limited });
let guesses = 0;
let last = await guesser.POST("/api/login", { body: guess });
for (; last.response.status === 401 && guesses < 1000; guesses += 1) {
  equal(last.error?.code, "invalid_credentials");
  last = await guesser.POST("/api/login", { body: guess });
}
deepEqual([last.response.status, last.error?.code], [429, "rate_limited"]);
const milliseconds = last.error?.retryAfterMs ?? 0;
ok(milliseconds > 0, `${milliseconds} ms`);
equal(last.response.headers.get("Retry-After"), String(Math.ceil(milliseconds / 1000)));

console.log("the evening was fine");
