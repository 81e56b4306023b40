import { batch, signal } from "@preact/signals";

import type { Event, Room } from "../api/schema";
import { Refused } from "../api/problem";
import { Connection, type Told } from "../socket/connection";
import { forgetPresence, isNow, stops, types } from "./around";
import { counts } from "./log";
import { openOutbox, pump, settle } from "./outbox";
import { friendsChanged, me, nameOf, readMe, readRequests } from "./people";
import {
  catchUp,
  dropRoom,
  hasRead,
  logOf,
  membersOf,
  numbers,
  order,
  patchOwn,
  patchRoom,
  putRoom,
  readMembers,
  readOlder,
  resetLog,
  rooms,
  toTheFront,
} from "./rooms";

/** More than this is not read after one was away: the room begins anew at its end. */
const MOST_TO_CATCH_UP = 2_000;

/** A message that has just come, for those who do not see the page. */
export const announced = signal("");

/** The room from which one was taken, with the reason, until that was seen. */
export const removedFrom = signal<{ readonly name: string; readonly reason: "removed" | "banned" } | undefined>(undefined);

const connection = new Connection({ numbers, told, live });

/** Connects, and keeps everything here as the server has it. */
export function goLive(): void {
  openOutbox(async ({ roomId, body, clientId, replyTo }) => {
    let sent: Event | undefined;
    const fields = replyTo === undefined ? { roomId, body, clientId } : { roomId, body, clientId, replyTo };
    await connection.command("send", fields, (event) => {
      sent = event;
      take(event);
    });
    return sent!;
  });
  connection.start();
  void readMe().catch(() => {});
}

function live(): void {
  void pump();
  // Without them the page is of use, too; they are read again with the next connection.
  const optional = () => {};
  readMe().catch(optional);
  readRequests().catch(optional);
  for (const room of rooms.value?.values() ?? []) {
    if (membersOf(room.roomId) !== undefined) readMembers(room.roomId).catch(optional);
  }
  void preview();
}

/** Reads the end of each room's log, so that the list shows what was said last. */
async function preview(): Promise<void> {
  for (const roomId of order.value.slice(0, 20)) {
    const room = rooms.value?.get(roomId);
    if (room === undefined || logOf(room).newest !== undefined) continue;
    try {
      await readOlder(room, 50);
    } catch {
      return;
    }
  }
}

function told(frame: Told): void {
  batch(() => tell(frame));
}

function tell(frame: Told): void {
  switch (frame.type) {
    case "welcome":
      welcomed(frame.rooms);
      break;
    case "event":
      take(frame.event);
      break;
    case "reset":
      behind(frame.roomId, frame.lastSeq);
      break;
    case "receipt":
      read(frame.roomId, frame.userId, frame.readSeq);
      break;
    case "typing":
      types(frame.roomId, frame.userId);
      break;
    case "presence":
      isNow(frame.userId, frame.online);
      break;
    case "room_added":
      if (numbers()[frame.room.roomId] !== frame.room.lastSeq) resetLog(frame.room.roomId, frame.room.lastSeq);
      putRoom(frame.room);
      readOlder(frame.room, 50).catch(() => {});
      break;
    case "room_removed":
      removed(frame.roomId, frame.reason);
      break;
    case "friend":
      friendsChanged.value += 1;
      readRequests().catch(() => {});
      break;
  }
}

function welcomed(present: readonly Room[]): void {
  forgetPresence();
  const known = rooms.value;
  if (known === undefined) rooms.value = new Map();
  for (const room of present) putRoom(room);
  order.value = present.map(({ roomId }) => roomId);
  for (const roomId of known?.keys() ?? []) {
    if (!present.some((room) => room.roomId === roomId)) dropRoom(roomId);
  }
}

function behind(roomId: string, lastSeq: number): void {
  const last = numbers()[roomId];
  if (last === undefined) return;
  const reachable = last <= lastSeq && lastSeq - last <= MOST_TO_CATCH_UP;
  if (reachable) catchUp(roomId, lastSeq, take).catch(() => resetLog(roomId, lastSeq));
  else resetLog(roomId, lastSeq);
}

/** An event in its place: into the log, and into what the page shows of the room. */
function take(event: Event): void {
  const room = rooms.value?.get(event.roomId);
  const self = me.value?.userId;
  if (room === undefined) return;
  const log = logOf(room);
  if (log.last.value + 1 < event.seq) {
    behind(event.roomId, event.seq);
    return;
  }
  const isNew = log.last.value < event.seq;
  // Whether it counted is to be seen before it is deleted.
  const target = event.kind === "message_deleted" ? log.message(event.targetSeq) : undefined;
  log.append(event);
  if (event.kind === "message") {
    if (event.clientId !== undefined) settle(event.clientId);
    stops(event.roomId, event.senderId);
  }
  if (!isNew) return;
  patchRoom(event.roomId, (room) => ({ ...room, lastSeq: Math.max(room.lastSeq, event.seq) }));
  changeRoom(event, self);
  // What the server has told of the room includes everything up to its `lastSeq` then.
  if (room.lastSeq < event.seq) {
    count(event, room, target, self);
    const seats = SEATS[event.kind];
    if (seats !== undefined) patchRoom(event.roomId, (room) => ({ ...room, memberCount: room.memberCount + seats }));
  }
}

/** By how much an event changes the number of members. */
const SEATS: Partial<Record<Event["kind"], number>> = { joined: 1, left: -1, removed: -1 };

function count(event: Event, room: Room, target: Event | undefined, self: string | undefined): void {
  if (self === undefined || event.seq <= room.me.readSeq) return;
  if (event.kind === "message") {
    toTheFront(room.roomId);
    if (!counts(event, self)) return;
    patchOwn(room.roomId, { unread: (rooms.value?.get(room.roomId)?.me.unread ?? 0) + 1 });
    announced.value = `${nameOf(event.senderId)}: ${event.body ?? ""}`;
  } else if (event.kind === "message_deleted" && target !== undefined && room.me.readSeq < target.seq && counts(target, self)) {
    patchOwn(room.roomId, { unread: Math.max(0, room.me.unread - 1) });
  }
}

function changeRoom(event: Event, self: string | undefined): void {
  const { roomId } = event;
  const again = () => {
    if (membersOf(roomId) !== undefined) readMembers(roomId).catch(() => {});
  };
  switch (event.kind) {
    case "joined":
    case "left":
    case "removed":
      again();
      break;
    case "role_changed": {
      const { role, userId } = event;
      patchRoom(roomId, (room) => ({
        ...room,
        ownerId: role === "owner" ? userId : room.ownerId,
        me: userId === self ? { ...room.me, role } : room.me,
      }));
      again();
      break;
    }
    case "room_changed":
      patchRoom(roomId, (room) => ({ ...room, name: event.name ?? room.name, capacity: event.capacity ?? room.capacity }));
      break;
    case "room_closed":
      patchRoom(roomId, (room) => ({ ...room, closedAt: event.createdAt }));
      break;
  }
}

function read(roomId: string, userId: string, readSeq: number): void {
  hasRead(roomId, userId, readSeq);
  const room = rooms.value?.get(roomId);
  if (room === undefined || userId !== me.value?.userId || readSeq <= room.me.readSeq) return;
  const unread = logOf(room).unreadAfter(readSeq, userId) ?? (readSeq < room.lastSeq ? room.me.unread : 0);
  patchOwn(roomId, { readSeq, unread });
}

function removed(roomId: string, reason: "left" | "removed" | "banned"): void {
  const room = rooms.value?.get(roomId);
  dropRoom(roomId);
  if (room !== undefined && reason !== "left") removedFrom.value = { name: room.name, reason };
}

/** Whoever has just joined or made a room is in it at once, whatever is heard first. */
export function entered(room: Room): void {
  if (rooms.value?.has(room.roomId) !== true) putRoom(room);
}

// What one does in a room goes over the connection, in order with what is heard.

export async function markRead(roomId: string, seq: number): Promise<void> {
  await connection.command("read", { roomId, seq }, ({ readSeq, unread }) => patchOwn(roomId, { readSeq, unread }));
}

function changed(result: { readonly message: Event; readonly event?: Event }): void {
  batch(() => {
    const room = rooms.value?.get(result.message.roomId);
    if (room === undefined) return;
    if (result.event !== undefined) take(result.event);
    logOf(room).replace(result.message);
  });
}

export const edit = (roomId: string, seq: number, body: string) => connection.command("edit", { roomId, seq, body }, changed);
export const remove = (roomId: string, seq: number) => connection.command("delete", { roomId, seq }, changed);

export async function react(roomId: string, seq: number, emoji: string, remove: boolean): Promise<void> {
  await connection.command("react", { roomId, seq, emoji, remove }, changed);
}

let toldTyping = 0;

/** Tells the others that one types, as seldom as the server passes it on. */
export function tellTyping(roomId: string): void {
  const now = Date.now();
  if (now - toldTyping < 2_500) return;
  toldTyping = now;
  connection.command("typing", { roomId }).catch((error: unknown) => {
    // It is of no use later, and nobody waits for it.
    if (!(error instanceof Refused)) toldTyping = 0;
  });
}

