import { userId } from "../api/session";

const key = (roomId: string) => `chat.draft.${userId.value}.${roomId}`;

/** What was begun in a room and not sent. */
export const draftOf = (roomId: string) => localStorage.getItem(key(roomId)) ?? "";

export function keepDraft(roomId: string, text: string): void {
  if (text === "") localStorage.removeItem(key(roomId));
  else localStorage.setItem(key(roomId), text);
}
