import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { call } from "../api/call";
import type { CoinEntry } from "../api/schema";
import { signOut } from "../api/session";
import { me, readMe } from "../state/people";
import { rooms } from "../state/rooms";
import { Icon } from "./icons";
import { Field, Form, Page, Skeleton, Wrong } from "./parts";
import { useAction, useLoad } from "./use_load";
import { coins, momentOf, number } from "./words";

export function Account(): JSX.Element {
  const self = me.value;
  useEffect(() => void readMe().catch(() => {}), []);
  const leaving = useAction();
  return (
    <Page title="Your account">
      {self === undefined ? (
        <Skeleton lines={4} />
      ) : (
        <section>
          <h2>Profile</h2>
          <dl class="facts">
            <dt>User id</dt>
            <dd>{self.userId}</dd>
            <dt>Standing</dt>
            <dd>{self.prime ? "Prime member: makes rooms, joins free" : "Member"}</dd>
            <dt>Since</dt>
            <dd>{momentOf(self.createdAt)}</dd>
          </dl>
          <Profile key={self.userId} />
        </section>
      )}
      <Ledger />
      <Sessions />
      <NewPassword />
      <section class="stack">
        <Wrong error={leaving.error} />
        <button type="button" class="button" onClick={() => void leaving.run(signOut)}>
          <Icon name="leave" /> Sign out
        </button>
      </section>
    </Page>
  );
}

function Profile(): JSX.Element {
  const self = me.value!;
  const action = useAction();
  const [saved, setSaved] = useState(false);
  return (
    <Form
      label="Profile"
      button="Save"
      action={action}
      submit={async ({ name, phone }) => {
        setSaved(false);
        const body = { ...(name === self.name ? {} : { name: name! }), ...(phone === undefined || phone === self.phone ? {} : { phone }) };
        await call("PATCH /api/me", { body });
        await readMe();
        setSaved(true);
      }}
    >
      <Field label="Name" name="name" autocomplete="name" defaultValue={self.name} action={action} />
      {self.phone !== undefined && <Field label="Telephone" name="phone" type="tel" autocomplete="tel" defaultValue={self.phone} action={action} />}
      <p role="status" class="soft small">
        {saved ? "Saved." : ""}
      </p>
    </Form>
  );
}

const KINDS: Readonly<Record<CoinEntry["kind"], string>> = {
  opening: "Opening balance",
  room_admission: "Joined a room",
  grant: "Granted",
  debit: "Taken",
};

function Ledger(): JSX.Element {
  const balance = me.value?.availCoins;
  const [older, setOlder] = useState<readonly CoinEntry[]>([]);
  const [more, setMore] = useState<boolean>();
  const newest = useLoad(() => call("GET /api/me/coins", { query: { limit: 20 } }), [balance]);
  const action = useAction();
  const entries = [...(newest.data?.entries ?? []), ...older];
  const readOlder = () =>
    action.run(async () => {
      const page = await call("GET /api/me/coins", { query: { before: entries.at(-1)!.number, limit: 50 } });
      setOlder([...older, ...page.entries]);
      setMore(page.hasMore);
    });
  const what = ({ kind, reason, roomId }: CoinEntry) => {
    if (roomId === undefined) return reason ?? KINDS[kind];
    const room = rooms.value?.get(roomId);
    return room === undefined ? KINDS[kind] : `Joined ${room.name}`;
  };
  return (
    <section>
      <h2>Coins</h2>
      <p class="balance">
        <Icon name="coin" /> {balance === undefined ? "\u00a0" : coins(balance)}
      </p>
      <Wrong error={newest.error ?? action.error} />
      {newest.data === undefined ? (
        newest.error === undefined && <Skeleton lines={3} />
      ) : (
        <div class="table" tabIndex={0} role="region" aria-label="Ledger">
          <table>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col" class="amount">
                  Amount
                </th>
                <th scope="col" class="amount">
                  Balance
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.number}>
                  <td>
                    <bdi>{what(entry)}</bdi>
                    <br />
                    <time class="soft small">{momentOf(entry.at)}</time>
                  </td>
                  <td class="amount">{`${entry.amount > 0 ? "+" : ""}${number(entry.amount)}`}</td>
                  <td class="amount">{number(entry.balanceAfter)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(more ?? newest.data?.hasMore) && (
        <button type="button" class="button" onClick={() => void readOlder()}>
          Older entries
        </button>
      )}
    </section>
  );
}

function Sessions(): JSX.Element {
  const { data, error, reload } = useLoad(() => call("GET /api/sessions", {}), []);
  const action = useAction();
  const revoke = (deviceId: string) => void action.run(() => call("DELETE /api/sessions/{deviceId}", { path: { deviceId } })).then(reload);
  return (
    <section>
      <h2>Where you are signed in</h2>
      <Wrong error={error ?? action.error} />
      {data === undefined ? (
        error === undefined && <Skeleton lines={2} />
      ) : (
        <ul class="plain" aria-label="Sessions">
          {data.sessions.map(({ deviceId, lastSeenAt, current }) => (
            <li key={deviceId} class="line">
              <span class="grow cut">
                <strong class="cut">{current ? "This browser" : deviceId}</strong>
                <br />
                <span class="soft small">seen {momentOf(lastSeenAt)}</span>
              </span>
              {!current && (
                <button type="button" class="button" onClick={() => revoke(deviceId)}>
                  Revoke<span class="unseen"> {deviceId}</span>
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function NewPassword(): JSX.Element {
  const action = useAction();
  const [changed, setChanged] = useState(false);
  return (
    <details>
      <summary>Change the password</summary>
      <Form
        label="Change the password"
        button="Change it"
        action={action}
        submit={async ({ oldPassword, newPassword }, form) => {
          setChanged(false);
          await call("POST /api/password", { body: { oldPassword: oldPassword!, newPassword: newPassword! } });
          form.reset();
          setChanged(true);
        }}
      >
        <Field label="Present password" name="oldPassword" type="password" autocomplete="current-password" required action={action} />
        <Field label="New password" name="newPassword" type="password" autocomplete="new-password" required hint="At least 8 characters. Your other sessions end." action={action} />
        <p role="status" class="soft small">
          {changed ? "Changed. Your other sessions have ended." : ""}
        </p>
      </Form>
    </details>
  );
}
