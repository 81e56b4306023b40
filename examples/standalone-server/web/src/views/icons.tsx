import type { JSX } from "preact";

/** Strokes on a square of 24. */
const STROKES = {
  back: "M15 5l-7 7 7 7",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.600a3.5 3.5 0 0 1 0 5.800M18 14.500c2.1.8 3.5 2.8 3.5 5.5",
  plus: "M12 5v14M5 12h14",
  send: "M4 12L20 4l-5 16-3.5-6.500zM11.5 13.500L20 4",
  reply: "M10 6l-6 6 6 6M4 12h9c4 0 7 2.5 7 7",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14c.8 1.3 2 2 3.5 2s2.7-.7 3.5-2M9 9.500v.5M15 9.500v.5",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13M10.5 11v5.500M13.5 11v5.5",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  check: "M5 12.500l4.5 4.500L19 7.5",
  checks: "M2 12.500L6.5 17 16 7.500M11 16l1 1 9.5-9.5",
  clock: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4.200l2.8 1.8",
  warn: "M12 4L2.8 20h18.400zM12 10v4.500M12 17.300v.2",
  coin: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM14.5 9.500a3.3 3.3 0 1 0 0 5",
  leave: "M14 4H5v16h9M10 12h11M17.5 8.500L21 12l-3.5 3.5",
  key: "M8 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 12h9M17.5 12v3.500M21 12v2.5",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  close: "M6 6l12 12M18 6L6 18",
  chat: "M4 5h16v11h-8l-5 4v-4H4z",
  down: "M12 5v14M6 13l6 6 6-6",
  star: "M12 4l2.4 5.2 5.6.7-4.1 3.9 1.1 5.7-5-2.8-5 2.8 1.1-5.700L4 9.900l5.6-.7z",
} as const;

export type IconName = keyof typeof STROKES;

/** A drawing beside words, or within a button that has a label: itself it says nothing. */
export function Icon({ name, class: extra = "" }: { readonly name: IconName; readonly class?: string }): JSX.Element {
  return (
    <svg class={`icon ${extra}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={STROKES[name]} />
    </svg>
  );
}
