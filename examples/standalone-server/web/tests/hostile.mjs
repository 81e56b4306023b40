// What hostile people write and call themselves shows as text, and breaks nothing.
import assert from "node:assert/strict";

import { accessible, picture, scenario } from "./lib/stage.mjs";

await scenario(async (stage) => {
  const { server } = stage;
  const tag = "<img src=x onerror=alert(1)>";
  const alices = await server.register("alice", { prime: true, name: tag });
  const { roomId } = await alices.makeRoom("<script>alert(1)</script>");
  await (await server.register("bob", { name: "مرحبا" })).join(roomId);
  const messages = [
    "<script>alert(document.domain)</script>",
    tag,
    "javascript:alert(1) [x](javascript:alert(1)) data:text/html,<b>x</b>",
    "\u202Egnirts desrever\u202C and https://example.org/\u202Etxt.exe",
    "🦊".repeat(4_000),
    "w".repeat(1_000),
    "מה שלומך? hello",
    "line\n".repeat(200),
    `https://example.org/${"a".repeat(600)}`,
  ];
  for (const body of messages) await alices.send(roomId, body);

  const bob = await stage.signedIn("bob");
  const { page } = bob;
  await bob.enter("<script>alert(1)</script>");
  for (const body of messages) {
    await page.waitForFunction((body) => [...document.querySelectorAll(".message .body")].some((each) => each.textContent === body), body);
  }
  const links = await page.locator(".body a").evaluateAll((all) => all.map((link) => [link.href, link.textContent, link.rel]));
  assert.deepEqual(
    links.map(([href]) => href),
    ["https://example.org/", messages.at(-1)],
  );
  for (const [, , rel] of links) assert.match(rel, /noopener/);
  assert.equal(await page.locator(".message img, .message script, .message b").count(), 0);
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 700 });
    const wider = await page.evaluate(() => {
      const log = document.querySelector(".log");
      return [document.documentElement.scrollWidth - innerWidth, log.scrollWidth - log.clientWidth];
    });
    assert.deepEqual(wider, [0, 0], `nothing stands over the edge at ${width}`);
  }
  await accessible(page, "hostile messages");
  await picture(page, "hostile");
});
