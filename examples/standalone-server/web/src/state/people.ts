import { type Signal, signal } from "@preact/signals";

import { call } from "../api/call";
import type { User } from "../api/schema";

/** Oneself, once that is known. */
export const me = signal<User | undefined>(undefined);

/** How many friend requests wait for an answer. */
export const requestsIn = signal(0);

/** Raised with whatever the server tells of friendships, so that lists of them are read anew. */
export const friendsChanged = signal(0);

export async function readMe(): Promise<void> {
  me.value = await call("GET /api/me", {});
  called(me.value.userId, me.value.name);
}

export async function readRequests(): Promise<void> {
  const { requests } = await call("GET /api/friend-requests", { query: { box: "in" } });
  requestsIn.value = requests.length;
}

const names = new Map<string, Signal<string>>();

/** Somebody's name; their id until it is known, or where there is nobody any more. */
export function nameOf(userId: string): string {
  const known = names.get(userId);
  if (known !== undefined) return known.value;
  const name = signal(userId);
  names.set(userId, name);
  call("GET /api/profile/{userId}", { path: { userId } }).then(
    (profile) => (name.value = profile.name),
    () => {},
  );
  return userId;
}

/** Somebody is called so. */
export function called(userId: string, name: string): void {
  const known = names.get(userId);
  if (known === undefined) names.set(userId, signal(name));
  else known.value = name;
}
