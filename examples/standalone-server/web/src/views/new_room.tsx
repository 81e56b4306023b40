import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { call } from "../api/call";
import { randomId } from "../api/session";
import { entered } from "../state/live";
import { me } from "../state/people";
import { Field, Form, Page } from "./parts";
import { go, paths } from "./route";
import { useAction } from "./use_load";
import { words } from "./words";

export function NewRoom(): JSX.Element {
  const action = useAction();
  // The same for a second attempt, so that a lost answer does not make a second room.
  const [clientId] = useState(randomId);
  return (
    <Page title="New room">
      {me.value?.prime === false && <p class="note">{words({ code: "prime_required" } as never)}</p>}
      <Form
        label="New room"
        button="Make the room"
        action={action}
        submit={async ({ name, password, capacity }) => {
          const room = await call("POST /api/chatrooms", { body: { name: name!, password: password!, capacity: Number(capacity), clientId } });
          entered(room);
          go(paths.room(room.roomId));
        }}
      >
        <Field label="Name" name="name" required autocomplete="off" action={action} />
        <Field label="Password" name="password" type="password" autocomplete="new-password" required hint="Others join with it: at least 4 characters." action={action} />
        <Field label="Seats" name="capacity" type="number" min={2} max={6} defaultValue="6" required hint="2 to 6, yours included." action={action} />
      </Form>
    </Page>
  );
}
