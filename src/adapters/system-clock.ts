import { setTimeout as timeout } from 'node:timers/promises';
import type { Clock } from '../engine/ports/clock.js';

/** Node's timers hold 32 bits; a longer wait would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep,
  };
}

/** Never goes back; unlike that of `monotonicMs`, its origin is the same for all processes of the host. */
export function hostMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const waitMs = Math.min(Math.max(0, ms), TIMER_MS_MAX);
  try {
    await timeout(waitMs, undefined, signal === undefined ? {} : { signal });
  } catch (fault) {
    // The port promises that an aborted sleep resolves; anything else is ours to see.
    if (signal?.aborted !== true) throw fault;
  }
}
