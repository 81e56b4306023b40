import { signal } from "@preact/signals";

import { ask, type Tokens } from "./call";
import { Refused, SignedOut } from "./problem";
import type { Session, SignedInUser } from "./schema";

/** What the tabs of a browser share of whoever is signed in. The access token is not among it: each tab keeps its own. */
interface Kept {
  readonly userId: string;
  readonly refreshToken: string;
}

const KEY = "chat.session";
const DEVICE_KEY = "chat.device";
const ENDED_KEY = "chat.ended";
/** A token is renewed so long before it ends, so that none ends on its way. */
const MARGIN_MS = 10_000;

function kept(): Kept | undefined {
  const text = localStorage.getItem(KEY);
  return text === null ? undefined : (JSON.parse(text) as Kept);
}

let access: { readonly token: string; readonly until: number } | undefined;
let refreshing: Promise<string> | undefined;

/** Who is signed in here. */
export const userId = signal(kept()?.userId);

/** Which device this browser is to the server. */
export function deviceId(): string {
  const known = localStorage.getItem(DEVICE_KEY);
  if (known !== null) return known;
  const made = `web-${randomId()}`;
  localStorage.setItem(DEVICE_KEY, made);
  return made;
}

/** 128 random bits as a UUID. `crypto.randomUUID` is there in secure contexts alone. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function take(user: string, session: Session): void {
  access = { token: session.accessToken, until: Date.parse(session.expiresAt) };
  localStorage.setItem(KEY, JSON.stringify({ userId: user, refreshToken: session.refreshToken } satisfies Kept));
}

/** Begins the session that a sign-in has brought. */
export function begin({ user, session }: SignedInUser): void {
  take(user.userId, session);
  userId.value = user.userId;
}

export const tokens: Tokens = {
  async access(insteadOf) {
    const known = access;
    if (known !== undefined && known.token !== insteadOf && Date.now() < known.until - MARGIN_MS) return known.token;
    refreshing ??= refresh().finally(() => (refreshing = undefined));
    return refreshing;
  },
};

/** One tab at a time: what comes second then uses what the first was given. Without locks the server's grace for a refresh
 * token that comes twice does. */
async function refresh(): Promise<string> {
  return "locks" in navigator ? navigator.locks.request("chat-refresh", exchange) : exchange();
}

async function exchange(): Promise<string> {
  if (userId.value === undefined) throw new SignedOut("nobody is signed in");
  const present = kept();
  if (present === undefined || present.userId !== userId.value) {
    leave("signed_out");
    throw new SignedOut("another tab has signed out");
  }
  try {
    const session = await ask("POST /api/refresh", { body: { refreshToken: present.refreshToken } });
    take(present.userId, session);
    return session.accessToken;
  } catch (error) {
    if (!(error instanceof Refused) || ![401, 403].includes(error.problem.status)) throw error;
    leave(error.code);
    throw new SignedOut(error.code);
  }
}

/** Ends the session on the server and here, with all that this browser has kept of it. */
export async function signOut(): Promise<void> {
  try {
    await ask("POST /api/logout", {}, await tokens.access());
  } finally {
    leave("signed_out");
  }
}

/** Forgets the session, and begins anew without it, so that nothing of one user is left for the next. */
export function leave(reason: string): void {
  for (const key of Object.keys(localStorage)) {
    if (key === KEY || (reason === "signed_out" && /^chat\.(draft|outbox)\./.test(key))) localStorage.removeItem(key);
  }
  sessionStorage.setItem(ENDED_KEY, reason);
  history.replaceState(null, "", "./");
  location.reload();
}

/** Why the last session ended, told once. */
export function howItEnded(): string | undefined {
  const reason = sessionStorage.getItem(ENDED_KEY);
  sessionStorage.removeItem(ENDED_KEY);
  return reason === null || reason === "signed_out" ? undefined : reason;
}

/** Other tabs sign out and in, too: this one follows. */
export function followOtherTabs(): void {
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    if (kept()?.userId !== userId.value) location.reload();
  });
}
