import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Event, Room } from "../api/schema";
import { markRead } from "../state/live";
import type { Log } from "../state/log";
import { pendingIn } from "../state/outbox";
import { me, nameOf } from "../state/people";
import { logOf, readOlder } from "../state/rooms";
import { IconButton, Skeleton } from "./parts";
import { Message, PendingMessage, standTogether } from "./message";
import { useAction } from "./use_load";
import { dayOf, isSameDay } from "./words";
import { standing } from "../socket/connection";

/** How many events are read at once when one scrolls up. */
const PAGE = 100;
/** What is so near to being seen is drawn, and what is so near to the beginning is read. */
const NEAR_PX = 1_200;
/** So near to the end one is taken to be at it. */
const AT_END_PX = 40;

/**
 * The log of a room, which begins at its end and is read upwards. The list is laid out from its end (`column-reverse`), so
 * that what comes before keeps what is seen in its place. Chunks that are far from being seen are left out, and leave
 * their height.
 */
export function MessageList({ room }: { readonly room: Room }): JSX.Element {
  const log = logOf(room);
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const older = useAction();
  const [firstUnread] = useState(room.me.unread > 0 ? room.me.readSeq : undefined);
  const pending = pendingIn(room.roomId);
  const { base, last, chunks } = log;
  const isEmpty = chunks.value.length === 0;

  const readMore = () => {
    const element = scroller.current;
    if (element === null || log.base.value === 0) return;
    const above = element.scrollHeight - element.clientHeight + element.scrollTop;
    if (above < NEAR_PX) void older.run(() => readOlder(room, PAGE));
  };
  const scrolled = () => {
    setAtEnd(-scroller.current!.scrollTop < AT_END_PX);
    readMore();
  };
  // Also when nothing is scrolled: as long as what is here does not fill the view, and once the server is reached again.
  useEffect(readMore, [base.value, standing.value, isEmpty]);
  useReading(room, last.value, atEnd);

  const toTheEnd = () => scroller.current?.scrollTo({ top: 0 });
  const waiting = pending.length;
  useLayoutEffect(() => {
    if (waiting > 0) toTheEnd();
  }, [waiting]);

  return (
    <div class="log-frame">
      <div ref={scroller} class="log" tabIndex={0} role="region" aria-label="Messages" onScroll={scrolled}>
        <div class="log-content">
          {base.value > 0 ? <Skeleton lines={3} /> : <p class="soft begin">The room begins here.</p>}
          {chunks.value.map((number) => (
            <Chunk key={number} log={log} number={number} room={room} firstUnread={firstUnread} root={scroller} />
          ))}
          {waiting > 0 && (
            <ol class="plain" aria-label="Not sent yet">
              {pending.map((each) => (
                <PendingMessage key={each.clientId} pending={each} self={me.value?.userId ?? ""} />
              ))}
            </ol>
          )}
        </div>
      </div>
      {!atEnd && (
        <IconButton icon="down" label={room.me.unread > 0 ? `To the end, ${room.me.unread} unread` : "To the end"} class="to-end" onClick={toTheEnd} />
      )}
    </div>
  );
}

/** Tells the server what was read: what is at the end of the list, while somebody looks at it. */
function useReading(room: Room, last: number, atEnd: boolean): void {
  const { roomId } = room;
  const { readSeq } = room.me;
  const sent = useRef(0);
  const live = standing.value === "live";
  useEffect(() => {
    const look = () => {
      if (!live || !atEnd || last <= readSeq || last <= sent.current || document.visibilityState !== "visible" || !document.hasFocus()) return;
      sent.current = last;
      markRead(roomId, last).catch(() => (sent.current = 0));
    };
    look();
    addEventListener("focus", look);
    addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      removeEventListener("visibilitychange", look);
    };
  }, [roomId, last, readSeq, atEnd, live]);
}

interface ChunkProps {
  readonly log: Log;
  readonly number: number;
  readonly room: Room;
  readonly firstUnread: number | undefined;
  readonly root: { readonly current: HTMLElement | null };
}

const Chunk = memo(function Chunk({ log, number, room, firstUnread, root }: ChunkProps): JSX.Element {
  const element = useRef<HTMLOListElement>(null);
  const [near, setNear] = useState(true);
  const height = useRef(0);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry === undefined) return;
        if (!entry.isIntersecting) height.current = entry.boundingClientRect.height;
        setNear(entry.isIntersecting);
      },
      { root: root.current, rootMargin: `${NEAR_PX}px 0px` },
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  if (!near) return <ol ref={element} class="plain chunk" aria-hidden="true" style={{ height: `${height.current}px` }} />;
  const events = log.chunk(number);
  let before = log.before(number);
  const lines: JSX.Element[] = [];
  for (const event of events) {
    lines.push(...divided(before, event, firstUnread));
    lines.push(
      event.kind === "message" ? (
        <Message key={event.seq} room={room} event={event} together={standTogether(before, event) && !isNew(before, event, firstUnread)} />
      ) : (
        <System key={event.seq} event={event} />
      ),
    );
    before = event;
  }
  return (
    <ol ref={element} class="plain chunk">
      {lines}
    </ol>
  );
});

function isNew(before: Event | undefined, event: Event, firstUnread: number | undefined): boolean {
  return firstUnread !== undefined && firstUnread < event.seq && (before?.seq ?? 0) <= firstUnread;
}

function divided(before: Event | undefined, event: Event, firstUnread: number | undefined): JSX.Element[] {
  const lines: JSX.Element[] = [];
  if (before === undefined || !isSameDay(before.createdAt, event.createdAt)) {
    lines.push(
      <li key={`day${event.seq}`} class="day">
        <span>{dayOf(event.createdAt)}</span>
      </li>,
    );
  }
  if (before !== undefined && isNew(before, event, firstUnread)) {
    lines.push(
      <li key={`new${event.seq}`} class="day new">
        <span>New</span>
      </li>,
    );
  }
  return lines;
}

/** What happened in the room beside messages. */
function System({ event }: { readonly event: Event }): JSX.Element {
  return (
    <li class="system" data-seq={event.seq}>
      <p dir="auto">{told(event)}</p>
    </li>
  );
}

function told(event: Event): string {
  const self = me.value?.userId;
  const isolated = (text: string) => `\u2068${text}\u2069`;
  const name = (userId: string | undefined) => (userId === self ? "you" : isolated(nameOf(userId ?? "")));
  const by = event.senderId === self ? "You" : isolated(nameOf(event.senderId));
  switch (event.kind) {
    case "joined":
      return `${by} joined`;
    case "left":
      return `${by} left`;
    case "removed":
      return `${by} ${event.banned ? "banned" : "removed"} ${name(event.userId)}`;
    case "role_changed":
      return event.role === "owner"
        ? `${by} handed the room over to ${name(event.userId)}`
        : `${by} made ${name(event.userId)} a ${event.role}`;
    case "room_changed":
      return event.name === undefined
        ? `${by} set the seats to ${event.capacity}`
        : `${by} named the room ${isolated(event.name)}`;
    case "room_closed":
      return event.byOperator ? "The operator closed the room" : `${by} closed the room`;
    default:
      return "";
  }
}
