import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Member, Room } from "../api/schema";
import { draftOf, keepDraft } from "../state/drafts";
import { edit, remove, tellTyping } from "../state/live";
import { post } from "../state/outbox";
import { me } from "../state/people";
import { logOf, membersOf } from "../state/rooms";
import { Icon } from "./icons";
import { Ask, Avatar, IconButton, Name, Wrong } from "./parts";
import { useAction } from "./use_load";
import { writing } from "./writing";

const LONGEST = 4_000;

/** Where one writes: what was begun stays there until it is sent. */
export function Composer({ room }: { readonly room: Room }): JSX.Element {
  const { roomId } = room;
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => draftOf(roomId));
  const action = useAction();
  const deleting = useAction();
  const about = writing.value?.roomId === roomId ? writing.value : undefined;
  const { edits, replyTo, deletes } = about ?? {};
  const length = [...text].length;
  const ready = text.trim() !== "" && length <= LONGEST;

  useEffect(() => {
    if (edits !== undefined) setText(edits.body ?? "");
    if (edits !== undefined || replyTo !== undefined) area.current?.focus();
  }, [edits, replyTo]);
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) area.current?.focus();
    return () => (writing.value = undefined);
  }, []);
  useLayoutEffect(() => {
    const element = area.current!;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  const changed = (value: string) => {
    setText(value);
    if (edits !== undefined) return;
    keepDraft(roomId, value);
    if (value !== "") tellTyping(roomId);
  };
  const stop = () => {
    writing.value = undefined;
    action.forget();
    if (edits !== undefined) setText(draftOf(roomId));
  };
  const send = () => {
    if (!ready) return;
    if (edits !== undefined) {
      void action.run(() => edit(roomId, edits.seq, text)).then((done) => done && stop());
      return;
    }
    post(roomId, text, replyTo?.seq);
    keepDraft(roomId, "");
    setText("");
    writing.value = undefined;
  };
  const editLast = () => {
    const log = logOf(room);
    const own = [...log.chunks.value].reverse().flatMap((chunk) => [...log.chunk(chunk)].reverse());
    const last = own.find((event) => event.kind === "message" && event.senderId === me.value?.userId && event.deletedAt === undefined);
    if (last?.kind === "message") writing.value = { roomId, edits: last };
  };
  const mention = useMention(room, text, area, changed);
  const pressed = (event: KeyboardEvent) => {
    if (event.isComposing || mention.pressed(event)) return;
    if (event.key === "Enter" && !event.shiftKey) send();
    else if (event.key === "Escape" && about !== undefined) stop();
    else if (event.key === "ArrowUp" && text === "" && about === undefined) editLast();
    else return;
    event.preventDefault();
  };

  return (
    <div class="composer">
      {(edits ?? replyTo) !== undefined && (
        <p class="about">
          <Icon name={edits === undefined ? "reply" : "edit"} />
          <span class="cut grow">
            {edits === undefined ? (
              <>
                Reply to <Name of={replyTo!.senderId} />: <bdi>{replyTo!.body?.slice(0, 120)}</bdi>
              </>
            ) : (
              "Edit your message"
            )}
          </span>
          <IconButton icon="close" label="Cancel" onClick={stop} />
        </p>
      )}
      <Wrong error={action.error} />
      {mention.list}
      <div class="write">
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label="Message"
          placeholder="Write a message"
          value={text}
          {...mention.attributes}
          onInput={({ currentTarget }) => {
            mention.follow();
            changed(currentTarget.value);
          }}
          onKeyDown={pressed}
        />
        <IconButton icon={edits === undefined ? "send" : "check"} label={edits === undefined ? "Send" : "Save"} class="send" aria-disabled={!ready} onClick={send} />
      </div>
      {length > LONGEST - 200 && (
        <p class={`small ${length > LONGEST ? "wrong" : "soft"}`} role="status">
          {length > LONGEST ? `${length - LONGEST} characters too many` : `${LONGEST - length} characters left`}
        </p>
      )}
      {deletes !== undefined && (
        <Ask title="Delete this message?" yes="Delete" action={deleting} close={stop} work={() => remove(roomId, deletes.seq)}>
          <p>What it says is gone for everybody, for good. That it was there stays to be seen.</p>
          <blockquote dir="auto">{deletes.body?.slice(0, 200)}</blockquote>
        </Ask>
      )}
    </div>
  );
}

/** Whoever is being mentioned: offers the members whose id or name goes on like that. */
function useMention(room: Room, text: string, area: { readonly current: HTMLTextAreaElement | null }, changed: (text: string) => void) {
  const id = useId();
  const [chosen, setChosen] = useState(0);
  const [closedAt, setClosedAt] = useState("");
  // Kept, since the element has the caret of the text before when this is drawn.
  const [caret, setCaret] = useState<number>();
  const begun = /(?:^|\s)@([A-Za-z0-9._@:+-]*)$/.exec(text.slice(0, caret ?? text.length));
  const offered = begun === null || text === closedAt ? [] : matching(membersOf(room.roomId) ?? [], begun[1]!);
  const at = Math.min(chosen, offered.length - 1);
  const take = (member: Member) => {
    const end = caret ?? text.length;
    const start = end - begun![1]!.length;
    changed(`${text.slice(0, start)}${member.userId} ${text.slice(end)}`);
    setCaret(start + member.userId.length + 1);
    moved.current = true;
    area.current?.focus();
  };
  const moved = useRef(false);
  useLayoutEffect(() => {
    if (moved.current) area.current?.setSelectionRange(caret ?? null, caret ?? null);
    moved.current = false;
  }, [text]);
  const pressed = ({ key, shiftKey }: KeyboardEvent): boolean => {
    const member = offered[at];
    if (member === undefined) return false;
    if (key === "ArrowDown") setChosen((at + 1) % offered.length);
    else if (key === "ArrowUp") setChosen((at + offered.length - 1) % offered.length);
    else if ((key === "Enter" && !shiftKey) || key === "Tab") take(member);
    else if (key === "Escape") setClosedAt(text);
    else return false;
    return true;
  };
  const list = offered.length > 0 && (
    <ul class="plain offered" role="listbox" id={id} aria-label="Members to mention">
      {offered.map((member, number) => (
        <li key={member.userId} id={`${id}-${number}`} role="option" aria-selected={number === at} onPointerDown={(event) => (event.preventDefault(), take(member))}>
          <Avatar of={member.userId} /> <bdi class="cut">{member.name}</bdi> <span class="soft cut">@{member.userId}</span>
        </li>
      ))}
    </ul>
  );
  const popup =
    offered.length > 0
      ? ({ "aria-controls": id, "aria-activedescendant": `${id}-${at}`, "aria-autocomplete": "list" } as const)
      : {};
  const follow = () => setCaret(area.current?.selectionStart);
  const attributes = { ...popup, onSelect: follow };
  const guarded = (event: KeyboardEvent) => {
    if (!pressed(event)) return false;
    event.preventDefault();
    return true;
  };
  return { list, attributes, follow, pressed: guarded };
}

function matching(members: readonly Member[], begun: string): readonly Member[] {
  const wanted = begun.toLowerCase();
  return members.filter(
    ({ userId, name }) => userId !== me.value?.userId && (userId.toLowerCase().startsWith(wanted) || name.toLowerCase().startsWith(wanted)),
  );
}
