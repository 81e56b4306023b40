import { memo } from "preact/compat";
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Event, MessageEvent, Room } from "../api/schema";
import { react } from "../state/live";
import { type Pending, again, settle } from "../state/outbox";
import { me, nameOf } from "../state/people";
import { logOf, membersOf } from "../state/rooms";
import { Icon } from "./icons";
import { MessageMenu } from "./message_menu";
import { Avatar, IconButton, Name } from "./parts";
import { Text } from "./text";
import { isSameDay, listed, momentOf, timeOf, words } from "./words";

/** Messages of one sender that follow each other so soon stand together. */
const TOGETHER_MS = 5 * 60_000;

export function standTogether(before: Event | undefined, event: MessageEvent): boolean {
  return (
    before?.kind === "message" &&
    before.senderId === event.senderId &&
    event.replyTo === undefined &&
    isSameDay(before.createdAt, event.createdAt) &&
    Date.parse(event.createdAt) - Date.parse(before.createdAt) < TOGETHER_MS
  );
}

interface Props {
  readonly room: Room;
  readonly event: MessageEvent;
  readonly together: boolean;
}

export const Message = memo(function Message({ room, event, together }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  const self = me.value?.userId;
  const own = event.senderId === self;
  const ofMe = self !== undefined && event.mentions?.includes(self) === true;
  const deleted = event.deletedAt !== undefined;
  return (
    <li class={`message ${together ? "together" : ""} ${own ? "own" : ""} ${ofMe ? "to-me" : ""}`} data-seq={event.seq} id={`m${event.seq}`} tabIndex={-1}>
      {together ? <time class="side soft">{timeOf(event.createdAt)}</time> : <Avatar of={event.senderId} />}
      <div class="said">
        {!together && (
          <p class="head">
            <strong class="cut">
              <Name of={event.senderId} />
            </strong>
            <time class="soft small" dateTime={event.createdAt} title={momentOf(event.createdAt)}>
              {timeOf(event.createdAt)}
            </time>
          </p>
        )}
        {event.replyTo !== undefined && <Quote room={room} seq={event.replyTo} />}
        {deleted ? (
          <p class="body gone">This message was deleted.</p>
        ) : (
          <p class="body" dir="auto">
            <Text body={event.body ?? ""} mentioned={event.mentions ?? []} me={self} />
            {event.editedAt !== undefined && (
              <span class="soft small edited" title={momentOf(event.editedAt)}>
                {" "}
                edited
              </span>
            )}
          </p>
        )}
        {!deleted && <Reactions room={room} event={event} self={self} />}
      </div>
      {own && !deleted && <Receipt room={room} seq={event.seq} />}
      {!deleted && room.closedAt === undefined && (
        <div class="actions">
          <IconButton icon="more" label={`Act on the message: ${gist(event)}`} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)} />
          {open && <MessageMenu room={room} event={event} own={own} close={() => setOpen(false)} />}
        </div>
      )}
    </li>
  );
});

function gist({ body }: MessageEvent): string {
  return (body ?? "").slice(0, 40);
}

function Quote({ room, seq }: { readonly room: Room; readonly seq: number }): JSX.Element {
  const target = logOf(room).message(seq);
  const show = () => {
    const element = document.getElementById(`m${seq}`);
    element?.scrollIntoView({ block: "center" });
    element?.focus();
  };
  return (
    <button type="button" class="quote" onClick={show}>
      <Icon name="reply" />
      <span class="cut">
        {target === undefined ? (
          "An earlier message"
        ) : (
          <>
            <Name of={target.senderId} />: <bdi>{target.body?.slice(0, 120) ?? "deleted"}</bdi>
          </>
        )}
      </span>
    </button>
  );
}

function Reactions({ room, event, self }: { readonly room: Room; readonly event: MessageEvent; readonly self: string | undefined }): JSX.Element | null {
  const { reactions } = event;
  if (reactions === undefined || reactions.length === 0) return null;
  return (
    <ul class="plain reactions" aria-label="Reactions">
      {reactions.map(({ emoji, userIds }) => {
        const mine = self !== undefined && userIds.includes(self);
        const who = listed(userIds.map((userId) => (userId === self ? "you" : nameOf(userId))));
        return (
          <li key={emoji}>
            <button
              type="button"
              class="reaction"
              aria-pressed={mine}
              aria-label={`${emoji} ${userIds.length}, by ${who}`}
              title={who}
              disabled={room.closedAt !== undefined}
              onClick={() => void react(room.roomId, event.seq, emoji, mine).catch(() => {})}
            >
              <span class="emoji">{emoji}</span> {userIds.length}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** That the server has it, and who has read it. */
function Receipt({ room, seq }: { readonly room: Room; readonly seq: number }): JSX.Element {
  const others = (membersOf(room.roomId) ?? []).filter(({ userId }) => userId !== me.value?.userId);
  const readers = others.filter(({ readSeq }) => seq <= readSeq);
  const said = readers.length === 0 ? "Sent" : `Read by ${listed(readers.map(({ userId }) => nameOf(userId)))}`;
  return (
    <span class={`receipt ${readers.length > 0 ? "read" : ""}`} title={said}>
      <Icon name={readers.length === 0 ? "check" : "checks"} />
      <span class="unseen">{said}</span>
    </span>
  );
}

/** A message on its way. */
export function PendingMessage({ pending, self }: { readonly pending: Pending; readonly self: string }): JSX.Element {
  const { refused } = pending;
  return (
    <li class={`message own pending ${refused ? "failed" : ""}`}>
      <Avatar of={self} />
      <div class="said">
        <p class="head">
          <strong class="cut">
            <Name of={self} />
          </strong>
          <time class="soft small">{timeOf(pending.at)}</time>
        </p>
        <p class="body" dir="auto">
          {pending.body}
        </p>
        {refused !== undefined && (
          <p class="wrong" role="alert">
            <Icon name="warn" /> Not sent. {words(refused)}{" "}
            <button type="button" class="link" onClick={() => again(pending)}>
              Try again
            </button>{" "}
            <button type="button" class="link" onClick={() => settle(pending.clientId)}>
              Throw away
            </button>
          </p>
        )}
      </div>
      {refused === undefined && (
        <span class="receipt" title="Waits to be sent">
          <Icon name="clock" />
          <span class="unseen">Waits to be sent</span>
        </span>
      )}
    </li>
  );
}
