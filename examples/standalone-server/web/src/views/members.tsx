import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { call } from "../api/call";
import type { Member, Room } from "../api/schema";
import { isOnline } from "../state/around";
import { me } from "../state/people";
import { membersOf } from "../state/rooms";
import { Icon } from "./icons";
import { Invites } from "./invites";
import { Ask, Avatar, Field, Form, Name, Skeleton, Wrong } from "./parts";
import { Person } from "./person";
import { paths, go } from "./route";
import { type Action, useAction, useLoad } from "./use_load";

/** Who is in a room, and what can be done about it. */
export function Members({ room }: { readonly room: Room }): JSX.Element {
  const members = membersOf(room.roomId);
  const [shown, setShown] = useState<string>();
  const isOpen = room.closedAt === undefined;
  return (
    <aside class="panel" aria-label="About the room">
      <header class="bar">
        <h2 class="grow">Members</h2>
        <a class="icon-button" href={paths.room(room.roomId)} aria-label="Close the members">
          <Icon name="close" />
        </a>
      </header>
      <div class="panel-body">
        {members === undefined ? (
          <Skeleton lines={3} />
        ) : (
          <ul class="plain members" aria-label="Members">
            {members.map((member) => (
              <li key={member.userId}>
                <button type="button" class="button row" onClick={() => setShown(member.userId)}>
                  <Avatar of={member.userId} presence />
                  <span class="grow">
                    <strong class="cut">
                      <Name of={member.userId} />
                      {member.userId === me.value?.userId && " (you)"}
                    </strong>
                    <span class="soft small">
                      {member.role}
                      {isOnline(member.userId) && " · online"}
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
        {isOpen && <Share room={room} />}
        {isOpen && room.me.role !== "member" && <Invites room={room} />}
        {isOpen && room.me.role !== "member" && <Bans room={room} />}
        {isOpen && room.me.role === "owner" && <Settings room={room} />}
        <Ways room={room} />
      </div>
      {shown !== undefined && (
        <Person userId={shown} close={() => setShown(undefined)}>
          {(action) => {
            const member = members?.find(({ userId }) => userId === shown);
            return member !== undefined && isOpen ? <Roles room={room} member={member} action={action} close={() => setShown(undefined)} /> : null;
          }}
        </Person>
      )}
    </aside>
  );
}

function Share({ room }: { readonly room: Room }): JSX.Element {
  return (
    <section>
      <h3>Let others join</h3>
      <p class="soft small">Give them the room's id and its password.</p>
      <p class="code">
        <code>{room.roomId}</code>
      </p>
    </section>
  );
}

const RANK = { member: 0, moderator: 1, owner: 2 } as const;

/** What one may do to a member, by the ranks of both. */
function Roles({ room, member, action, close }: {
  readonly room: Room;
  readonly member: Member;
  readonly action: Action;
  readonly close: () => void;
}): JSX.Element | null {
  const { roomId } = room;
  const { userId } = member;
  const path = { roomId, userId };
  if (userId === me.value?.userId || RANK[room.me.role] <= RANK[member.role]) return null;
  const set = (role: Member["role"]) => () => call("PUT /api/chatrooms/{roomId}/members/{userId}/role", { path, body: { role } });
  const act = (work: () => Promise<unknown>) => () => void action.run(work).then((done) => done && close());
  return (
    <div class="stack">
      <h3>In this room</h3>
      {room.me.role === "owner" && (
        <>
          <button type="button" class="button" onClick={act(set(member.role === "moderator" ? "member" : "moderator"))}>
            {member.role === "moderator" ? "Take the moderator's role" : "Make them a moderator"}
          </button>
          <button type="button" class="button" onClick={act(set("owner"))}>
            Hand the room over to them
          </button>
        </>
      )}
      <button type="button" class="button danger" onClick={act(() => call("DELETE /api/chatrooms/{roomId}/members/{userId}", { path }))}>
        Remove from the room
      </button>
      <button type="button" class="button danger" onClick={act(() => call("PUT /api/chatrooms/{roomId}/bans/{userId}", { path }))}>
        Ban from the room
      </button>
    </div>
  );
}

function Bans({ room }: { readonly room: Room }): JSX.Element | null {
  const { roomId } = room;
  const { data, reload } = useLoad(() => call("GET /api/chatrooms/{roomId}/bans", { path: { roomId } }), [roomId, room.memberCount]);
  const action = useAction();
  if (data === undefined || data.bans.length === 0) return null;
  const lift = (userId: string) =>
    void action.run(() => call("DELETE /api/chatrooms/{roomId}/bans/{userId}", { path: { roomId, userId } })).then(reload);
  return (
    <section>
      <h3>Banned</h3>
      <Wrong error={action.error} />
      <ul class="plain">
        {data.bans.map(({ userId }) => (
          <li key={userId} class="line">
            <span class="cut grow">
              <Name of={userId} />
            </span>
            <button type="button" class="button" onClick={() => lift(userId)}>
              Lift<span class="unseen"> the ban of {userId}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Settings({ room }: { readonly room: Room }): JSX.Element {
  const { roomId } = room;
  const action = useAction();
  return (
    <details>
      <summary>Change the room</summary>
      <Form
        label="Change the room"
        button="Save"
        action={action}
        submit={async ({ name, capacity, password }, form) => {
          const body = {
            ...(name === room.name ? {} : { name: name! }),
            ...(Number(capacity) === room.capacity ? {} : { capacity: Number(capacity) }),
            ...(password === "" ? {} : { password: password! }),
          };
          await call("PATCH /api/chatrooms/{roomId}", { path: { roomId }, body });
          form.querySelector<HTMLInputElement>("[type=password]")!.value = "";
        }}
      >
        <Field label="Name" name="name" defaultValue={room.name} action={action} />
        <Field label="Seats" name="capacity" type="number" min={2} max={6} defaultValue={String(room.capacity)} action={action} />
        <Field label="New password" name="password" type="password" autocomplete="new-password" hint="Empty: it stays as it is." action={action} />
      </Form>
    </details>
  );
}

function Ways({ room }: { readonly room: Room }): JSX.Element {
  const { roomId } = room;
  const [asked, setAsked] = useState<"leave" | "close">();
  const action = useAction();
  const done = () => setAsked(undefined);
  return (
    <section class="stack">
      <button type="button" class="button" onClick={() => setAsked("leave")}>
        <Icon name="leave" /> Leave the room
      </button>
      {room.me.role === "owner" && room.closedAt === undefined && (
        <button type="button" class="button danger" onClick={() => setAsked("close")}>
          Close the room
        </button>
      )}
      {asked === "leave" && (
        <Ask
          title="Leave this room?"
          yes="Leave"
          action={action}
          close={done}
          work={async () => {
            await call("POST /api/chatrooms/{roomId}/leave", { path: { roomId } });
            go(paths.rooms);
          }}
        >
          <p>
            {room.me.role === "owner" ? "The room goes to its longest-standing moderator or member. " : ""}You can come back without paying
            again, if there is a seat then.
          </p>
        </Ask>
      )}
      {asked === "close" && (
        <Ask title="Close this room?" yes="Close it" action={action} close={done} work={() => call("DELETE /api/chatrooms/{roomId}", { path: { roomId } })}>
          <p>Its members read on, and nothing is written any more. It cannot be opened again.</p>
        </Ask>
      )}
    </section>
  );
}
