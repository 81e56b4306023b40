// The pages below /api/docs: who signs in there can try every operation, and talk to the WebSocket.
import assert from "node:assert/strict";

import { scenario } from "./lib/stage.mjs";

await scenario(async (stage) => {
  const carol = await stage.server.register("carol", { prime: true });
  const reader = await stage.person();
  const docs = await reader.tab("api/docs");

  await docs.getByRole("button", { name: "Authorize" }).click();
  await docs.locator(".auth-container input").fill(carol.token);
  await docs.locator(".auth-container").getByRole("button", { name: "Apply credentials" }).click();
  await docs.locator(".auth-container").getByRole("button", { name: "Close" }).click();

  const { paths } = await (await fetch(new URL("api/openapi.json", stage.server.url))).json();
  const all = Object.values(paths).flatMap((methods) => Object.values(methods));
  // What ends the session that is tried with comes last.
  all.sort((one, other) => (one.operationId === "logout") - (other.operationId === "logout"));
  for (const { operationId, tags } of all) {
    // A stream never ends, which the page waits for.
    if (operationId === "streamEvents") continue;
    const block = docs.locator(`#operations-${tags[0]}-${operationId}`);
    await block.locator(".opblock-summary-control").click();
    await block.getByRole("button", { name: "Execute" }).click();
    const status = block.locator(".live-responses-table .response .response-col_status");
    await status.waitFor();
    const told = Number.parseInt(await status.textContent(), 10);
    // Whatever the rules say to the examples: they are understood, and nobody is a stranger.
    assert.ok(told < 500 && ![400, 413, 415].includes(told), `${operationId}: ${told}`);
    if (!["login", "refresh", "changePassword"].includes(operationId)) assert.notEqual(told, 401, operationId);
    await block.locator(".opblock-summary-control").click();
  }

  const frames = await reader.tab("api/docs/frames");
  const token = (await stage.server.register("erin")).token;
  await frames.getByLabel("Access token").fill(token);
  await frames.getByRole("button", { name: "Connect" }).click();
  await frames.getByText("Connected. Say hello first.").waitFor();
  await frames.getByRole("button", { name: "Send" }).click();
  await frames.getByRole("listitem").filter({ hasText: '← {"type":"welcome","id":1,"userId":"erin"' }).waitFor();
  await frames.locator("#pingCommand ~ button.example").first().click();
  await frames.getByRole("button", { name: "Send" }).click();
  await frames.getByRole("listitem").filter({ hasText: '← {"type":"ok","id":9' }).waitFor();
});
