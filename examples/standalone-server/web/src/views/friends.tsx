import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

import { call } from "../api/call";
import { isOnline } from "../state/around";
import { friendsChanged, readRequests } from "../state/people";
import { Avatar, Empty, Field, Form, Name, Page, Skeleton, Wrong } from "./parts";
import { Person } from "./person";
import { useAction, useLoad } from "./use_load";

export function Friends(): JSX.Element {
  const keys = [friendsChanged.value];
  const friends = useLoad(() => call("GET /api/friends", {}), keys);
  const incoming = useLoad(() => call("GET /api/friend-requests", { query: { box: "in" } }), keys);
  const outgoing = useLoad(() => call("GET /api/friend-requests", { query: { box: "out" } }), keys);
  const blocks = useLoad(() => call("GET /api/blocks", {}), keys);
  const action = useAction();
  const asking = useAction();
  const [shown, setShown] = useState<string>();
  const again = () => {
    for (const list of [friends, incoming, outgoing, blocks]) list.reload();
    void readRequests().catch(() => {});
  };
  const act = (work: () => Promise<unknown>) => () => void action.run(work).then(again);
  const who = (userId: string, children?: ComponentChildren) => (
    <li key={userId} class="line">
      <button type="button" class="button row grow" onClick={() => setShown(userId)}>
        <Avatar of={userId} presence />
        <span class="grow">
          <strong class="cut">
            <Name of={userId} />
          </strong>
          <span class="soft small cut">
            @{userId}
            {isOnline(userId) && " · online"}
          </span>
        </span>
      </button>
      {children}
    </li>
  );
  return (
    <Page title="Friends">
      <Wrong error={action.error} />
      {incoming.data !== undefined && incoming.data.requests.length > 0 && (
        <section>
          <h2>They ask you</h2>
          <ul class="plain" aria-label="Requests to you">
            {incoming.data.requests.map(({ requestId, fromUserId }) =>
              who(
                fromUserId,
                <>
                  <button type="button" class="button primary" onClick={act(() => call("POST /api/friend-requests/{requestId}/accept", { path: { requestId } }))}>
                    Accept<span class="unseen"> {fromUserId}</span>
                  </button>
                  <button type="button" class="button" onClick={act(() => call("POST /api/friend-requests/{requestId}/decline", { path: { requestId } }))}>
                    Decline<span class="unseen"> {fromUserId}</span>
                  </button>
                </>,
              ),
            )}
          </ul>
        </section>
      )}
      <section>
        <h2>Your friends</h2>
        {friends.data === undefined ? (
          <Skeleton lines={3} />
        ) : friends.data.friends.length === 0 ? (
          <Empty icon="people" title="No friends yet">
            <p>Ask somebody with whom you share a room.</p>
          </Empty>
        ) : (
          <ul class="plain" aria-label="Friends">
            {friends.data.friends.map(({ userId }) => who(userId))}
          </ul>
        )}
      </section>
      <section>
        <h2>Ask somebody</h2>
        <Form
          label="Ask somebody"
          button="Ask to be friends"
          action={asking}
          submit={async ({ userId }, form) => {
            await call("POST /api/friend-requests", { body: { userId: userId!.trim() } });
            form.reset();
            again();
          }}
        >
          <Field label="User id" name="userId" autocomplete="off" autocapitalize="none" spellcheck={false} required action={asking} />
        </Form>
      </section>
      {outgoing.data !== undefined && outgoing.data.requests.length > 0 && (
        <section>
          <h2>You have asked</h2>
          <ul class="plain" aria-label="Your requests">
            {outgoing.data.requests.map(({ requestId, toUserId }) =>
              who(
                toUserId,
                <button type="button" class="button" onClick={act(() => call("DELETE /api/friend-requests/{requestId}", { path: { requestId } }))}>
                  Withdraw<span class="unseen"> the request to {toUserId}</span>
                </button>,
              ),
            )}
          </ul>
        </section>
      )}
      {blocks.data !== undefined && blocks.data.blocks.length > 0 && (
        <section>
          <h2>Blocked</h2>
          <ul class="plain" aria-label="Blocked">
            {blocks.data.blocks.map(({ userId }) =>
              who(
                userId,
                <button type="button" class="button" onClick={act(() => call("DELETE /api/blocks/{userId}", { path: { userId } }))}>
                  Unblock<span class="unseen"> {userId}</span>
                </button>,
              ),
            )}
          </ul>
        </section>
      )}
      {shown !== undefined && (
        <Person
          userId={shown}
          close={() => {
            setShown(undefined);
            again();
          }}
        />
      )}
    </Page>
  );
}
