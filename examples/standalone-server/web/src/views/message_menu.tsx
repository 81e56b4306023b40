import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import type { MessageEvent, Room } from "../api/schema";
import { react } from "../state/live";
import { me } from "../state/people";
import { writing } from "./writing";
import { Icon, type IconName } from "./icons";

const EMOJI = ["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀", "✅", "🔥", "👏", "🤔"];

interface Props {
  readonly room: Room;
  readonly event: MessageEvent;
  readonly own: boolean;
  readonly close: () => void;
}

/** What can be done with a message. Arrow keys move, Escape closes. */
export function MessageMenu({ room, event, own, close }: Props): JSX.Element {
  const menu = useRef<HTMLDivElement>(null);
  const opener = useRef(document.activeElement);
  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  useLayoutEffect(() => {
    const { bottom = 0 } = menu.current?.getBoundingClientRect() ?? {};
    if (bottom > innerHeight - 80) menu.current?.classList.add("upwards");
    items()[0]?.focus();
  }, []);
  useEffect(() => {
    const outside = ({ target }: PointerEvent) => {
      if (!menu.current?.parentElement?.contains(target as Node)) close();
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, []);
  const back = () => {
    close();
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  const pressed = (key: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to: Record<string, number> = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (key.key === "Escape" || key.key === "Tab") back();
    else if (key.key in to) all.at(to[key.key]! % all.length)?.focus();
    else return;
    key.preventDefault();
    key.stopPropagation();
  };
  const done = (work: () => void) => () => {
    back();
    work();
  };
  const give = (emoji: string) => {
    const has = event.reactions?.find((reaction) => reaction.emoji === emoji)?.userIds.includes(me.value?.userId ?? "");
    void react(room.roomId, event.seq, emoji, has === true).catch(() => {});
  };
  const moderates = room.me.role !== "member";
  return (
    <div ref={menu} class="menu" role="menu" aria-label="Message" onKeyDown={pressed}>
      <div class="palette" role="group" aria-label="React">
        {EMOJI.map((emoji) => (
          <button key={emoji} type="button" role="menuitem" tabIndex={-1} class="emoji" aria-label={`React with ${emoji}`} onClick={done(() => give(emoji))}>
            {emoji}
          </button>
        ))}
      </div>
      <Item icon="reply" label="Reply" work={done(() => (writing.value = { roomId: room.roomId, replyTo: event }))} />
      {own && <Item icon="edit" label="Edit" work={done(() => (writing.value = { roomId: room.roomId, edits: event }))} />}
      {(own || moderates) && <Item icon="trash" label="Delete" work={done(() => (writing.value = { roomId: room.roomId, deletes: event }))} />}
    </div>
  );
}

function Item({ icon, label, work }: { readonly icon: IconName; readonly label: string; readonly work: () => void }): JSX.Element {
  return (
    <button type="button" role="menuitem" tabIndex={-1} class="menu-item" onClick={work}>
      <Icon name={icon} /> {label}
    </button>
  );
}
