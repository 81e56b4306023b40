import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

import { PASSWORD, Server } from "./server.mjs";

/** How long anything may take on a busy machine. */
const PATIENCE_MS = 30_000;

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = fileURLToPath(new URL("../../../../../target/web-pictures/", import.meta.url));

/** What browsers say of answers that the page expects. */
const EXPECTED = /^Failed to load resource: (the server responded with a status of (400|401|402|403|404|409|410) |net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED))/;
/** What they say of a WebSocket whose server is gone. */
const LOST = /^WebSocket connection to '[^']+' failed: /;

/** A browser, a server, and the people who use them. */
class Stage {
  #browser;
  #people = [];

  constructor(browser, server) {
    this.#browser = browser;
    this.server = server;
  }

  /** Somebody in a browser of their own, which has stored nothing. */
  async person(options = {}) {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(context, this.server);
    await person.tab();
    this.#people.push(person);
    return person;
  }

  /** Somebody who has an account, and is signed in. */
  async signedIn(userId, options = {}) {
    const person = await this.person(options);
    await person.signIn(userId);
    return person;
  }

  check() {
    for (const { faults } of this.#people) assert.deepEqual(faults, []);
  }
}

class Person {
  faults = [];
  tabs = [];

  constructor(context, server) {
    this.context = context;
    this.server = server;
  }

  /** The tab that was opened first. */
  get page() {
    return this.tabs[0];
  }

  /** One more tab of the same browser. */
  async tab(path = "") {
    const page = await this.context.newPage();
    const fault = (what) => this.faults.push(what);
    page.on("pageerror", (error) => fault(`uncaught: ${error.stack}`));
    page.on("console", (message) => {
      const text = message.text();
      if (["error", "warning"].includes(message.type()) && !EXPECTED.test(text) && !LOST.test(text)) fault(`console: ${text}`);
    });
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== new URL(this.server.url).origin) fault(`another host: ${request.url()}`);
    });
    page.on("dialog", (dialog) => fault(`dialog: ${dialog.message()}`));
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
    await page.goto(this.server.url + path);
    this.tabs.push(page);
    return page;
  }

  async signIn(userId, password = PASSWORD) {
    const { page } = this;
    await page.getByLabel("User id").fill(userId);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("navigation", { name: "Chat" }).waitFor();
  }

  /** Goes into a room by the list. */
  async enter(name, page = this.page) {
    await page.getByRole("list", { name: "Rooms" }).getByRole("link", { name }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
  }

  async write(text, page = this.page) {
    await page.getByRole("textbox", { name: "Message" }).fill(text);
    await page.keyboard.press("Enter");
  }

  /** Waits until a message is there, and answers its line. */
  async sees(text, page = this.page) {
    const line = message(page, text);
    await line.waitFor();
    return line;
  }
}

/** The line of a message that says this and nothing else. */
export function message(page, text) {
  return page.locator(".message").filter({ has: page.locator(".body").getByText(text, { exact: true }) });
}

/** The message's menu, and what is chosen of it. */
export async function act(line, item) {
  await line.hover();
  await line.getByRole("button", { name: /^Act on the message/ }).click();
  await line.getByRole("menuitem", { name: item }).click();
}

/** Waits until something holds. */
export async function until(what, holds) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    if (await holds()) return;
    if (end < Date.now()) throw new Error(`it did not come to be that ${what}`);
    // Gives the browser and the server their turn; how long it takes is of no importance.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What axe-core finds against the page as it is, in both themes; there must be nothing. */
export async function accessible(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(`if (!window.axe) { ${axe} }`);
    const found = await page.evaluate(() =>
      window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
    );
    const told = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("\n  ")}`);
    assert.deepEqual(told, [], `${name}, ${colorScheme}`);
    assert.ok(found.passes.length > 10, `axe-core looked at ${name}`);
  }
  await page.emulateMedia({ colorScheme: null });
}

/** A picture of the page in each theme and width. */
export async function picture(page, name, widths = [1280, 390]) {
  mkdirSync(pictures, { recursive: true });
  const before = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: width < 600 ? 780 : 800 });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: `${pictures}${name}-${width}-${colorScheme}.png`, animations: "disabled", caret: "hide" });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
}

/** Runs one scenario, in a real browser against a real server, both of which are gone afterwards. */
export async function scenario(work, flags = []) {
  // Whoever started this may be killed: then its end of the pipe closes.
  if (process.env.CHAT_WEB_ATTENDED) process.stdin.on("end", () => process.exit(1)).resume();
  const server = await Server.start(flags);
  const browser = await chromium.launch({
    executablePath: process.env.CHAT_WEB_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    const stage = new Stage(browser, server);
    await work(stage);
    stage.check();
  } finally {
    await browser.close();
    await server.stop();
  }
  // Only now: an unsettled promise above would have ended the program without a word, and well.
  console.log("played to its end");
  process.stdin.destroy();
}
