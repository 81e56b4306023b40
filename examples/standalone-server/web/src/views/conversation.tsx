import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { isOnline, typingIn } from "../state/around";
import { me, nameOf } from "../state/people";
import { membersOf, readMembers, rooms } from "../state/rooms";
import { Composer } from "./composer";
import { Icon } from "./icons";
import { Members } from "./members";
import { MessageList } from "./message_list";
import { Empty, Skeleton } from "./parts";
import { paths } from "./route";
import { listed } from "./words";

export function Conversation({ roomId, panel }: { readonly roomId: string; readonly panel: boolean }): JSX.Element {
  const room = rooms.value?.get(roomId);
  const isKnown = room !== undefined;
  useEffect(() => {
    // Without them the room can be read; they come with the next connection.
    if (isKnown) readMembers(roomId).catch(() => {});
  }, [roomId, isKnown]);
  if (rooms.value === undefined) {
    return (
      <main class="page">
        <h1 class="unseen">Room</h1>
        <Skeleton lines={8} />
      </main>
    );
  }
  if (room === undefined) {
    return (
      <main class="page nowhere">
        <h1 class="unseen">Room</h1>
        <Empty icon="key" title="You are not in this room">
          <p>
            <a href={paths.join}>Join it</a> by its id and password, or go back to <a href={paths.rooms}>your rooms</a>.
          </p>
        </Empty>
      </main>
    );
  }
  const members = membersOf(roomId);
  const there = members?.filter(({ userId }) => userId !== me.value?.userId && isOnline(userId)).length ?? 0;
  return (
    <div class={`room-view ${panel ? "with-panel" : ""}`}>
      <main class="conversation">
        <header class="bar">
          <a class="icon-button back" href={paths.rooms} aria-label="Back to the rooms">
            <Icon name="back" />
          </a>
          <div class="grow titles">
            <h1 class="cut">
              <bdi>{room.name}</bdi>
            </h1>
            <p class="soft small cut">
              {room.memberCount} of {room.capacity} seats taken
              {there > 0 && ` · ${there} other${there === 1 ? "" : "s"} online`}
            </p>
          </div>
          <a class="button" href={panel ? paths.room(roomId) : paths.members(roomId)} aria-current={panel ? "true" : undefined}>
            <Icon name="people" /> <span class="wide-only">Members</span>
            <span class="unseen narrow-only">Members</span>
          </a>
        </header>
        <MessageList room={room} />
        <Typing roomId={roomId} />
        {room.closedAt === undefined ? (
          <Composer room={room} />
        ) : (
          <p class="composer closed soft">This room is closed: it can be read, and nothing more is written.</p>
        )}
      </main>
      {panel && <Members room={room} />}
    </div>
  );
}

/** Its line is always there, so that nothing jumps. */
function Typing({ roomId }: { readonly roomId: string }): JSX.Element {
  const typing = typingIn(roomId).map(nameOf);
  const said = typing.length === 0 ? "" : `${listed(typing)} ${typing.length === 1 ? "is" : "are"} typing`;
  return (
    <p class="typing soft small cut" role="status" dir="auto">
      {said}
    </p>
  );
}
