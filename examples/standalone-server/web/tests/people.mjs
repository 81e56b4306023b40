// Invites, roles, removal, bans, friends, blocks and sessions; and every view that the other scenarios do not look at.
import assert from "node:assert/strict";

import { PASSWORD } from "./lib/server.mjs";
import { accessible, picture, scenario } from "./lib/stage.mjs";

await scenario(async (stage) => {
  const { server } = stage;
  const alices = await server.register("alice", { prime: true });
  await server.register("bob", { prime: true });
  const { roomId } = await alices.makeRoom("Book circle");
  const carols = await server.register("carol");
  await carols.join(roomId);
  await carols.ask("POST", "/api/friend-requests", { userId: "alice" });

  const alice = await stage.person();
  await accessible(alice.page, "the sign-in");
  await picture(alice.page, "sign-in");
  await alice.page.getByRole("button", { name: "Make one" }).click();
  await accessible(alice.page, "making an account");
  await alice.page.getByRole("button", { name: "Make the account" }).click();
  await alice.page.locator("input[name=userId][aria-invalid=true]").waitFor();
  await alice.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await alice.page.getByLabel("User id").fill("alice");
  await alice.page.getByLabel("Password").fill("not the password");
  await alice.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await alice.page.getByText("There is no such user, or the password is another.").waitFor();
  await alice.signIn("alice");

  const bob = await stage.signedIn("bob", { viewport: { width: 320, height: 640 } });
  await bob.page.getByText("Your rooms will stand here.").waitFor();
  await accessible(bob.page, "no rooms, on a narrow screen");

  await alice.enter("Book circle");
  await alice.page.getByRole("link", { name: "Members" }).click();
  const panel = alice.page.getByRole("complementary", { name: "About the room" });
  const invite = panel.getByRole("form", { name: "Invite a prime member" });
  await invite.getByLabel("User id").fill("bob");
  await invite.getByLabel("The room's password").fill("room-password");
  await invite.getByRole("button").click();
  const link = await panel.getByLabel("Invite link").inputValue();
  await accessible(alice.page, "the members");
  await picture(alice.page, "members");

  await bob.page.goto(link);
  await bob.page.getByRole("dialog").getByRole("button", { name: "Join", exact: true }).click();
  await bob.page.getByRole("heading", { level: 1, name: "Book circle" }).waitFor();
  await bob.write("from a narrow screen");
  await alice.sees("from a narrow screen");
  await accessible(bob.page, "the conversation, on a narrow screen");

  const dialog = alice.page.getByRole("dialog");
  const about = (name) => panel.getByRole("list", { name: "Members" }).getByRole("button", { name }).click();
  await about(/^Bob/);
  await dialog.getByRole("button", { name: "Make them a moderator" }).waitFor();
  await accessible(alice.page, "a profile");
  await dialog.getByRole("button", { name: "Make them a moderator" }).click();
  await panel.getByRole("button", { name: /^Bob\s*moderator/ }).waitFor();
  await about(/^Bob/);
  await dialog.getByRole("button", { name: "Ban from the room" }).click();
  await bob.page.getByRole("dialog", { name: "You were banned" }).waitFor();
  await bob.page.getByRole("button", { name: "Close" }).click();
  await panel.getByRole("button", { name: "Lift the ban of bob" }).click();
  await panel.getByText("Banned").waitFor({ state: "detached" });

  await alice.page.getByRole("link", { name: /^Friends/ }).click();
  await alice.page.getByRole("button", { name: "Accept carol" }).click();
  await alice.page.getByRole("list", { name: "Friends" }).getByRole("button", { name: /^Carol/ }).click();
  await dialog.getByRole("button", { name: "End the friendship" }).waitFor();
  await dialog.getByRole("button", { name: "Block", exact: true }).click();
  await dialog.getByRole("button", { name: "Unblock" }).waitFor();
  await alice.page.keyboard.press("Escape");
  await alice.page.getByRole("list", { name: "Blocked" }).getByRole("button", { name: "Unblock carol" }).waitFor();
  await accessible(alice.page, "the friends");
  await picture(alice.page, "friends");

  await alice.page.getByRole("link", { name: "New room" }).click();
  await alice.page.getByRole("heading", { level: 1, name: "New room" }).waitFor();
  await accessible(alice.page, "a new room");

  // Another browser of hers ends; this one goes on. Then this one is ended from outside, and says so.
  const elsewhere = await stage.signedIn("alice");
  await alice.page.getByRole("link", { name: "Your account" }).click();
  await alice.page.getByRole("button", { name: /^Revoke web-/ }).click();
  await elsewhere.page.getByText("Your session has ended.").waitFor();
  await server.admin("DELETE", "/admin/users/alice/sessions");
  await alice.page.getByText("Your session has ended.").waitFor();
  await alice.signIn("alice");
  await alice.page.getByRole("list", { name: "Rooms" }).getByText("Book circle").waitFor();
  const { session } = await server.ask("POST", "/api/login", { userId: "alice", deviceId: "test", password: PASSWORD });
  const { sessions } = await server.ask("GET", "/api/sessions", undefined, session.accessToken);
  assert.equal(sessions.length, 2);
});
