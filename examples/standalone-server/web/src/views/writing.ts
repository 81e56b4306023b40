import { signal } from "@preact/signals";

import type { MessageEvent } from "../api/schema";

/** What the next thing that is written or confirmed refers to. */
export interface Writing {
  readonly roomId: string;
  readonly replyTo?: MessageEvent;
  readonly edits?: MessageEvent;
  readonly deletes?: MessageEvent;
}

export const writing = signal<Writing | undefined>(undefined);
