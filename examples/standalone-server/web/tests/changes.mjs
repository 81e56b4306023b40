// Replies, reactions, edits, deletions, mentions, typing, presence, drafts, and history that keeps its place.
import assert from "node:assert/strict";

import { accessible, act, message, picture, scenario, until } from "./lib/stage.mjs";

await scenario(async (stage) => {
  const { server } = stage;
  const alices = await server.register("alice", { prime: true });
  const { roomId } = await alices.makeRoom("Garden club");
  await (await server.register("bob")).join(roomId);
  const { roomId: other } = await alices.makeRoom("Long ago");
  for (let number = 1; number <= 300; number += 1) await alices.send(other, `number ${number}`);
  const alice = await stage.signedIn("alice");
  const bob = await stage.signedIn("bob");
  await alice.enter("Garden club");
  await bob.enter("Garden club");
  await alice.page.getByText("1 other online").waitFor();

  await bob.page.getByRole("textbox", { name: "Message" }).pressSequentially("The roses have");
  await alice.page.locator(".typing").getByText("Bob is typing").waitFor();
  await bob.write("The roses have come out early this year.");
  const roses = await alice.sees("The roses have come out early this year.");
  await act(roses, "React with 🎉");
  await (await bob.sees("The roses have come out early this year.")).getByRole("button", { name: "🎉 1, by Alice" }).waitFor();
  await act(roses, "Reply");
  const writing = alice.page.getByRole("textbox", { name: "Message" });
  const offered = alice.page.getByRole("listbox", { name: "Members to mention" });
  await writing.fill("Lovely, @b");
  await offered.getByRole("option", { name: /Bob/ }).waitFor();
  await writing.press("Enter");
  await offered.waitFor({ state: "detached" });
  await writing.press("Enter");
  const reply = await bob.sees("Lovely, @bob");
  await reply.getByRole("button", { name: /Bob: The roses have come out/ }).waitFor();

  await alice.page.getByRole("textbox", { name: "Message" }).press("ArrowUp");
  await alice.page.getByText("Edit your message").waitFor();
  await alice.write("Lovely, @bob! https://example.org/roses");
  await (await bob.sees("Lovely, @bob! https://example.org/roses edited")).getByText("@bob").waitFor();
  await bob.write("Oops");
  await act(await bob.sees("Oops"), "Delete");
  await bob.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await alice.sees("This message was deleted.");
  assert.equal(await message(alice.page, "Oops").count(), 0);
  await accessible(alice.page, "the conversation");
  await picture(alice.page, "conversation");

  await alice.page.getByRole("textbox", { name: "Message" }).fill("begun and not sent");
  await alice.enter("Long ago");
  await alice.page.getByRole("navigation").getByText("begun and not sent").waitFor();
  await alice.enter("Garden club");
  assert.equal(await alice.page.getByRole("textbox", { name: "Message" }).inputValue(), "begun and not sent");

  await alice.enter("Long ago");
  await alice.sees("number 300");
  const log = alice.page.getByRole("region", { name: "Messages" });
  // Upwards by the wheel, as people do, until the beginning is there; what is seen stays where it is.
  await log.hover();
  await until("the first message is there", async () => {
    await alice.page.mouse.wheel(0, -2_000);
    return (await message(alice.page, "number 1").count()) === 1;
  });
  await alice.page.getByText("The room begins here.").waitFor();
  const seen = () => log.evaluate((element) => {
    const box = element.getBoundingClientRect();
    const line = [...element.querySelectorAll("[data-seq]")].find((line) => box.top + 100 < line.getBoundingClientRect().top);
    return { seq: line.dataset.seq, at: Math.round(line.getBoundingClientRect().top) };
  });
  const before = await seen();
  await alices.send(other, "meanwhile");
  await alice.page.getByRole("button", { name: /^To the end/ }).waitFor();
  await alice.page.getByRole("navigation").getByText("meanwhile").waitFor();
  assert.deepEqual(await seen(), before);
});
