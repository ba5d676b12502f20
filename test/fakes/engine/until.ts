import { setImmediate } from 'node:timers/promises';

const TURNS_MAX = 20_000;

/** Lets everything that is ready run until the condition holds; bounded by turns, not by time. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    if (condition()) return;
    await setImmediate();
  }
  throw new Error(`${what} did not come true`);
}

/** Lets everything that is ready run. */
export async function quiet(turns = 50): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await setImmediate();
}
