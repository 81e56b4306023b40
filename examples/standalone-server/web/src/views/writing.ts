import { signal } from "@preact/signals";

import type { Event } from "../api/schema";

/** What the next thing that is written or confirmed refers to. */
export interface Writing {
  readonly roomId: string;
  readonly replyTo?: Event;
  readonly edits?: Event;
  readonly deletes?: Event;
}

export const writing = signal<Writing | undefined>(undefined);
