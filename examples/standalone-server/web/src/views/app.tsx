import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { userId } from "../api/session";
import { standing } from "../socket/connection";
import { announced, goLive, removedFrom } from "../state/live";
import { rooms, unread } from "../state/rooms";
import { Account } from "./account";
import { Conversation } from "./conversation";
import { Friends } from "./friends";
import { Icon } from "./icons";
import { Join } from "./join";
import { NewRoom } from "./new_room";
import { Dialog, Empty } from "./parts";
import { Rooms } from "./rooms";
import { route } from "./route";
import { SignIn } from "./sign_in";

export function App(): JSX.Element {
  const [signedIn, setSignedIn] = useState(userId.value !== undefined);
  useEffect(() => {
    if (signedIn) goLive();
  }, [signedIn]);
  return signedIn ? <Shell /> : <SignIn entered={() => setSignedIn(true)} />;
}

function Shell(): JSX.Element {
  const { view } = route.value;
  useEffect(() => effect(() => void (document.title = unread.value > 0 ? `(${unread.value}) Chat` : "Chat")), []);
  return (
    <div class={`shell ${view === "rooms" ? "at-rooms" : "at-view"}`}>
      <Rooms />
      <View />
      <Standing />
      <Removed />
      <div class="unseen" role="log" aria-live="polite" aria-label="New messages">
        {announced.value}
      </div>
    </div>
  );
}

function View(): JSX.Element {
  const to = route.value;
  switch (to.view) {
    case "room":
      return <Conversation key={to.roomId} roomId={to.roomId} panel={to.panel} />;
    case "new":
      return <NewRoom />;
    case "join":
      return <Join key={to.token} {...(to.token === undefined ? {} : { token: to.token })} />;
    case "friends":
      return <Friends />;
    case "account":
      return <Account />;
    case "rooms":
      return (
        <main class="page nowhere">
          <h1 class="unseen">Rooms</h1>
          {rooms.value !== undefined && (
            <Empty icon="chat" title={rooms.value.size === 0 ? "You are in no room yet" : "Choose a room"}>
              <p>{rooms.value.size === 0 ? "Join one by its id and password, or make one." : "What is said there appears here."}</p>
            </Empty>
          )}
        </main>
      );
  }
}

/** How it stands with the server, where that is not well. */
function Standing(): JSX.Element {
  return (
    <div role="status" class="standing">
      {standing.value === "lost" && (
        <p>
          <Icon name="clock" /> Reconnecting. What you write is kept, and sent then.
        </p>
      )}
    </div>
  );
}

function Removed(): JSX.Element | null {
  const from = removedFrom.value;
  if (from === undefined) return null;
  return (
    <Dialog title={from.reason === "banned" ? "You were banned" : "You were removed"} close={() => (removedFrom.value = undefined)}>
      <p>
        You are not in the room <bdi>{from.name}</bdi> any more.
        {from.reason === "removed" && " You can come back with its password, without paying again."}
      </p>
    </Dialog>
  );
}
