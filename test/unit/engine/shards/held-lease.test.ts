import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Leases } from '../../../../src/engine/ports/shard-log.js';
import { takeLease } from '../../../../src/engine/shards/held-lease.js';
import { ManualClock } from '../../../fakes/engine/manual-clock.js';

const TTL_MS = 3_000;

/** What each renewal comes to, the last one for all that follow; says how often it was asked. */
async function held(...answers: readonly (boolean | 'no answer')[]) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const leases: Leases = {
    ttlMs: TTL_MS,
    acquire: () => Promise.resolve({ state: 'held', token: 7 }),
    renew: () => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push('renew');
      return answer === 'no answer' ? Promise.reject(new Error(answer)) : Promise.resolve(!!answer);
    },
    release: () => {
      asked.push('release');
      return Promise.resolve();
    },
  };
  const lease = await takeLease({ leases, clock }, 'l', 'a', 0);
  if ('owner' in lease) throw new Error('somebody has it');
  return { lease, clock, asked };
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(100);
    // Until whoever woke up has asked and sleeps again.
    await setImmediate();
  }
}

describe('a lease that is held', () => {
  it('is renewed three times in its time, and given back', async () => {
    const { lease, clock, asked } = await held(true);
    await pass(clock, 2 * TTL_MS);
    expect([asked.length, lease.signal.aborted]).toEqual([6, false]);
    await lease.end();
    expect(asked.at(-1)).toBe('release');
  });

  it('is lost as soon as another one has it, and not given back', async () => {
    const { lease, clock, asked } = await held(true, false);
    await pass(clock, TTL_MS);
    expect(lease.signal.aborted).toBe(true);
    await lease.end();
    expect(asked).toEqual(['renew', 'renew']);
  });

  it('is ours without an answer until its time is over', async () => {
    const { lease, clock } = await held(true, 'no answer');
    await pass(clock, TTL_MS);
    expect(lease.signal.aborted).toBe(false);
    await pass(clock, TTL_MS);
    expect(lease.signal.aborted).toBe(true);
  });

  it('stays ours where an answer comes in time', async () => {
    const { lease, clock } = await held('no answer', 'no answer', true);
    await pass(clock, 3 * TTL_MS);
    expect(lease.signal.aborted).toBe(false);
    await lease.end();
  });
});
