import { Refused, Unreachable } from "../api/problem";
import type { Problem } from "../api/schema";

/** What a refusal is called on the page. What is not here is told in the server's words. */
const WORDS: Readonly<Record<string, (problem: Problem) => string>> = {
  invalid_credentials: () => "There is no such user, or the password is another.",
  suspended: () => "This account is suspended. Whoever runs the server can say why.",
  prime_required: () => "Only prime members make rooms. Whoever runs the server makes members prime.",
  invitee_not_prime: () => "Only prime members can be invited; others join by the room's id and password.",
  wrong_room_password: () => "The room's password is another.",
  room_not_found: () => "There is no such room. Check its id.",
  room_full: () => "All seats of this room are taken. Try again when somebody has left.",
  room_closed: () => "This room is closed: it can be read, and nothing more is written.",
  banned: () => "You were banned from this room.",
  not_a_member: () => "You are not in this room any more.",
  not_allowed: () => "Your role in this room does not allow that.",
  already_member: () => "They are in this room already.",
  already_friends: () => "You are friends already.",
  not_a_participant: () => "You can ask only people with whom you share or have shared a room.",
  request_declined: () => "They have declined. You can ask again later.",
  user_not_found: () => "There is no such user.",
  user_id_taken: () => "This user id is taken. Choose another.",
  invite_not_found: () => "This invite is not for you, or there is none.",
  invite_used: () => "This invite has been used.",
  invite_expired: () => "This invite has expired. Ask for a new one.",
  invite_revoked: () => "This invite was taken back.",
  capacity_below_members: () => "The room has more members than that.",
  too_many_reactions: () => "This message has as many kinds of reactions as it can have.",
  message_not_found: () => "This message is not there any more.",
  refused_by_host: () => "The server does not allow that.",
  rate_limited: () => "That was a lot at once. Try again in a moment.",
  insufficient_coins: ({ required, availCoins }) =>
    `This costs ${coins(required ?? 0)}, and you have ${coins(availCoins ?? 0)}. Nothing was spent.`,
  price_changed: () => "The price has changed meanwhile. Nothing was spent.",
};

/** What went wrong, for people. */
export function wordsFor(error: unknown): string {
  if (error instanceof Refused) return words(error.problem);
  if (error instanceof Unreachable) return "The server cannot be reached. Try again in a moment.";
  return "Something went wrong here. Reload the page and try again.";
}

export function words(problem: Problem): string {
  return WORDS[problem.code]?.(problem) ?? problem.detail ?? problem.title;
}

/** What is wrong with one field of a form, where that is what was refused. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof Refused)) return undefined;
  const wrong = error.problem.errors?.find((wrong) => wrong.field === field);
  return wrong === undefined ? undefined : `${wrong.message.charAt(0).toUpperCase()}${wrong.message.slice(1)}`;
}

/** How a session ended, for whoever finds themselves signed out. */
export function endingWords(reason: string): string {
  return reason === "suspended" ? WORDS["suspended"]!({} as Problem) : "Your session has ended. Sign in again to go on.";
}

const numbers = new Intl.NumberFormat();

export const coins = (amount: number) => `${numbers.format(amount)} ${Math.abs(amount) === 1 ? "coin" : "coins"}`;
export const number = (value: number) => numbers.format(value);

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayOfAYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const timeOf = (at: string | number) => clock.format(new Date(at));
export const momentOf = (at: string) => whole.format(new Date(at));

export const isSameDay = (a: string, b: string) => new Date(a).toDateString() === new Date(b).toDateString();

export function dayOf(at: string): string {
  const date = new Date(at);
  const now = new Date();
  if (date.toDateString() === now.toDateString()) return "Today";
  now.setDate(now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return "Yesterday";
  return date.getFullYear() === now.getFullYear() ? day.format(date) : dayOfAYear.format(date);
}

const list = new Intl.ListFormat("en", { type: "conjunction" });

export const listed = (names: readonly string[]) => list.format(names);
