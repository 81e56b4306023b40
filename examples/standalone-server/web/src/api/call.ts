import { SignedOut, Refused, Unreachable } from "./problem";
import type { Operations, Problem } from "./schema";

export type Operation = keyof Operations;
export type Answer<K extends Operation> = Operations[K]["answer"];

type Part<K extends Operation, P extends string> = Operations[K] extends Record<P, infer T> ? { [X in P]: T } : unknown;
export type Input<K extends Operation> = Part<K, "path"> & Partial<Part<K, "query">> & Part<K, "body">;

interface Parts {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

/** How long an answer is waited for: as long as the server takes at most, and a little more. */
const PATIENCE_MS = 20_000;

/** Asks for an operation that needs no session, or with this access token. */
export async function ask<K extends Operation>(operation: K, input: Input<K>, token?: string): Promise<Answer<K>> {
  const { path, query, body } = input as Parts;
  const [method, template] = operation.split(" ") as [string, string];
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path?.[name])));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) asked.set(name, String(value));
  const headers: Record<string, string> = {};
  if (token !== undefined) headers["Authorization"] = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  let text: string;
  try {
    response = await fetch(`.${filled}${asked.size > 0 ? `?${asked}` : ""}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await response.text();
  } catch {
    throw new Unreachable("no answer");
  }
  const answer = parsed(text);
  if (response.ok) return answer as Answer<K>;
  if (isProblem(answer)) throw new Refused(answer);
  throw new Unreachable(`status ${response.status}`);
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreachable("not JSON");
  }
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "status" in value;
}

/** What calls need of whoever is signed in. */
export interface Tokens {
  /** A token that is probably good; another one than `insteadOf`, which was refused. */
  access(insteadOf?: string): Promise<string>;
}

let tokens: Tokens | undefined;

/** Says once, at the start, where tokens come from. */
export function useTokens(source: Tokens): void {
  tokens = source;
}

/** Asks for an operation as whoever is signed in. */
export async function call<K extends Operation>(operation: K, input: Input<K>): Promise<Answer<K>> {
  if (tokens === undefined) throw new SignedOut("nobody is signed in");
  const token = await tokens.access();
  try {
    return await ask(operation, input, token);
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.status !== 401) throw error;
    return await ask(operation, input, await tokens.access(token));
  }
}
