import { type Signal, batch, signal } from "@preact/signals";

import type { Event, MessageEvent, Reaction, ReactionAddedEvent, ReactionRemovedEvent } from "../api/schema";

/** How many numbers of the log a chunk spans. What is drawn or left out is a chunk as a whole. */
const CHUNK = 32;

/** What happened to other messages shows on them, and has no line of its own. */
const SHOWN: ReadonlySet<Event["kind"]> = new Set([
  "message",
  "joined",
  "left",
  "removed",
  "role_changed",
  "room_changed",
  "room_closed",
]);

const chunkOf = (seq: number) => Math.floor(seq / CHUNK);

/** A room's log as far as it is here: every event after `base` up to `last`, without a gap. */
export class Log {
  /** The numbers of the chunks that have something to show, ascending. */
  readonly chunks = signal<readonly number[]>([]);
  /** The number before the first event that is here; 0: the log is here from its beginning. */
  readonly base: Signal<number>;
  readonly last: Signal<number>;
  readonly #shown = new Map<number, Signal<readonly Event[]>>();

  constructor(last: number) {
    this.base = signal(last);
    this.last = signal(last);
  }

  chunk(number: number): readonly Event[] {
    return this.#shown.get(number)?.value ?? [];
  }

  /** The newest event that is shown. */
  get newest(): Event | undefined {
    const chunk = this.chunks.value.at(-1);
    return chunk === undefined ? undefined : this.chunk(chunk).at(-1);
  }

  /** What is shown right before a chunk. */
  before(chunk: number): Event | undefined {
    const chunks = this.chunks.value;
    const at = chunks.indexOf(chunk);
    const previous = at > 0 ? chunks[at - 1] : undefined;
    return previous === undefined ? undefined : this.chunk(previous).at(-1);
  }

  message(seq: number): MessageEvent | undefined {
    const found = this.#shown.get(chunkOf(seq))?.value.find((event) => event.seq === seq);
    return found?.kind === "message" ? found : undefined;
  }

  /** How many messages after this number count as unread; `undefined` where that is beyond what is here. */
  unreadAfter(seq: number, me: string): number | undefined {
    if (seq < this.base.value) return undefined;
    let unread = 0;
    for (const chunk of this.chunks.value.filter((chunk) => chunk >= chunkOf(seq))) {
      unread += this.chunk(chunk).filter((event) => seq < event.seq && counts(event, me)).length;
    }
    return unread;
  }

  /** The next event. One that is here already is taken for the message as it is now. */
  append(event: Event): void {
    batch(() => {
      if (event.seq <= this.last.value) {
        this.replace(event);
        return;
      }
      this.last.value = event.seq;
      if (SHOWN.has(event.kind)) this.#insert([event]);
      else this.#apply(event);
    });
  }

  /** Older events, oldest first, which reach from `base` up to what is here. */
  prepend(events: readonly Event[], base: number): void {
    batch(() => {
      const missing = events.filter((event) => event.seq <= this.base.value && SHOWN.has(event.kind));
      this.base.value = Math.min(this.base.value, base);
      this.#insert(missing);
    });
  }

  /** The message as it is now, where it is here. */
  replace(message: Event): void {
    if (message.kind === "message") this.#patch(message.seq, () => message);
  }

  #insert(events: readonly Event[]): void {
    const touched = new Map<number, Event[]>();
    for (const event of events) {
      const number = chunkOf(event.seq);
      const chunk = touched.get(number) ?? [...this.chunk(number)];
      chunk.push(event);
      touched.set(number, chunk);
    }
    let grown = false;
    for (const [number, chunk] of touched) {
      chunk.sort((a, b) => a.seq - b.seq);
      const known = this.#shown.get(number);
      if (known === undefined) {
        this.#shown.set(number, signal(chunk));
        grown = true;
      } else known.value = chunk;
    }
    if (grown) this.chunks.value = [...this.#shown.keys()].sort((a, b) => a - b);
  }

  #patch(seq: number, change: (message: MessageEvent) => MessageEvent): void {
    const chunk = this.#shown.get(chunkOf(seq));
    if (chunk === undefined) return;
    chunk.value = chunk.value.map((event) => (event.seq === seq && event.kind === "message" ? change(event) : event));
  }

  #apply(event: Event): void {
    switch (event.kind) {
      case "message_edited": {
        const { body, createdAt } = event;
        if (body !== undefined) this.#patch(event.targetSeq, (message) => ({ ...message, body, editedAt: createdAt }));
        break;
      }
      case "message_deleted":
        this.#patch(event.targetSeq, ({ body: _, reactions: __, mentions: ___, ...rest }) => ({
          ...rest,
          deletedAt: event.createdAt,
        }));
        break;
      case "reaction_added":
      case "reaction_removed":
        this.#patch(event.targetSeq, (message) => ({ ...message, reactions: reacted(message.reactions ?? [], event) }));
        break;
    }
  }
}

/** Whether a message is one that somebody else has to read. */
export function counts(event: Event, me: string): boolean {
  return event.kind === "message" && event.senderId !== me && event.deletedAt === undefined;
}

function reacted(
  reactions: readonly Reaction[],
  { kind, emoji, senderId }: ReactionAddedEvent | ReactionRemovedEvent,
): readonly Reaction[] {
  const others = (ids: readonly string[]) => ids.filter((id) => id !== senderId);
  if (kind === "reaction_removed") {
    return reactions
      .map((reaction) => (reaction.emoji === emoji ? { emoji, userIds: others(reaction.userIds) } : reaction))
      .filter(({ userIds }) => userIds.length > 0);
  }
  if (!reactions.some((reaction) => reaction.emoji === emoji)) return [...reactions, { emoji, userIds: [senderId] }];
  return reactions.map((reaction) =>
    reaction.emoji === emoji ? { emoji, userIds: [...others(reaction.userIds), senderId] } : reaction,
  );
}
