import { type Signal, signal } from "@preact/signals";

/** For how long somebody types who was said to. */
const TYPING_MS = 6_000;

const online = new Map<string, Signal<boolean>>();
const typing = new Map<string, Signal<ReadonlyMap<string, ReturnType<typeof setTimeout>>>>();

function of<T>(all: Map<string, Signal<T>>, key: string, initial: T): Signal<T> {
  let known = all.get(key);
  if (known === undefined) {
    known = signal(initial);
    all.set(key, known);
  }
  return known;
}

export const isOnline = (userId: string) => of(online, userId, false).value;

export function isNow(userId: string, value: boolean): void {
  of(online, userId, false).value = value;
}

/** Everybody is taken to be away, until the server has told who is there. */
export function forgetPresence(): void {
  for (const known of online.values()) known.value = false;
}

/** Who types in a room. */
export const typingIn = (roomId: string): readonly string[] => [...of(typing, roomId, new Map()).value.keys()];

export function types(roomId: string, userId: string): void {
  stops(roomId, userId);
  const known = of(typing, roomId, new Map());
  known.value = new Map(known.value).set(userId, setTimeout(() => stops(roomId, userId), TYPING_MS));
}

/** Whoever has written types no more. */
export function stops(roomId: string, userId: string): void {
  const known = of(typing, roomId, new Map());
  const timer = known.value.get(userId);
  if (timer === undefined) return;
  clearTimeout(timer);
  const left = new Map(known.value);
  left.delete(userId);
  known.value = left;
}
