import { expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/system-clock.js';

it('the system clock ends a sleep at once when the signal aborts, before or during it', async () => {
  const clock = systemClock();
  await clock.sleep(3_600_000, AbortSignal.abort());
  const abort = new AbortController();
  const sleep = clock.sleep(2 ** 40, abort.signal);
  abort.abort();
  await sleep;
  await clock.sleep(-5);
  expect(clock.monotonicMs()).toBeGreaterThan(0);
});
