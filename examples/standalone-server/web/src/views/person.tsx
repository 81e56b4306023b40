import type { ComponentChildren, JSX } from "preact";

import { call } from "../api/call";
import { friendsChanged, me, nameOf } from "../state/people";
import { Avatar, Dialog, Skeleton, Wrong } from "./parts";
import { type Action, useAction, useLoad } from "./use_load";
import { momentOf } from "./words";

interface Props {
  readonly userId: string;
  readonly close: () => void;
  readonly children?: (action: Action) => ComponentChildren;
}

/** Somebody's profile, and how one stands to them. */
export function Person({ userId, close, children }: Props): JSX.Element {
  const path = { userId };
  const action = useAction();
  const profile = useLoad(() => call("GET /api/profile/{userId}", { path }), [userId, friendsChanged.value]);
  const blocks = useLoad(() => call("GET /api/blocks", {}), [userId]);
  const blocked = blocks.data?.blocks.some((block) => block.userId === userId);
  const act = (work: () => Promise<unknown>) => () =>
    void action.run(work).then(() => {
      profile.reload();
      blocks.reload();
    });
  const { data } = profile;
  return (
    <Dialog title={nameOf(userId)} close={close}>
      <Wrong error={action.error ?? profile.error} />
      {data === undefined ? (
        profile.error === undefined && <Skeleton lines={3} />
      ) : (
        <div class="stack">
          <div class="line">
            <Avatar of={userId} presence />
            <p class="grow">
              <span class="soft">@{userId}</span>
              <br />
              {data.prime ? "Prime member" : "Member"} since {momentOf(data.createdAt)}
            </p>
          </div>
          {userId !== me.value?.userId && (
            <>
              {data.relation === "friend" && (
                <button type="button" class="button" onClick={act(() => call("DELETE /api/friends/{userId}", { path }))}>
                  End the friendship
                </button>
              )}
              {data.relation === "none" && blocked === false && (
                <button type="button" class="button" onClick={act(() => call("POST /api/friend-requests", { body: { userId } }))}>
                  Ask to be friends
                </button>
              )}
              {data.relation === "request_received" && (
                <button type="button" class="button primary" onClick={act(() => call("POST /api/friend-requests", { body: { userId } }))}>
                  Accept their friend request
                </button>
              )}
              {data.relation === "request_sent" && <p class="soft">You have asked to be friends.</p>}
              {blocked !== undefined && (
                <button type="button" class="button" onClick={act(() => call(blocked ? "DELETE /api/blocks/{userId}" : "PUT /api/blocks/{userId}", { path }))}>
                  {blocked ? "Unblock" : "Block"}
                </button>
              )}
            </>
          )}
          {children?.(action)}
        </div>
      )}
    </Dialog>
  );
}
