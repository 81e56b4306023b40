// What is written without a connection is kept, and sent once: after the cable is mended, after a reload, after the server was
// killed and started, and with a second tab beside.
import assert from "node:assert/strict";

import { message, scenario, until } from "./lib/stage.mjs";

await scenario(async (stage) => {
  const { server } = stage;
  const alices = await server.register("alice", { prime: true });
  const bobs = await server.register("bob");
  const { roomId } = await alices.makeRoom("Tea");
  await bobs.join(roomId);
  const alice = await stage.signedIn("alice");
  const bob = await stage.signedIn("bob");
  await alice.enter("Tea");
  await bob.enter("Tea");
  await alice.write("before");
  await bob.sees("before");

  const lost = alice.page.getByText("Reconnecting");
  server.cut();
  await lost.waitFor();
  await alice.write("while it was cut");
  await (await alice.sees("while it was cut")).getByText("Waits to be sent").waitFor();
  server.mend();
  await bob.sees("while it was cut");
  await lost.waitFor({ state: "hidden" });

  await server.kill();
  await lost.waitFor();
  await alice.write("while it was dead");
  await server.again();
  await bob.sees("while it was dead");

  server.cut();
  await lost.waitFor();
  await alice.write("and the page was reloaded");
  // The page itself cannot come while nothing is let through: it waits in another one.
  server.mend();
  await alice.page.reload();
  await bob.sees("and the page was reloaded");

  const second = await alice.tab(`#/room/${roomId}`);
  await alice.write("from the second tab", second);
  await alice.sees("from the second tab");
  await bob.write("to both tabs");
  await alice.sees("to both tabs", second);
  await alice.sees("to both tabs");

  const { events } = await bobs.ask("GET", `/api/chatrooms/${roomId}/messages`);
  const said = events.filter(({ kind }) => kind === "message").map(({ body }) => body);
  const all = ["before", "while it was cut", "while it was dead", "and the page was reloaded", "from the second tab", "to both tabs"];
  assert.deepEqual(said, all);
  for (const page of [alice.page, second, bob.page]) {
    for (const body of all) await until(`${body} is shown once`, async () => (await message(page, body).count()) === 1);
  }
});
