import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { call } from "../api/call";
import { Refused } from "../api/problem";
import type { Joined, JoinRoomRequest } from "../api/schema";
import { entered } from "../state/live";
import { readMe } from "../state/people";
import { Dialog, Field, Form, Page, Wrong } from "./parts";
import { go, inviteToken, paths } from "./route";
import { useAction } from "./use_load";
import { coins } from "./words";

/** By which one joins: a room's id and password, or an invite. */
type Key = Pick<JoinRoomRequest, "roomId" | "password" | "inviteToken">;

interface Offer {
  readonly key: Key;
  readonly told: Joined;
}

/** Joining: first it is asked what it would cost, and no coin is spent before somebody has said yes to that price. */
export function Join({ token }: { readonly token?: string }): JSX.Element {
  const [offer, setOffer] = useState<Offer>();
  const byId = useAction();
  const byInvite = useAction();
  const look = async (key: Key) => {
    const told = await call("POST /api/joinroom", { body: { ...key, dryRun: true } });
    if (told.alreadyMember) go(paths.room(told.roomId));
    else setOffer({ key, told });
  };
  useEffect(() => {
    if (token !== undefined) void byInvite.run(() => look({ inviteToken: token }));
  }, [token]);
  return (
    <Page title="Join a room">
      <section>
        <h2>By its id and password</h2>
        <Form label="By its id and password" button="See what it costs" action={byId} submit={({ roomId, password }) => look({ roomId: roomId!.trim(), password: password! })}>
          <Field label="Room id" name="roomId" autocomplete="off" autocapitalize="none" spellcheck={false} required action={byId} />
          <Field label="Password" name="password" type="password" autocomplete="off" required action={byId} />
        </Form>
      </section>
      <section>
        <h2>By an invite</h2>
        <Form label="By an invite" button="Use the invite" action={byInvite} submit={({ invite }) => look({ inviteToken: inviteToken(invite!) })}>
          <Field label="Invite link" name="invite" autocomplete="off" autocapitalize="none" spellcheck={false} required defaultValue={token ?? ""} action={byInvite} />
        </Form>
      </section>
      {offer !== undefined && <Price offer={offer} changed={setOffer} close={() => setOffer(undefined)} />}
    </Page>
  );
}

/** The price, and the question whether one joins for it. */
function Price({ offer: { key, told }, changed, close }: {
  readonly offer: Offer;
  readonly changed: (offer: Offer) => void;
  readonly close: () => void;
}): JSX.Element {
  const action = useAction();
  const { charged, availCoins } = told;
  const join = async () => {
    try {
      const joined = await call("POST /api/joinroom", { body: { ...key, maxCharge: charged } });
      if (joined.room !== undefined) entered(joined.room);
      void readMe().catch(() => {});
      go(paths.room(joined.roomId));
    } catch (error) {
      if (error instanceof Refused && error.code === "price_changed") {
        changed({ key, told: await call("POST /api/joinroom", { body: { ...key, dryRun: true } }) });
      }
      throw error;
    }
  };
  return (
    <Dialog title="Join this room?" close={close}>
      <dl class="facts">
        <dt>Room</dt>
        <dd>
          <bdi>{told.name}</bdi>
        </dd>
        <dt>Seats</dt>
        <dd>
          {told.memberCount} of {told.capacity} taken
        </dd>
        <dt>Price</dt>
        <dd>
          <strong>{charged === 0 ? "Free" : coins(charged)}</strong>
        </dd>
        {charged > 0 && (
          <>
            <dt>You have</dt>
            <dd>
              {coins(availCoins)}, and {coins(availCoins - charged)} after it
            </dd>
          </>
        )}
      </dl>
      <p class="soft">{charged > 0 ? "It is paid once: who leaves and comes back pays nothing." : "Nothing is spent."}</p>
      <Wrong error={action.error} />
      <div class="buttons">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="button primary" aria-disabled={action.busy} onClick={() => void action.run(join)}>
          {charged > 0 ? `Join for ${coins(charged)}` : "Join"}
        </button>
      </div>
    </Dialog>
  );
}
