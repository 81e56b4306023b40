import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { call } from "../api/call";
import type { CreatedInvite, Room } from "../api/schema";
import { Field, Form, IconButton, Name, Wrong } from "./parts";
import { inviteLink } from "./route";
import { useAction, useLoad } from "./use_load";
import { momentOf } from "./words";

/** Invites somebody, and hands over the link; what is open can be taken back. */
export function Invites({ room }: { readonly room: Room }): JSX.Element {
  const { roomId } = room;
  const [made, setMade] = useState<CreatedInvite>();
  const { data, reload } = useLoad(() => call("GET /api/chatrooms/{roomId}/invites", { path: { roomId } }), [roomId, made, room.memberCount]);
  const action = useAction();
  const revoking = useAction();
  const now = new Date().toISOString();
  const open = data?.invites.filter(({ usedAt, revokedAt, expiresAt }) => usedAt === undefined && revokedAt === undefined && now < expiresAt) ?? [];
  const revoke = (inviteId: string) =>
    void revoking.run(() => call("DELETE /api/chatrooms/{roomId}/invites/{inviteId}", { path: { roomId, inviteId } })).then(reload);
  return (
    <section>
      <h3>Invite a prime member</h3>
      <Form
        label="Invite a prime member"
        button="Make an invite"
        action={action}
        submit={async ({ userId, password }, form) => {
          setMade(await call("POST /api/chatrooms/{roomId}/invites", { path: { roomId }, body: { userId: userId!.trim(), password: password! } }));
          form.reset();
        }}
      >
        <Field label="User id" name="userId" autocapitalize="none" spellcheck={false} autocomplete="off" required action={action} />
        <Field label="The room's password" name="password" type="password" autocomplete="off" required action={action} />
      </Form>
      {made !== undefined && <Link invite={made} />}
      <Wrong error={revoking.error} />
      {open.length > 0 && (
        <ul class="plain" aria-label="Open invites">
          {open.map(({ inviteId, userId, expiresAt }) => (
            <li key={inviteId} class="line">
              <span class="grow cut">
                <Name of={userId} /> <span class="soft small">until {momentOf(expiresAt)}</span>
              </span>
              <button type="button" class="button" onClick={() => revoke(inviteId)}>
                Take back<span class="unseen"> the invite of {userId}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Link({ invite }: { readonly invite: CreatedInvite }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const link = inviteLink(invite.inviteToken);
  const copy = () => {
    // Where the clipboard is not to be had, the field can be copied from.
    navigator.clipboard?.writeText(link).then(
      () => setCopied(true),
      () => {},
    );
  };
  return (
    <div class="note" role="status">
      <p>
        Give this link to <Name of={invite.userId} />. It is shown here alone, works for them alone, once, and until {momentOf(invite.expiresAt)}.
      </p>
      <div class="line">
        <input class="grow" readOnly value={link} aria-label="Invite link" onFocus={({ currentTarget }) => currentTarget.select()} />
        <IconButton icon={copied ? "check" : "copy"} label={copied ? "Copied" : "Copy the link"} onClick={copy} />
      </div>
    </div>
  );
}
