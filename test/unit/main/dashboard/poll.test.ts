import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Poll } from '../../../../src/main/dashboard/poll.js';
import { ManualClock } from '../../../fakes/engine/manual-clock.js';

const EVERY_MS = 1_000;

/** Whatever was waiting for a promise has gone on. */
async function settled(): Promise<void> {
  for (let at = 0; at < 5; at += 1) await turn();
}

function bench(look: (at: number) => Promise<number | undefined>, shareMax?: number) {
  const clock = new ManualClock();
  let [looks, changed] = [0, 0];
  const poll = new Poll<number>(
    {
      everyMs: EVERY_MS,
      look: () => look((looks += 1)),
      onChange: () => (changed += 1),
      ...(shareMax === undefined ? {} : { shareMax }),
    },
    clock,
    () => 1,
  );
  const advance = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { clock, poll, advance, looks: () => looks, changed: () => changed };
}

describe('Poll', () => {
  it('looks at once, and again each interval', async () => {
    const { poll, advance, looks } = bench((at) => Promise.resolve(at));
    poll.start();
    await settled();
    expect([poll.value, looks()]).toEqual([1, 1]);
    await advance(EVERY_MS - 1);
    expect(looks()).toBe(1);
    await advance(1);
    expect([poll.value, looks()]).toEqual([2, 2]);
    poll.end();
  });

  it('keeps what it read while it fails, and since when it does', async () => {
    const { poll, advance, clock } = bench((at) =>
      at === 1 ? Promise.resolve(7) : Promise.reject(new Error('refused')),
    );
    poll.start();
    await settled();
    const readAtMs = clock.nowMs();
    await advance(EVERY_MS);
    const downAtMs = clock.nowMs();
    await advance(EVERY_MS);
    expect(poll).toMatchObject({ value: 7, asOfMs: readAtMs });
    expect(poll.down).toEqual({ sinceMs: downAtMs, why: 'refused' });
    poll.end();
  });

  it('asks a place that is down less and less often, up to each 10 s', async () => {
    const { poll, advance, looks } = bench(() => Promise.reject(new Error('refused')));
    poll.start();
    await settled();
    const pausesMs: number[] = [];
    for (let found = 1, waitedMs = 0; pausesMs.length < 7;) {
      await advance(500);
      waitedMs += 500;
      if (looks() === found) continue;
      pausesMs.push(waitedMs);
      [found, waitedMs] = [looks(), 0];
    }
    expect(pausesMs).toEqual([1_000, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    poll.end();
  });

  it('says after 2 s that nobody answers, asks nobody twice, and takes a late answer', async () => {
    let answer: (value: number) => void = () => undefined;
    const { poll, advance, looks } = bench(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    poll.start();
    await settled();
    await advance(2_000);
    expect(poll.down?.why).toBe('no answer within 2000 ms');
    await advance(10_000);
    expect(looks()).toBe(1);
    answer(5);
    await settled();
    expect(poll).toMatchObject({ value: 5, down: null });
    poll.end();
  });

  it('looks now when it is told to', async () => {
    const { poll, looks } = bench((at) => Promise.resolve(at));
    poll.start();
    await settled();
    poll.refresh();
    await settled();
    expect(looks()).toBe(2);
    poll.end();
  });

  it('takes no more than its share of the time, and looks each 30 s at least', async () => {
    let costMs = 100;
    const made: ReturnType<typeof bench> = bench(() => {
      made.clock.advance(costMs);
      return Promise.resolve(1);
    }, 0.02);
    made.poll.start();
    await settled();
    // The first one may have been slow because it was the first.
    expect(made.poll.everyMs).toBe(EVERY_MS);
    await made.advance(EVERY_MS);
    expect([made.looks(), made.poll.everyMs]).toEqual([2, 5_000]);
    await made.advance(4_999);
    expect(made.looks()).toBe(2);
    costMs = 1_500;
    await made.advance(1);
    expect(made.poll.everyMs).toBe(5_000);
    await made.advance(5_000);
    expect([made.looks(), made.poll.everyMs]).toEqual([4, 30_000]);
    made.poll.end();
  });

  it('says nothing after its end', async () => {
    const { poll, changed } = bench((at) => Promise.resolve(at));
    poll.start();
    poll.end();
    await settled();
    expect([poll.value, changed()]).toEqual([null, 0]);
  });
});
