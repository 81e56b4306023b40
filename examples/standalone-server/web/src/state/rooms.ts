import { batch, computed, signal } from "@preact/signals";

import { call } from "../api/call";
import type { Event, Member, Room } from "../api/schema";
import { Log } from "./log";
import { called } from "./people";

/** One's rooms; `undefined` until they are known. */
export const rooms = signal<ReadonlyMap<string, Room> | undefined>(undefined);

/** Their ids, the one in which something was said last first. */
export const order = signal<readonly string[]>([]);

/** How many messages are unread in all of them. */
export const unread = computed(() => [...(rooms.value?.values() ?? [])].reduce((sum, room) => sum + room.me.unread, 0));

const logs = new Map<string, Log>();
const members = new Map<string, ReturnType<typeof signal<readonly Member[] | undefined>>>();
const loading = new Map<string, Promise<void>>();

export function logOf(room: Room): Log {
  let log = logs.get(room.roomId);
  if (log === undefined) {
    log = new Log(room.lastSeq);
    logs.set(room.roomId, log);
  }
  return log;
}

/** The number of the last event that is known of each room. */
export function numbers(): Record<string, number> {
  return Object.fromEntries([...logs].map(([roomId, log]) => [roomId, log.last.value]));
}

export function patchRoom(roomId: string, change: (room: Room) => Room): void {
  const room = rooms.value?.get(roomId);
  if (room === undefined) return;
  rooms.value = new Map(rooms.value).set(roomId, change(room));
}

/** Where one's own reading has come to. */
export function patchOwn(roomId: string, change: Partial<Room["me"]>): void {
  patchRoom(roomId, (room) => ({ ...room, me: { ...room.me, ...change } }));
}

/** A room as the server tells it; the log stays, where there is one. */
export function putRoom(room: Room): void {
  batch(() => {
    rooms.value = new Map(rooms.value ?? []).set(room.roomId, room);
    if (!order.value.includes(room.roomId)) order.value = [room.roomId, ...order.value];
    logOf(room);
  });
}

export function dropRoom(roomId: string): void {
  batch(() => {
    const left = new Map(rooms.value ?? []);
    left.delete(roomId);
    rooms.value = left;
    order.value = order.value.filter((other) => other !== roomId);
    logs.delete(roomId);
    members.delete(roomId);
  });
}

/** Begins a room's log anew at this number: what was here is too far behind. */
export function resetLog(roomId: string, lastSeq: number): void {
  logs.set(roomId, new Log(lastSeq));
  patchRoom(roomId, (room) => ({ ...room, lastSeq }));
}

export function toTheFront(roomId: string): void {
  if (order.value[0] === roomId) return;
  order.value = [roomId, ...order.value.filter((other) => other !== roomId)];
}

/** A room's members, as far as they were read. */
export function membersOf(roomId: string): readonly Member[] | undefined {
  return memberSignal(roomId).value;
}

function memberSignal(roomId: string) {
  let known = members.get(roomId);
  if (known === undefined) {
    known = signal<readonly Member[] | undefined>(undefined);
    members.set(roomId, known);
  }
  return known;
}

export async function readMembers(roomId: string): Promise<void> {
  const answer = await call("GET /api/chatrooms/{roomId}/members", { path: { roomId } });
  batch(() => {
    for (const { userId, name } of answer.members) called(userId, name);
    memberSignal(roomId).value = answer.members;
  });
}

/** A member has read up to there. */
export function hasRead(roomId: string, userId: string, readSeq: number): void {
  const known = memberSignal(roomId);
  if (known.peek() === undefined) return;
  known.value = known.peek()?.map((member) =>
    member.userId === userId && member.readSeq < readSeq ? { ...member, readSeq } : member,
  );
}

/** Reads the page of the log before what is here. Asked twice, it is read once. */
export function readOlder(room: Room, limit: number): Promise<void> {
  const log = logOf(room);
  const running = loading.get(room.roomId);
  if (running !== undefined) return running;
  if (log.base.value === 0) return Promise.resolve();
  const before = log.base.value + 1;
  const read = call("GET /api/chatrooms/{roomId}/messages", { path: { roomId: room.roomId }, query: { before, limit } })
    .then(({ events, hasMore }) => log.prepend(events, hasMore ? (events[0]?.seq ?? 1) - 1 : 0))
    .finally(() => loading.delete(room.roomId));
  loading.set(room.roomId, read);
  return read;
}

/** Up to where each room's log is being brought. */
const catchingUp = new Map<string, number>();

/** Reads what lies between the last event that is here and `lastSeq`, page by page. What is told meanwhile of later events
 * raises the mark. */
export async function catchUp(roomId: string, lastSeq: number, take: (event: Event) => void): Promise<void> {
  const running = catchingUp.get(roomId);
  catchingUp.set(roomId, Math.max(running ?? 0, lastSeq));
  if (running !== undefined) return;
  try {
    for (let log = logs.get(roomId); log !== undefined && log.last.value < (catchingUp.get(roomId) ?? 0); ) {
      const query = { after: log.last.value, limit: 200 };
      const page = await call("GET /api/chatrooms/{roomId}/messages", { path: { roomId }, query });
      batch(() => page.events.forEach(take));
      log = logs.get(roomId);
      if (page.events.length === 0) break;
    }
  } finally {
    catchingUp.delete(roomId);
  }
}
