import { signal } from "@preact/signals";

/** Which view is shown. It stands in the fragment, so that servers and their logs never see an invite's token. */
export type Route =
  | { readonly view: "rooms" }
  | { readonly view: "room"; readonly roomId: string; readonly panel: boolean }
  | { readonly view: "new" }
  | { readonly view: "join"; readonly token?: string }
  | { readonly view: "friends" }
  | { readonly view: "account" };

export const paths = {
  rooms: "#/",
  room: (roomId: string) => `#/room/${encodeURIComponent(roomId)}`,
  members: (roomId: string) => `#/room/${encodeURIComponent(roomId)}/members`,
  new: "#/new",
  join: "#/join",
  friends: "#/friends",
  account: "#/account",
};

/** The link by which an invited person joins. */
export const inviteLink = (token: string) => new URL(`./#/join/${encodeURIComponent(token)}`, location.href).href;

/** The token of an invite, of a link or as it is. */
export function inviteToken(text: string): string {
  const token = /#\/join\/([^/\s]+)/.exec(text)?.[1];
  return token === undefined ? text.trim() : decoded(token);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function parse(hash: string): Route {
  const [view, id, more] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  switch (view) {
    case "room":
      return id ? { view, roomId: id, panel: more === "members" } : { view: "rooms" };
    case "join":
      return id ? { view, token: id } : { view };
    case "new":
    case "friends":
    case "account":
      return { view };
    default:
      return { view: "rooms" };
  }
}

export const route = signal<Route>(parse(location.hash));

addEventListener("hashchange", () => (route.value = parse(location.hash)));

export function go(path: string): void {
  location.hash = path.slice(1);
}
