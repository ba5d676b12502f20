import { describe, expect, it } from 'vitest';
import { LifeSigns, type Pulse } from '../../../src/engine/life-signs.js';
import type { SignOfLife } from '../../../src/engine/ports/supervisor.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { quiet } from '../../fakes/engine/until.js';

const LIMIT_MS = 30_000;
const EVERY_MS = LIMIT_MS / 3;

/** An engine whose loop turns only when the test says so, and a supervisor that writes down. */
function setUp(wanted: { aliveWithinMs?: number | null; deaf?: SignOfLife[] } = {}) {
  const { aliveWithinMs = LIMIT_MS, deaf = [] } = wanted;
  const clock = new ManualClock();
  const heard: SignOfLife[] = [];
  const hangs: number[] = [];
  const pulse = { phase: 'running' as Pulse['phase'], turns: 0 };
  const tell = (sign: SignOfLife) => {
    const at = deaf.indexOf(sign);
    if (at !== -1) deaf.splice(at, 1);
    else heard.push(sign);
    return Promise.resolve(at === -1);
  };
  const signs = new LifeSigns({
    supervisor: { aliveWithinMs, tell },
    clock,
    pulse: () => pulse,
    onHang: (sinceMs) => hangs.push(sinceMs),
  });
  /** @returns what was heard in this time */
  const pass = async (turns: number): Promise<readonly SignOfLife[]> => {
    heard.length = 0;
    pulse.turns += turns;
    clock.advance(EVERY_MS);
    await quiet();
    return [...heard];
  };
  return { clock, heard, hangs, pulse, signs, pass };
}

describe('signs of life', () => {
  it('are none before the start-up is over, then READY once and ALIVE with every third of the limit', async () => {
    const { signs, heard, pass } = setUp();
    expect(await pass(5)).toEqual([]);
    signs.ready();
    await quiet();
    expect(heard).toEqual(['READY', 'ALIVE']);
    expect(await pass(5)).toEqual(['ALIVE']);
    expect(await pass(1)).toEqual(['ALIVE']);
    await signs.end();
  });

  it('stop while the loop stands still, are told of once, and come back with the next turn', async () => {
    const { signs, hangs, pass } = setUp();
    signs.ready();
    await pass(5);
    expect(await pass(0)).toEqual([]);
    expect(await pass(0)).toEqual([]);
    expect(hangs).toEqual([EVERY_MS]);
    expect(await pass(1)).toEqual(['ALIVE']);
    expect(await pass(0)).toEqual([]);
    expect(hangs).toHaveLength(2);
    await signs.end();
  });

  it('stop for a loop that never made its first turn', async () => {
    const { signs, pass } = setUp();
    signs.ready();
    await quiet();
    expect(await pass(0)).toEqual([]);
    await signs.end();
  });

  it.each(['recovering', 'draining', 'stopped'] as const)(
    'go on while the engine is %s: the limits of start and stop are the bound there',
    async (phase) => {
      const { signs, pulse, pass } = setUp();
      signs.ready();
      await quiet();
      pulse.phase = phase;
      expect(await pass(0)).toEqual(['ALIVE']);
      await signs.end();
    },
  );

  it('are READY and STOPPING alone where nobody waits for ALIVE', async () => {
    const { signs, heard, pass } = setUp({ aliveWithinMs: null });
    signs.ready();
    await quiet();
    expect(heard).toEqual(['READY']);
    expect(await pass(5)).toEqual([]);
    signs.stopping();
    expect(heard).toEqual(['STOPPING']);
    await signs.end();
  });

  it('are repeated until they are heard', async () => {
    const { signs, heard, pass } = setUp({ deaf: ['READY', 'STOPPING'] });
    signs.ready();
    await quiet();
    expect(heard).toEqual(['ALIVE']);
    expect(await pass(5)).toEqual(['READY', 'ALIVE']);
    signs.stopping();
    expect(heard).not.toContain('STOPPING');
    expect(await pass(5)).toEqual(['ALIVE', 'STOPPING']);
    expect(await pass(5)).toEqual(['ALIVE']);
    await signs.end();
  });

  it('end with the run, and leave no timer behind', async () => {
    const { signs, clock, pass } = setUp();
    signs.ready();
    await quiet();
    await signs.end();
    expect(clock.sleeping).toBe(0);
    expect(await pass(5)).toEqual([]);
  });
});
