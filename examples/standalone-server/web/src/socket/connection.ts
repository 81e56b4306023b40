import { signal } from "@preact/signals";

import { tokens } from "../api/session";
import { Refused, SignedOut, Unreachable } from "../api/problem";
import { backoff } from "./backoff";
import type {
  Command,
  ErrorFrame,
  EventFrame,
  FriendFrame,
  Frame,
  NoticeFrame,
  OkChangedMessage,
  OkEmpty,
  OkEvent,
  OkReadPosition,
  PresenceFrame,
  ReceiptFrame,
  ResetFrame,
  RoomAddedFrame,
  RoomRemovedFrame,
  TypingFrame,
  WelcomeFrame,
} from "./frames";

/** How it stands with the server. `lost`: was connected, and tries to be again. */
export type Standing = "connecting" | "live" | "lost";

/** What is told without being asked for. */
export type Told =
  | EventFrame
  | FriendFrame
  | PresenceFrame
  | ReceiptFrame
  | ResetFrame
  | RoomAddedFrame
  | RoomRemovedFrame
  | TypingFrame
  | WelcomeFrame;

type Results = {
  send: OkEvent["result"];
  edit: OkChangedMessage["result"];
  delete: OkChangedMessage["result"];
  react: OkChangedMessage["result"];
  read: OkReadPosition["result"];
  typing: OkEmpty["result"];
  auth: OkEmpty["result"];
  ping: OkEmpty["result"];
};

type Asked = Exclude<Command, { type: "hello" }>;
type Fields<T extends Asked["type"]> = Omit<Extract<Asked, { type: T }>, "id" | "type">;

interface Waiting {
  /** Called as the frame is read, so that what follows it finds its effect. */
  readonly done: (result: never) => void;
  readonly failed: (error: unknown) => void;
}

export interface Listener {
  /** The number of the last event that is known, by room. */
  numbers(): Record<string, number>;
  told(frame: Told): void;
  /** Commands are taken from now on. */
  live(): void;
}

export const standing = signal<Standing>("connecting");

const EXPIRED = 4001;
const SESSION_ENDED = 4002;
const SUSPENDED = 4003;
const SIGN_IN_REFUSED = 4005;

/** The WebSocket, as long as somebody is signed in: it comes back whenever it ends, and goes on where it was. */
export class Connection {
  #socket: WebSocket | undefined;
  #token = "";
  #nextId = 1;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  readonly #waiting = new Map<number, Waiting>();

  constructor(readonly listener: Listener) {}

  start(): void {
    addEventListener("online", () => this.#hurry());
    addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
    void this.#open();
  }

  /** Sends a command. It fails with `Unreachable` where there is no connection, or it ends before the answer. */
  command<T extends Asked["type"]>(type: T, fields: Fields<T>, done: (result: Results[T]) => void = () => {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = this.#socket;
      if (standing.value !== "live" || socket === undefined) {
        reject(new Unreachable("no connection"));
        return;
      }
      const id = this.#nextId++;
      const settled = (result: never) => {
        done(result);
        resolve();
      };
      this.#waiting.set(id, { done: settled, failed: reject });
      socket.send(JSON.stringify({ id, type, ...fields }));
    });
  }

  /** Tries at once, where it waits for the next attempt. */
  #hurry(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#open();
  }

  async #open(): Promise<void> {
    try {
      this.#token = await tokens.access();
    } catch (error) {
      if (!(error instanceof SignedOut)) this.#comeBack();
      return;
    }
    const url = new URL("./api/ws", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.hash = "";
    const socket = new WebSocket(url, ["chat.v1", `bearer.${this.#token}`]);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ id: 0, type: "hello", rooms: this.listener.numbers() }));
    };
    socket.onmessage = ({ data }) => this.#read(JSON.parse(String(data)) as Frame);
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #read(frame: Frame): void {
    switch (frame.type) {
      case "ok": {
        const waiting = this.#taken(frame.id);
        waiting?.done(frame.result as never);
        break;
      }
      case "error":
        this.#refused(frame);
        break;
      case "notice":
        void this.#noticed(frame);
        break;
      case "welcome":
        this.listener.told(frame);
        this.#welcomed(frame);
        break;
      default:
        this.listener.told(frame);
    }
  }

  #taken(id: number | undefined): Waiting | undefined {
    if (id === undefined) return undefined;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #refused({ id, problem }: ErrorFrame): void {
    this.#taken(id)?.failed(new Refused(problem));
  }

  #welcomed({ heartbeatSeconds }: WelcomeFrame): void {
    this.#failures = 0;
    standing.value = "live";
    // Browsers tell nobody of the server's pings: an answer to one's own is the sign that it is still there.
    let answered = true;
    this.#heartbeat = setInterval(() => {
      if (!answered) {
        this.#socket?.close();
        this.#closed(undefined);
        return;
      }
      answered = false;
      this.command("ping", {}, () => (answered = true)).catch(() => {});
    }, heartbeatSeconds * 1_000);
    this.listener.live();
  }

  async #noticed({ code }: NoticeFrame): Promise<void> {
    if (code !== "token_expiring") return;
    try {
      this.#token = await tokens.access(this.#token);
      await this.command("auth", { accessToken: this.#token });
    } catch {
      // The server closes the connection when the time is over, and that is seen to.
    }
  }

  #closed(code: number | undefined): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.onmessage = socket.onclose = null;
    clearInterval(this.#heartbeat);
    standing.value = "lost";
    const unanswered = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { failed } of unanswered) failed(new Unreachable("the connection has ended"));
    switch (code) {
      case EXPIRED:
      case SESSION_ENDED:
      case SUSPENDED:
      case SIGN_IN_REFUSED:
        void this.#renew();
        break;
      default:
        this.#comeBack();
    }
  }

  /** Another tab may have a new session of the same user; whether there is one shows as soon as it is asked for a token. */
  async #renew(): Promise<void> {
    try {
      this.#token = await tokens.access(this.#token);
    } catch (error) {
      if (error instanceof SignedOut) return;
    }
    this.#comeBack();
  }

  #comeBack(): void {
    standing.value = "lost";
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#open();
    }, backoff(this.#failures++));
  }
}
