// Made of chat-http/asyncapi.json by generate.mjs. Not to be edited.

import type { ChangedMessage, Event, MessageEvent, Problem, ReadPosition, Room } from "../api/schema";

export type AuthCommand = {
  readonly accessToken: string;
  readonly id: number;
  readonly type: "auth";
};

export type DeleteCommand = {
  readonly id: number;
  readonly roomId: string;
  readonly seq: number;
  readonly type: "delete";
};

export type EditCommand = {
  readonly body: string;
  readonly id: number;
  readonly roomId: string;
  readonly seq: number;
  readonly type: "edit";
};

export type ErrorFrame = {
  readonly id?: number;
  readonly problem: Problem;
  readonly type: "error";
};

export type EventFrame = {
  readonly event: Event;
  readonly type: "event";
};

export type FriendFrame = {
  readonly change: "request" | "accepted" | "declined" | "withdrawn" | "removed";
  readonly requestId?: string;
  readonly type: "friend";
  readonly userId: string;
};

export type HelloCommand = {
  readonly id: number;
  readonly rooms?: Readonly<Record<string, number>>;
  readonly type: "hello";
};

export type NoticeFrame = {
  readonly code: "token_expiring" | "draining";
  readonly type: "notice";
};

export type OkChangedMessage = {
  readonly id: number;
  readonly result: ChangedMessage;
  readonly type: "ok";
};

export type OkEmpty = {
  readonly id: number;
  readonly result: Readonly<Record<string, never>>;
  readonly type: "ok";
};

export type OkEvent = {
  readonly id: number;
  readonly result: MessageEvent;
  readonly type: "ok";
};

export type OkReadPosition = {
  readonly id: number;
  readonly result: ReadPosition;
  readonly type: "ok";
};

export type PingCommand = {
  readonly id: number;
  readonly type: "ping";
};

export type PresenceFrame = {
  readonly lastSeenAt?: string;
  readonly online: boolean;
  readonly type: "presence";
  readonly userId: string;
};

export type ReactCommand = {
  readonly emoji: string;
  readonly id: number;
  readonly remove?: boolean;
  readonly roomId: string;
  readonly seq: number;
  readonly type: "react";
};

export type ReadCommand = {
  readonly id: number;
  readonly roomId: string;
  readonly seq: number;
  readonly type: "read";
};

export type ReceiptFrame = {
  readonly readSeq: number;
  readonly roomId: string;
  readonly type: "receipt";
  readonly userId: string;
};

export type ResetFrame = {
  readonly lastSeq: number;
  readonly roomId: string;
  readonly type: "reset";
};

export type RoomAddedFrame = {
  readonly room: Room;
  readonly type: "room_added";
};

export type RoomRemovedFrame = {
  readonly reason: "left" | "removed" | "banned";
  readonly roomId: string;
  readonly type: "room_removed";
};

export type SendCommand = {
  readonly body: string;
  readonly clientId?: string;
  readonly id: number;
  readonly replyTo?: number;
  readonly roomId: string;
  readonly type: "send";
};

export type TypingCommand = {
  readonly id: number;
  readonly roomId: string;
  readonly type: "typing";
};

export type TypingFrame = {
  readonly roomId: string;
  readonly type: "typing";
  readonly userId: string;
};

export type WelcomeFrame = {
  readonly deviceId?: string;
  readonly heartbeatSeconds: number;
  readonly id?: number;
  readonly rooms: readonly (Room)[];
  readonly type: "welcome";
  readonly userId: string;
};

export type Command = AuthCommand | DeleteCommand | EditCommand | HelloCommand | PingCommand | ReactCommand | ReadCommand | SendCommand | TypingCommand;

export type Frame = ErrorFrame | EventFrame | FriendFrame | NoticeFrame | OkChangedMessage | OkEmpty | OkEvent | OkReadPosition | PresenceFrame | ReceiptFrame | ResetFrame | RoomAddedFrame | RoomRemovedFrame | TypingFrame | WelcomeFrame;
