import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { isOnline } from "../state/around";
import { nameOf } from "../state/people";
import { Icon, type IconName } from "./icons";
import type { Action } from "./use_load";
import { fieldError, wordsFor } from "./words";

/** A name, isolated from the direction of what stands around it. */
export function Name({ of }: { readonly of: string }): JSX.Element {
  return <bdi class="name">{nameOf(of)}</bdi>;
}

const HUES = 6;

function hueOf(userId: string): number {
  let hash = 0;
  for (const character of userId) hash = (hash * 31 + character.codePointAt(0)!) % 9_973;
  return hash % HUES;
}

const segmenter = new Intl.Segmenter();

function initialOf(name: string): string {
  const [first] = segmenter.segment(name);
  return first?.segment.toLocaleUpperCase() ?? "?";
}

export function Avatar({ of, presence = false }: { readonly of: string; readonly presence?: boolean }): JSX.Element {
  return (
    <span class={`avatar hue-${hueOf(of)}`} aria-hidden="true">
      {initialOf(nameOf(of))}
      {presence && isOnline(of) && <span class="online-dot" />}
    </span>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly hint?: string;
  readonly action: Action;
  readonly type?: "text" | "password" | "tel" | "number";
  readonly autocomplete?: string;
  readonly autocapitalize?: "none";
  readonly spellcheck?: boolean;
  readonly required?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly minLength?: number;
  readonly defaultValue?: string;
}

/** A field with its label, what it wants, and what is wrong with what stands in it. */
export function Field({ label, hint, action, type = "text", ...input }: FieldProps): JSX.Element {
  const id = useId();
  const wrong = fieldError(action.error, input.name);
  const told = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  // The types tell inputs apart by a `type` that is known, and here it is any of several.
  const attributes = {
    id,
    dir: "auto",
    type,
    ...input,
    "aria-invalid": wrong !== undefined,
    "aria-describedby": told === "" ? undefined : told,
  } as JSX.IntrinsicElements["input"];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input {...attributes} />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p class="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}

interface FormProps {
  readonly label: string;
  readonly action: Action;
  readonly submit: (fields: Readonly<Record<string, string>>, form: HTMLFormElement) => Promise<unknown>;
  readonly button: string;
  readonly children: ComponentChildren;
}

/** A form that is sent by Enter or its button, once at a time. */
export function Form({ label, action, submit, button, children }: FormProps): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const sent = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(form.current!);
    const texts = Object.fromEntries([...fields].map(([name, value]) => [name, String(value)]));
    void action.run(() => submit(texts, form.current!));
  };
  return (
    <form ref={form} aria-label={label} onSubmit={sent} noValidate>
      {children}
      <Wrong error={action.error} />
      <button type="submit" class="button primary" aria-disabled={action.busy}>
        {button}
      </button>
    </form>
  );
}

/** What went wrong, told also to those who do not see it. */
export function Wrong({ error }: { readonly error: unknown }): JSX.Element {
  return <div role="alert">{error !== undefined && <p class="note bad">{wordsFor(error)}</p>}</div>;
}

interface IconButtonProps extends Omit<JSX.IntrinsicElements["button"], "ref" | "icon"> {
  readonly icon: IconName;
  readonly label: string;
}

export function IconButton({ icon, label, class: extra, ...button }: IconButtonProps): JSX.Element {
  return (
    <button type="button" aria-label={label} title={label} {...button} class={`icon-button ${extra ?? ""}`}>
      <Icon name={icon} />
    </button>
  );
}

/** What stands where there is nothing yet, with what to do about it. */
export function Empty({ icon, title, children }: { readonly icon: IconName; readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Holds the place of lines that are being read. */
export function Skeleton({ lines }: { readonly lines: number }): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">Loading</span>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} class="skeleton-line" aria-hidden="true" />
      ))}
    </div>
  );
}

interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus within, gives it back, and closes at Escape. */
export function Dialog({ title, close, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={close} class="dialog">
      <header>
        <h2 id={heading}>{title}</h2>
        <IconButton icon="close" label="Close" onClick={() => dialog.current?.close()} />
      </header>
      {children}
    </dialog>
  );
}

/** A question before something that cannot be undone. */
export function Ask({ title, yes, action, work, close, children }: {
  readonly title: string;
  readonly yes: string;
  readonly action: Action;
  readonly work: () => Promise<unknown>;
  readonly close: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  const sure = async () => {
    if (await action.run(work)) close();
  };
  return (
    <Dialog title={title} close={close}>
      {children}
      <Wrong error={action.error} />
      <div class="buttons">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="button danger" aria-disabled={action.busy} onClick={() => void sure()}>
          {yes}
        </button>
      </div>
    </Dialog>
  );
}

/** A page beside the list of rooms: its heading, and the way back where the screen is narrow. */
export function Page({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main class="page">
      <header class="bar">
        <a class="icon-button back" href="#/" aria-label="Back to the rooms">
          <Icon name="back" />
        </a>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </header>
      <div class="page-body">{children}</div>
    </main>
  );
}
