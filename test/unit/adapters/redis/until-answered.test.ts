import { expect, test } from 'vitest';
import { untilAnswered, type RedisLink } from '../../../../src/adapters/redis/redis-link.js';

/** A link that is there after so many milliseconds, and a clock that only sleeping moves. */
function linkReadyAfter(readyMs: number, trouble: string | null = null) {
  let nowMs = 0;
  const clock = {
    monotonicMs: () => nowMs,
    sleep: (ms: number) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  const call = () =>
    nowMs >= readyMs ? Promise.resolve('PONG') : Promise.reject(new Error('away'));
  const link: Pick<RedisLink, 'call' | 'trouble'> = { call, trouble: () => trouble };
  return { clock, link: link as RedisLink };
}

test.each([3, 10, 400])('a server that is there after %d ms is found soon', async (readyMs) => {
  const { clock, link } = linkReadyAfter(readyMs);
  await untilAnswered(link, clock, 900);
  expect(clock.monotonicMs()).toBeLessThanOrEqual(Math.min(3 * readyMs, readyMs + 50));
});

test('one that is not there costs the whole wait and no more than a pause', async () => {
  const { clock, link } = linkReadyAfter(10_000);
  await expect(untilAnswered(link, clock, 900)).rejects.toThrow('away');
  expect(clock.monotonicMs()).toBeLessThan(950);
});

test.each([
  ['WRONGPASS invalid username-password pair', 0],
  ['NOAUTH Authentication required.', 0],
  ['LOADING Redis is loading the dataset in memory', 900],
])('what says %s is waited for %d ms', async (said, waitMs) => {
  const { clock, link } = linkReadyAfter(10_000, said);
  await expect(untilAnswered(link, clock, 900)).rejects.toThrow(said);
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(waitMs);
  expect(clock.monotonicMs()).toBeLessThan(waitMs + 51);
});
