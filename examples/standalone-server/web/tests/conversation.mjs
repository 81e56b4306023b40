// The demo's accounts by a click, and a conversation of two that is heard at once.
import assert from "node:assert/strict";

import { message, scenario } from "./lib/stage.mjs";

await scenario(
  async (stage) => {
    const alice = await stage.person();
    await alice.page.getByRole("button", { name: /^Alice/ }).click();
    await alice.page.getByText("You are in no room yet").waitFor();

    await alice.page.getByRole("link", { name: "New room" }).click();
    await alice.page.getByLabel("Name").fill("Tea");
    await alice.page.getByLabel("Password").fill("earl-grey");
    await alice.page.getByRole("button", { name: "Make the room" }).click();
    await alice.page.getByRole("heading", { level: 1, name: "Tea" }).waitFor();
    const roomId = decodeURIComponent(/room\/([^/]+)/.exec(alice.page.url())[1]);

    const bob = await stage.person();
    await bob.page.getByRole("button", { name: /^Bob/ }).click();
    await bob.page.getByRole("link", { name: "Join" }).click();
    const byId = bob.page.getByRole("form", { name: "By its id and password" });
    await byId.getByLabel("Room id").fill(roomId);
    await byId.getByLabel("Password").fill("earl-grey");
    await byId.getByRole("button").click();
    await bob.page.getByRole("dialog").getByRole("button", { name: "Join", exact: true }).click();
    await bob.page.getByRole("heading", { level: 1, name: "Tea" }).waitFor();
    await alice.page.getByText("Bob joined").first().waitFor();

    await alice.write("Milk or lemon?");
    await bob.sees("Milk or lemon?");
    await bob.write("Neither.");
    await alice.sees("Neither.");

    const own = await alice.sees("Milk or lemon?");
    await own.getByText("Read by Bob").waitFor();
    assert.equal(await message(alice.page, "Milk or lemon?").count(), 1);
  },
  ["--demo"],
);
