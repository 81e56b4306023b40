// Made of chat-http/openapi.json by generate.mjs. Not to be edited.

export type Admission = {
  readonly at: string;
  readonly coins: number;
  readonly kind: "free" | "paid" | "prime" | "owner";
};

export type Ban = {
  readonly at: string;
  readonly by: string;
  readonly userId: string;
};

export type BanList = {
  readonly bans: readonly (Ban)[];
};

export type Block = {
  readonly at: string;
  readonly userId: string;
};

export type BlockList = {
  readonly blocks: readonly (Block)[];
};

export type ChangePasswordRequest = {
  readonly newPassword: string;
  readonly oldPassword: string;
};

export type ChangedMessage = {
  readonly event?: Event;
  readonly message: MessageEvent;
};

export type CoinEntry = {
  readonly amount: number;
  readonly at: string;
  readonly balanceAfter: number;
  readonly kind: "opening" | "room_admission" | "grant" | "debit";
  readonly number: number;
  readonly reason?: string;
  readonly roomId?: string;
};

export type CoinEntryList = {
  readonly entries: readonly (CoinEntry)[];
  readonly hasMore: boolean;
};

export type CreateRoomRequest = {
  readonly capacity?: number;
  readonly clientId?: string;
  readonly name: string;
  readonly password: string;
};

export type CreatedInvite = {
  readonly expiresAt: string;
  readonly inviteId: string;
  readonly inviteToken: string;
  readonly userId: string;
};

export type DeviceSession = {
  readonly createdAt: string;
  readonly current: boolean;
  readonly deviceId: string;
  readonly lastSeenAt: string;
};

export type DeviceSessions = {
  readonly sessions: readonly (DeviceSession)[];
};

export type EditMessageRequest = {
  readonly body: string;
};

export type Event = MessageEvent | JoinedEvent | LeftEvent | RemovedEvent | RoleChangedEvent | RoomChangedEvent | MessageEditedEvent | MessageDeletedEvent | ReactionAddedEvent | ReactionRemovedEvent | RoomClosedEvent;

export type Friend = {
  readonly name: string;
  readonly since: string;
  readonly userId: string;
};

export type FriendList = {
  readonly friends: readonly (Friend)[];
};

export type FriendRequest = {
  readonly createdAt: string;
  readonly decidedAt?: string;
  readonly fromUserId: string;
  readonly requestId: string;
  readonly state: "open" | "accepted" | "declined" | "withdrawn";
  readonly toUserId: string;
};

export type FriendRequestList = {
  readonly requests: readonly (FriendRequest)[];
};

export type FriendRequestRequest = {
  readonly userId: string;
};

export type History = {
  readonly events: readonly (Event)[];
  readonly hasMore: boolean;
  readonly lastSeq: number;
};

export type Invite = {
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string;
  readonly inviteId: string;
  readonly revokedAt?: string;
  readonly usedAt?: string;
  readonly userId: string;
};

export type InviteList = {
  readonly invites: readonly (Invite)[];
};

export type InviteRequest = {
  readonly password: string;
  readonly userId: string;
};

export type JoinRoomRequest = {
  readonly dryRun?: boolean;
  readonly inviteToken?: string;
  readonly maxCharge?: number;
  readonly password?: string;
  readonly roomId?: string;
};

export type Joined = {
  readonly admission?: Admission;
  readonly alreadyMember: boolean;
  readonly availCoins: number;
  readonly capacity: number;
  readonly charged: number;
  readonly memberCount: number;
  readonly name: string;
  readonly room?: Room;
  readonly roomId: string;
};

export type JoinedEvent = {
  readonly createdAt: string;
  readonly kind: "joined";
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
};

export type LeftEvent = {
  readonly createdAt: string;
  readonly kind: "left";
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
};

export type LoginRequest = {
  readonly deviceId: string;
  readonly password: string;
  readonly userId: string;
};

export type MarkReadRequest = {
  readonly seq: number;
};

export type Member = {
  readonly joinedAt: string;
  readonly name: string;
  readonly readSeq: number;
  readonly role: "owner" | "moderator" | "member";
  readonly userId: string;
};

export type MemberList = {
  readonly members: readonly (Member)[];
};

export type MessageDeletedEvent = {
  readonly createdAt: string;
  readonly kind: "message_deleted";
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
  readonly targetSeq: number;
};

export type MessageEditedEvent = {
  readonly body?: string;
  readonly createdAt: string;
  readonly kind: "message_edited";
  readonly mentions?: readonly (string)[];
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
  readonly targetSeq: number;
};

export type MessageEvent = {
  readonly body?: string;
  readonly clientId?: string;
  readonly createdAt: string;
  readonly deletedAt?: string;
  readonly editedAt?: string;
  readonly kind: "message";
  readonly mentions?: readonly (string)[];
  readonly reactions?: readonly (Reaction)[];
  readonly replyTo?: number;
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
};

export type OwnMembership = {
  readonly readSeq: number;
  readonly role: "owner" | "moderator" | "member";
  readonly unread: number;
};

export type Problem = {
  readonly availCoins?: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly (WrongField)[];
  readonly outcome?: string;
  readonly requestId: string;
  readonly required?: number;
  readonly retryAfterMs?: number;
  readonly retryAfterSeconds?: number;
  readonly status: number;
  readonly title: string;
  readonly type: string;
};

export type Profile = {
  readonly createdAt: string;
  readonly name: string;
  readonly prime: boolean;
  readonly relation: "self" | "friend" | "request_sent" | "request_received" | "none";
  readonly userId: string;
};

export type Reaction = {
  readonly emoji: string;
  readonly userIds: readonly (string)[];
};

export type ReactionAddedEvent = {
  readonly createdAt: string;
  readonly emoji: string;
  readonly kind: "reaction_added";
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
  readonly targetSeq: number;
};

export type ReactionRemovedEvent = {
  readonly createdAt: string;
  readonly emoji: string;
  readonly kind: "reaction_removed";
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
  readonly targetSeq: number;
};

export type ReadPosition = {
  readonly readSeq: number;
  readonly unread: number;
};

export type RefreshRequest = {
  readonly refreshToken: string;
};

export type RegisterRequest = {
  readonly availCoins: number;
  readonly deviceId: string;
  readonly name: string;
  readonly password: string;
  readonly phone: string;
  readonly userId: string;
};

export type RemovedEvent = {
  readonly banned: boolean;
  readonly createdAt: string;
  readonly kind: "removed";
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
  readonly userId: string;
};

export type RoleChangedEvent = {
  readonly createdAt: string;
  readonly kind: "role_changed";
  readonly role: "owner" | "moderator" | "member";
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
  readonly userId: string;
};

export type Room = {
  readonly capacity: number;
  readonly closedAt?: string;
  readonly createdAt: string;
  readonly lastSeq: number;
  readonly me: OwnMembership;
  readonly memberCount: number;
  readonly name: string;
  readonly ownerId: string;
  readonly roomId: string;
};

export type RoomChangedEvent = {
  readonly capacity?: number;
  readonly createdAt: string;
  readonly kind: "room_changed";
  readonly name?: string;
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
};

export type RoomClosedEvent = {
  readonly byOperator?: boolean;
  readonly createdAt: string;
  readonly kind: "room_closed";
  readonly roomId: string;
  readonly senderId: string;
  readonly seq: number;
};

export type RoomList = {
  readonly rooms: readonly (Room)[];
};

export type SendMessageRequest = {
  readonly body: string;
  readonly clientId?: string;
  readonly replyTo?: number;
  readonly roomId: string;
};

export type Session = {
  readonly accessToken: string;
  readonly deviceId: string;
  readonly expiresAt: string;
  readonly refreshExpiresAt: string;
  readonly refreshToken: string;
};

export type SetRoleRequest = {
  readonly role: "owner" | "moderator" | "member";
};

export type SignedInUser = {
  readonly session: Session;
  readonly user: User;
};

export type UpdateMeRequest = {
  readonly name?: string;
  readonly phone?: string;
};

export type UpdateRoomRequest = {
  readonly capacity?: number;
  readonly name?: string;
  readonly password?: string;
};

export type User = {
  readonly availCoins: number;
  readonly createdAt: string;
  readonly name: string;
  readonly phone?: string;
  readonly prime: boolean;
  readonly userId: string;
};

export type WrongField = {
  readonly code: string;
  readonly field: string;
  readonly message: string;
};

export interface Operations {
  "GET /api/blocks": { answer: BlockList };
  "DELETE /api/blocks/{userId}": { path: { userId: string }; answer: undefined };
  "PUT /api/blocks/{userId}": { path: { userId: string }; answer: undefined };
  "GET /api/chatrooms": { answer: RoomList };
  "POST /api/chatrooms": { body: CreateRoomRequest; answer: Room };
  "DELETE /api/chatrooms/{roomId}": { path: { roomId: string }; answer: undefined };
  "GET /api/chatrooms/{roomId}": { path: { roomId: string }; answer: Room };
  "PATCH /api/chatrooms/{roomId}": { path: { roomId: string }; body: UpdateRoomRequest; answer: Room };
  "GET /api/chatrooms/{roomId}/bans": { path: { roomId: string }; answer: BanList };
  "DELETE /api/chatrooms/{roomId}/bans/{userId}": { path: { roomId: string; userId: string }; answer: undefined };
  "PUT /api/chatrooms/{roomId}/bans/{userId}": { path: { roomId: string; userId: string }; answer: undefined };
  "GET /api/chatrooms/{roomId}/invites": { path: { roomId: string }; answer: InviteList };
  "POST /api/chatrooms/{roomId}/invites": { path: { roomId: string }; body: InviteRequest; answer: CreatedInvite };
  "DELETE /api/chatrooms/{roomId}/invites/{inviteId}": { path: { roomId: string; inviteId: string }; answer: undefined };
  "POST /api/chatrooms/{roomId}/leave": { path: { roomId: string }; answer: undefined };
  "GET /api/chatrooms/{roomId}/members": { path: { roomId: string }; answer: MemberList };
  "DELETE /api/chatrooms/{roomId}/members/{userId}": { path: { roomId: string; userId: string }; answer: undefined };
  "PUT /api/chatrooms/{roomId}/members/{userId}/role": { path: { roomId: string; userId: string }; body: SetRoleRequest; answer: Member };
  "GET /api/chatrooms/{roomId}/messages": { path: { roomId: string }; query: { before?: number; after?: number; limit?: number }; answer: History };
  "DELETE /api/chatrooms/{roomId}/messages/{seq}": { path: { roomId: string; seq: number }; answer: ChangedMessage };
  "PATCH /api/chatrooms/{roomId}/messages/{seq}": { path: { roomId: string; seq: number }; body: EditMessageRequest; answer: ChangedMessage };
  "DELETE /api/chatrooms/{roomId}/messages/{seq}/reactions/{emoji}": { path: { roomId: string; seq: number; emoji: string }; answer: ChangedMessage };
  "PUT /api/chatrooms/{roomId}/messages/{seq}/reactions/{emoji}": { path: { roomId: string; seq: number; emoji: string }; answer: ChangedMessage };
  "PUT /api/chatrooms/{roomId}/read": { path: { roomId: string }; body: MarkReadRequest; answer: ReadPosition };
  "GET /api/events": { answer: undefined };
  "GET /api/friend-requests": { query: { box?: "in" | "out" }; answer: FriendRequestList };
  "POST /api/friend-requests": { body: FriendRequestRequest; answer: FriendRequest };
  "DELETE /api/friend-requests/{requestId}": { path: { requestId: string }; answer: undefined };
  "POST /api/friend-requests/{requestId}/accept": { path: { requestId: string }; answer: FriendRequest };
  "POST /api/friend-requests/{requestId}/decline": { path: { requestId: string }; answer: FriendRequest };
  "GET /api/friends": { answer: FriendList };
  "DELETE /api/friends/{userId}": { path: { userId: string }; answer: undefined };
  "POST /api/joinroom": { body: JoinRoomRequest; answer: Joined };
  "POST /api/login": { body: LoginRequest; answer: SignedInUser };
  "POST /api/logout": { answer: undefined };
  "GET /api/me": { answer: User };
  "PATCH /api/me": { body: UpdateMeRequest; answer: User };
  "GET /api/me/coins": { query: { before?: number; limit?: number }; answer: CoinEntryList };
  "POST /api/messages": { body: SendMessageRequest; answer: MessageEvent };
  "POST /api/password": { body: ChangePasswordRequest; answer: undefined };
  "GET /api/profile/{userId}": { path: { userId: string }; answer: Profile };
  "POST /api/refresh": { body: RefreshRequest; answer: Session };
  "POST /api/register": { body: RegisterRequest; answer: SignedInUser };
  "GET /api/sessions": { answer: DeviceSessions };
  "DELETE /api/sessions/{deviceId}": { path: { deviceId: string }; answer: undefined };
}
