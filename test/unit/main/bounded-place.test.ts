import { describe, expect, test } from 'vitest';
import { initialRecord } from '../../../src/engine/control/register.js';
import type { SharedPlace } from '../../../src/engine/ports/shared-places.js';
import { boundedPlace } from '../../../src/main/operator/bounded-place.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { fakeSharedPlace } from '../../fakes/fake-shared-place.js';

const RECORD = initialRecord({ mode: 'paper', operator: 'ops', atMs: 1_000 });
const STEP_MS = 900;

/** A place of which each step takes as long as it may. */
function slowPlace(clock: ManualClock, steps: number) {
  const inner = fakeSharedPlace('Redis', [{ engineId: 'far:1', ms: 1 }]);
  const slowly = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let step = 0; step < steps; step += 1) await clock.sleep(STEP_MS);
    return work();
  };
  const place: SharedPlace = {
    ...inner,
    read: () => slowly(() => inner.read()),
    change: (next) => slowly(() => inner.change(next)),
    obeyed: () => slowly(() => Promise.resolve([])),
    close: () => slowly(() => inner.close()),
  };
  return { inner, place: boundedPlace(place, 1_000, clock) };
}

async function passing<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  const done = work.then(
    () => true,
    () => true,
  );
  const turn = async () => {
    for (let more = 0; more < 20; more += 1) await Promise.resolve();
    return false;
  };
  while (!(await Promise.race([done, turn()]))) clock.advance(100);
  return work;
}

describe('boundedPlace', () => {
  test('is the place as long as that keeps its time', async () => {
    const clock = new ManualClock();
    const { place, inner } = slowPlace(clock, 1);
    expect(
      await passing(
        clock,
        place.change(() => RECORD),
      ),
    ).toEqual(RECORD);
    expect(await passing(clock, place.read())).toEqual(await inner.read());
  });

  test('gives all steps of a call one deadline, and says it', async () => {
    const calls: readonly ((place: SharedPlace) => Promise<unknown>)[] = [
      (place) => place.read(),
      (place) => place.change(() => RECORD),
      (place) => place.obeyed?.(1, 900) ?? Promise.resolve(),
    ];
    for (const call of calls) {
      const clock = new ManualClock();
      const startedAtMs = clock.monotonicMs();
      const told = passing(clock, call(slowPlace(clock, 3).place));
      await expect(told).rejects.toThrow('Cannot use Redis: no end of it within 1000 ms');
      expect(clock.monotonicMs() - startedAtMs).toBe(1_000);
    }
  });

  test('begins no change past its deadline', async () => {
    const clock = new ManualClock();
    const { place, inner } = slowPlace(clock, 2);
    await expect(
      passing(
        clock,
        place.change(() => RECORD),
      ),
    ).rejects.toThrow('1000 ms');
    await passing(clock, clock.sleep(5_000));
    expect(inner.record).toBeNull();
  });

  test('waits for no end that does not come', async () => {
    const clock = new ManualClock();
    const startedAtMs = clock.monotonicMs();
    await passing(clock, slowPlace(clock, 3).place.close());
    expect(clock.monotonicMs() - startedAtMs).toBe(100);
  });
});
