import type { Problem } from "./schema";

/** The server has said no, and why. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
  }

  get code(): string {
    return this.problem.code;
  }
}

/** The server was not reached, or said something that is no answer. Whether it did what was asked is not known. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** The session is over: whoever was signed in must sign in again. */
export class SignedOut extends Error {
  override readonly name = "SignedOut";
}

/** Whether the same may well be answered otherwise a little later. */
export function passes(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof Refused && [429, 500, 503].includes(error.problem.status);
}
