import type { ComponentChildren, JSX } from "preact";

/** A link as people write it; nothing that turns its reading direction is part of it, so that it goes where it shows. */
const LINK = /https?:\/\/[^\s<>"`{}|\\^\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
/** What ends a sentence, and not the link before it. */
const END = /[.,:;!?'’”»)\]]+$/u;

interface Piece {
  readonly at: number;
  readonly text: string;
  readonly shown: JSX.Element;
}

function links(body: string): Piece[] {
  const pieces: Piece[] = [];
  for (const found of body.matchAll(LINK)) {
    const text = found[0].replace(END, "");
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !["http:", "https:"].includes(url.protocol)) continue;
    const shown = (
      <a href={url.href} target="_blank" rel="noopener noreferrer nofollow" title={url.href === text ? undefined : url.href}>
        {text}
      </a>
    );
    pieces.push({ at: found.index, text, shown });
  }
  return pieces;
}

const ID_CHARACTER = /[A-Za-z0-9._@:+-]/;

function mentions(body: string, mentioned: readonly string[], me: string | undefined): Piece[] {
  const longestFirst = [...mentioned].sort((a, b) => b.length - a.length);
  const pieces: Piece[] = [];
  for (let at = body.indexOf("@"); at >= 0; at = body.indexOf("@", at + 1)) {
    if (at > 0 && ID_CHARACTER.test(body[at - 1]!)) continue;
    const id = longestFirst.find((id) => body.startsWith(id, at + 1));
    if (id === undefined) continue;
    const text = `@${id}`;
    pieces.push({ at, text, shown: <span class={id === me ? "mention of-me" : "mention"}>{text}</span> });
  }
  return pieces;
}

/** What somebody wrote, as text: with links that lead to other pages, and the members that it mentions. */
export function Text({ body, mentioned, me }: {
  readonly body: string;
  readonly mentioned: readonly string[];
  readonly me: string | undefined;
}): JSX.Element {
  const pieces = [...links(body), ...mentions(body, mentioned, me)].sort((a, b) => a.at - b.at);
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const piece of pieces) {
    if (piece.at < at) continue;
    parts.push(body.slice(at, piece.at), piece.shown);
    at = piece.at + piece.text.length;
  }
  parts.push(body.slice(at));
  return <>{parts}</>;
}
