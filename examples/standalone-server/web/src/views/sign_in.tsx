import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ask } from "../api/call";
import type { SignedInUser } from "../api/schema";
import { begin, deviceId, howItEnded } from "../api/session";
import { called } from "../state/people";
import { Avatar, Field, Form, Wrong } from "./parts";
import { Icon } from "./icons";
import { useAction, useLoad } from "./use_load";
import { coins, endingWords } from "./words";

/** What the server tells of itself at `web.json`. */
interface About {
  readonly demo?: {
    readonly password: string;
    readonly accounts: readonly { readonly userId: string; readonly name: string; readonly prime: boolean; readonly coins: number }[];
  };
}

async function about(): Promise<About> {
  const answer = await fetch("./web.json", { cache: "no-store" });
  const about = (await answer.json()) as About;
  for (const { userId, name } of about.demo?.accounts ?? []) called(userId, name);
  return about;
}

const ended = howItEnded();

export function SignIn({ entered }: { readonly entered: () => void }): JSX.Element {
  const [isNew, setNew] = useState(false);
  const { data } = useLoad(about, []);
  const signedIn = (user: SignedInUser) => {
    begin(user);
    entered();
  };
  return (
    <main class="sign-in">
      <div class="card">
        <h1 class="brand">
          <Icon name="chat" /> Chat
        </h1>
        {ended !== undefined && (
          <p class="note" role="status">
            {endingWords(ended)}
          </p>
        )}
        {data?.demo && <Demo demo={data.demo} signedIn={signedIn} />}
        {isNew ? <SignUpForm signedIn={signedIn} /> : <SignInForm signedIn={signedIn} />}
        <p class="switch">
          {isNew ? "You have an account?" : "You have no account yet?"}{" "}
          <button type="button" class="link" onClick={() => setNew(!isNew)}>
            {isNew ? "Sign in" : "Make one"}
          </button>
        </p>
      </div>
    </main>
  );
}

type Entering = { readonly signedIn: (user: SignedInUser) => void };

function Demo({ demo, signedIn }: Entering & { readonly demo: NonNullable<About["demo"]> }): JSX.Element {
  const action = useAction();
  const enter = (userId: string) =>
    action.run(async () => signedIn(await ask("POST /api/login", { body: { userId, deviceId: deviceId(), password: demo.password } })));
  return (
    <section class="demo" aria-labelledby="demo">
      <h2 id="demo">Try it as</h2>
      <ul class="plain">
        {demo.accounts.map(({ userId, name, prime, coins: has }) => (
          <li key={userId}>
            <button type="button" class="button row" onClick={() => void enter(userId)}>
              <Avatar of={userId} />
              <span class="grow">
                <strong>{name}</strong>
                <span class="soft">{prime ? "Prime: makes rooms, joins free" : `Has ${has === 0 ? "no coins" : coins(has)}`}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Wrong error={action.error} />
      <p class="soft small">This is a demo, on this machine alone. In a second, private window you can be somebody else.</p>
    </section>
  );
}

function SignInForm({ signedIn }: Entering): JSX.Element {
  const action = useAction();
  return (
    <Form
      label="Sign in"
      button="Sign in"
      action={action}
      submit={async ({ userId, password }) =>
        signedIn(await ask("POST /api/login", { body: { userId: userId!.trim(), deviceId: deviceId(), password: password! } }))
      }
    >
      <Field label="User id" name="userId" autocomplete="username" autocapitalize="none" spellcheck={false} required action={action} />
      <Field label="Password" name="password" type="password" autocomplete="current-password" required action={action} />
    </Form>
  );
}

function SignUpForm({ signedIn }: Entering): JSX.Element {
  const action = useAction();
  return (
    <Form
      label="Make an account"
      button="Make the account"
      action={action}
      submit={async ({ userId, name, phone, password, availCoins }) =>
        signedIn(
          await ask("POST /api/register", {
            body: {
              userId: userId!.trim(),
              name: name!,
              phone: phone!.replace(/[\s()-]/g, ""),
              password: password!,
              availCoins: Number(availCoins),
              deviceId: deviceId(),
            },
          }),
        )
      }
    >
      <Field label="User id" name="userId" autocomplete="username" autocapitalize="none" spellcheck={false} required hint="Others find and mention you by it. It stays." action={action} />
      <Field label="Name" name="name" autocomplete="name" required action={action} />
      <Field label="Telephone" name="phone" type="tel" autocomplete="tel" required hint="As in +15550100005. Nobody else sees it." action={action} />
      <Field label="Password" name="password" type="password" autocomplete="new-password" minLength={8} required hint="At least 8 characters." action={action} />
      <Field label="Coins to begin with" name="availCoins" type="number" min={0} step={1} defaultValue="0" required hint="The server may give another number." action={action} />
    </Form>
  );
}
