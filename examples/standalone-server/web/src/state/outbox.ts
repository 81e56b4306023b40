import { computed, signal } from "@preact/signals";

import { randomId, userId } from "../api/session";
import { Refused, passes } from "../api/problem";
import type { Event, Problem } from "../api/schema";

/** A message on its way. */
export interface Pending {
  readonly clientId: string;
  readonly roomId: string;
  readonly body: string;
  readonly replyTo?: number;
  /** When it was written, in milliseconds; what was written first goes first. */
  readonly at: number;
  /** Why the server will not have it. */
  readonly refused?: Problem;
}

/** Sends one, and says what came of it. */
export type Send = (pending: Pending) => Promise<Event>;

const prefix = () => `chat.outbox.${userId.value}.`;
const all = signal<readonly Pending[]>([]);
let send: Send | undefined;

/** What is on its way into a room, oldest first. */
export const pendingIn = (roomId: string) => computed(() => all.value.filter((pending) => pending.roomId === roomId)).value;

/** Reads what was kept, and follows the other tabs. `by` sends; what cannot be sent now is tried again by [`pump`]. */
export function openOutbox(by: Send): void {
  send = by;
  read();
  addEventListener("storage", (event) => {
    if (event.key !== null && !event.key.startsWith(prefix())) return;
    read();
    void pump();
  });
}

/** Each message has an entry of its own, so that two tabs that write at once do not write over each other. */
function read(): void {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix()));
  const found = keys.map((key) => localStorage.getItem(key)).filter((text) => text !== null);
  all.value = found.map((text) => JSON.parse(text) as Pending).sort((a, b) => a.at - b.at);
}

function keep(pending: Pending): void {
  localStorage.setItem(prefix() + pending.clientId, JSON.stringify(pending));
  read();
}

/** Puts a message on its way. */
export function post(roomId: string, body: string, replyTo: number | undefined): void {
  const at = Math.max(Date.now(), (all.value.at(-1)?.at ?? 0) + 1);
  keep({ clientId: randomId(), roomId, body, at, ...(replyTo === undefined ? {} : { replyTo }) });
  void pump();
}

/** Has a refused message tried once more. */
export function again({ refused: _, ...pending }: Pending): void {
  keep(pending);
  void pump();
}

/** It has arrived, or is not wanted any more. */
export function settle(clientId: string): void {
  if (!all.value.some((pending) => pending.clientId === clientId)) return;
  localStorage.removeItem(prefix() + clientId);
  read();
}

let pumping = false;

/** Sends what waits, one after another, in one tab at a time: what another tab has sent meanwhile is not there any more. */
export async function pump(): Promise<void> {
  if (pumping) return;
  pumping = true;
  try {
    await ("locks" in navigator ? navigator.locks.request("chat-outbox", drain) : drain());
  } finally {
    pumping = false;
  }
}

async function drain(): Promise<void> {
  const next = () => {
    read();
    return all.value.find(({ refused }) => refused === undefined);
  };
  for (let pending = next(); pending !== undefined && send !== undefined; pending = next()) {
    try {
      await send(pending);
      settle(pending.clientId);
    } catch (error) {
      if (!(error instanceof Refused)) return;
      if (passes(error)) await pause(error.problem.retryAfterMs ?? 1_000);
      else keep({ ...pending, refused: error.problem });
    }
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
