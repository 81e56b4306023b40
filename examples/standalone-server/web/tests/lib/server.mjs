import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const PASSWORD = "correct horse battery staple";
const ADMIN_TOKEN = "operator-token-of-the-web-tests-0123456789";

/** A real chat-server, behind a port that stays the same when it is killed and started again. */
export class Server {
  #folder = mkdtempSync(join(tmpdir(), "chat-web-"));
  #flags;
  #process;
  #address;
  #door = createServer((from) => this.#pass(from));
  #through = new Set();
  #open = true;

  static async start(flags = []) {
    const server = new Server();
    const ordinary = ["--database-url", `sqlite:${join(server.#folder, "chat.db")}`, "--admin-token", ADMIN_TOKEN];
    server.#flags = [...(flags.includes("--demo") ? [] : ordinary), ...flags.filter((flag) => flag !== "--demo")];
    process.on("exit", () => server.#process?.kill("SIGKILL"));
    await server.again();
    server.#door.listen(0, "127.0.0.1");
    await once(server.#door, "listening");
    return server;
  }

  /** Where browsers find it. */
  get url() {
    return `http://127.0.0.1:${this.#door.address().port}/`;
  }

  /** Starts it on what it has kept. */
  async again() {
    const binary = process.env.CHAT_WEB_SERVER;
    if (!binary) throw new Error("CHAT_WEB_SERVER names no chat-server");
    const fixed = ["--listen", "127.0.0.1:0", "--data-dir", join(this.#folder, "data"), "--password-cost", "4", "--rate-limits", "off"];
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CHAT_|DATABASE_URL$)/.test(name)));
    const log = [];
    this.#process = spawn(binary, [...fixed, ...this.#flags], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#process.stderr.on("data", (data) => log.push(data));
    for await (const line of createInterface(this.#process.stdout)) {
      const address = /^listening on http:\/\/(.+):(\d+)$/.exec(line);
      if (address === null) continue;
      this.#address = { host: address[1], port: Number(address[2]) };
      this.#process.stdout.resume();
      return;
    }
    throw new Error(`the server ended: ${Buffer.concat(log)}`);
  }

  /** SIGKILL: nothing is said to anybody. */
  async kill() {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }

  /** Ends all connections and lets none through, as if a cable were cut, until [`mend`]. */
  cut() {
    this.#open = false;
    for (const socket of this.#through) socket.destroy();
  }

  mend() {
    this.#open = true;
  }

  async stop() {
    await this.kill();
    this.#door.close();
    for (const socket of this.#through) socket.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #pass(from) {
    if (!this.#open) {
      from.destroy();
      return;
    }
    const to = connect(this.#address);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ]) {
      this.#through.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#through.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }

  /** An operation, for what a test needs before it looks at the page. */
  async ask(method, path, body, token) {
    const answer = await fetch(new URL(path, this.url), {
      method,
      headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  admin(method, path, body) {
    return this.ask(method, path, body, ADMIN_TOKEN);
  }

  /** An account, and a token of its own beside the browser's. */
  async register(userId, { name = userId[0].toUpperCase() + userId.slice(1), coins = 0, prime = false } = {}) {
    const body = { userId, name, deviceId: "test", phone: "+15550100009", availCoins: coins, password: PASSWORD };
    const { session } = await this.ask("POST", "/api/register", body);
    if (prime) await this.admin("PUT", `/admin/users/${userId}/prime`, { prime: true });
    return new Client(this, userId, session.accessToken);
  }
}

/** Somebody who uses the operations alone. */
class Client {
  constructor(server, userId, token) {
    Object.assign(this, { server, userId, token });
  }

  ask(method, path, body) {
    return this.server.ask(method, path, body, this.token);
  }

  makeRoom(name, { capacity = 6, password = "room-password" } = {}) {
    return this.ask("POST", "/api/chatrooms", { name, password, capacity });
  }

  join(roomId, password = "room-password") {
    return this.ask("POST", "/api/joinroom", { roomId, password });
  }

  send(roomId, body, more = {}) {
    return this.ask("POST", "/api/messages", { roomId, body, ...more });
  }
}
