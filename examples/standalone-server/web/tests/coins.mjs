// The price is told before anything is spent: free, paid, not enough, no seat; and the ledger tells of it.
import assert from "node:assert/strict";

import { accessible, picture, scenario } from "./lib/stage.mjs";

async function look(person, roomId) {
  const { page } = person;
  await page.getByRole("link", { name: "Join", exact: true }).click();
  const form = page.getByRole("form", { name: "By its id and password" });
  await form.getByLabel("Room id").fill(roomId);
  await form.getByLabel("Password").fill("room-password");
  await form.getByRole("button").click();
  return form;
}

await scenario(async (stage) => {
  const { server } = stage;
  const alices = await server.register("alice", { prime: true });
  const carols = await server.register("carol", { coins: 200 });
  const rooms = [];
  for (const name of ["One", "Two", "Three"]) rooms.push((await alices.makeRoom(name)).roomId);
  const { roomId: small } = await alices.makeRoom("Small", { capacity: 2 });
  await (await server.register("dave")).join(small);

  const carol = await stage.signedIn("carol");
  const { page } = carol;
  await look(carol, rooms[0]);
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Free", { exact: true }).waitFor();
  await dialog.getByRole("button", { name: "Join", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "One" }).waitFor();

  await look(carol, rooms[1]);
  await dialog.getByText("150 coins", { exact: true }).waitFor();
  await accessible(page, "the price");
  await picture(page, "price");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.equal((await carols.ask("GET", "/api/me")).availCoins, 200, "nothing was spent unasked");
  await look(carol, rooms[1]);
  await dialog.getByRole("button", { name: "Join for 150 coins" }).click();
  await page.getByRole("heading", { level: 1, name: "Two" }).waitFor();
  await page.getByText("50 coins").waitFor();

  const form = await look(carol, rooms[2]);
  await form.getByText("This costs 150 coins, and you have 50 coins. Nothing was spent.").waitFor();
  await look(carol, small);
  await form.getByText("All seats of this room are taken.").waitFor();
  await accessible(page, "joining, refused");

  await page.getByRole("link", { name: "Your account" }).click();
  const ledger = page.getByRole("region", { name: "Ledger" });
  await ledger.getByRole("row", { name: /Joined Two .* -150 50/s }).waitFor();
  await accessible(page, "the account");
  await picture(page, "account");
});
