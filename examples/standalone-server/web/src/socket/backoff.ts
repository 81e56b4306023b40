const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** How long to wait before the next attempt: up to twice as long each time, at random, so that those whom a server has lost
 * together do not come back together. */
export function backoff(failures: number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return most / 2 + Math.random() * (most / 2);
}
