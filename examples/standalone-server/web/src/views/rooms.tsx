import type { JSX } from "preact";

import type { Event, Room } from "../api/schema";
import { typingIn } from "../state/around";
import { draftOf } from "../state/drafts";
import { me, nameOf, requestsIn } from "../state/people";
import { logOf, order, rooms } from "../state/rooms";
import { Icon } from "./icons";
import { Avatar, Name, Skeleton } from "./parts";
import { paths, route } from "./route";
import { coins, isSameDay, timeOf } from "./words";

/** The list of rooms, with the ways to everything else. */
export function Rooms(): JSX.Element {
  const { view } = route.value;
  return (
    <nav class="sidebar" aria-label="Chat">
      <Me current={view === "account"} />
      <div class="ways">
        <a href={paths.new} class="button" aria-current={view === "new" ? "page" : undefined}>
          <Icon name="plus" /> New room
        </a>
        <a href={paths.join} class="button" aria-current={view === "join" ? "page" : undefined}>
          <Icon name="key" /> Join
        </a>
        <a href={paths.friends} class="button" aria-current={view === "friends" ? "page" : undefined}>
          <Icon name="people" /> Friends
          {requestsIn.value > 0 && (
            <span class="badge">
              {requestsIn.value}
              <span class="unseen"> open requests</span>
            </span>
          )}
        </a>
      </div>
      <List />
    </nav>
  );
}

function Me({ current }: { readonly current: boolean }): JSX.Element {
  const self = me.value;
  return (
    <a class="me" href={paths.account} aria-current={current ? "page" : undefined}>
      {self === undefined ? (
        <span class="avatar" aria-hidden="true" />
      ) : (
        <Avatar of={self.userId} />
      )}
      <span class="grow">
        <strong class="cut">{self === undefined ? "\u00a0" : <Name of={self.userId} />}</strong>
        <span class="soft">
          {self === undefined ? "\u00a0" : coins(self.availCoins)}
          {self?.prime && " · prime"}
        </span>
      </span>
      <span class="unseen">Your account</span>
    </a>
  );
}

function List(): JSX.Element {
  const all = rooms.value;
  if (all === undefined) return <Skeleton lines={5} />;
  const ordered = order.value.map((roomId) => all.get(roomId)).filter((room) => room !== undefined);
  if (ordered.length === 0) return <p class="soft none">Your rooms will stand here. Join one by its id and password, or make one.</p>;
  return (
    <ul class="plain rooms" aria-label="Rooms">
      {ordered.map((room) => (
        <Entry key={room.roomId} room={room} />
      ))}
    </ul>
  );
}

function Entry({ room }: { readonly room: Room }): JSX.Element {
  const to = route.value;
  const current = to.view === "room" && to.roomId === room.roomId;
  const { unread } = room.me;
  const { newest } = logOf(room);
  return (
    <li>
      <a href={paths.room(room.roomId)} class="room" aria-current={current ? "page" : undefined}>
        <span class="room-line">
          <strong class="cut grow">
            <bdi>{room.name}</bdi>
          </strong>
          {newest && <time class="soft small">{shortTime(newest.createdAt)}</time>}
        </span>
        <span class="room-line">
          <span class="soft cut grow">{current ? <Last room={room} /> : <Draft room={room} />}</span>
          {unread > 0 && (
            <span class="badge">
              {unread > 99 ? "99+" : unread}
              <span class="unseen"> unread</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}

function shortTime(at: string): string {
  return isSameDay(at, new Date().toISOString()) ? timeOf(at) : new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short" });
}

function Draft({ room }: { readonly room: Room }): JSX.Element {
  const draft = draftOf(room.roomId);
  if (draft === "") return <Last room={room} />;
  return (
    <>
      <em>Draft:</em> <bdi>{draft.slice(0, 80)}</bdi>
    </>
  );
}

function Last({ room }: { readonly room: Room }): JSX.Element {
  const typing = typingIn(room.roomId);
  if (typing.length > 0) return <>{typing.map(nameOf).join(", ")} …</>;
  const { newest } = logOf(room);
  if (newest === undefined) return <>{"\u00a0"}</>;
  if (newest.kind !== "message") return <>{systemGist(newest)}</>;
  return (
    <>
      {newest.senderId === me.value?.userId ? "You" : <Name of={newest.senderId} />}:{" "}
      <bdi>{newest.body === undefined ? "deleted" : newest.body.slice(0, 80)}</bdi>
    </>
  );
}

function systemGist(event: Event): string {
  const who = event.senderId === me.value?.userId ? "You" : nameOf(event.senderId);
  switch (event.kind) {
    case "joined":
      return `${who} joined`;
    case "left":
      return `${who} left`;
    case "room_closed":
      return "The room was closed";
    default:
      return `${who} changed the room`;
  }
}
