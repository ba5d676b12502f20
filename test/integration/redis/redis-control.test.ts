import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shareControl, type SharedControl } from '../../../src/adapters/redis/redis-control.js';
import { CONTROL_KEY } from '../../../src/adapters/redis/control-keys.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { effectiveRecord } from '../../../src/engine/control/register.js';
import type { ControlRecord, Level } from '../../../src/engine/domain/control.js';
import { until } from '../embedded/embedded-fixture.js';
import { TRADING } from '../shards/sharded-engine.js';
import { RedisServer } from './redis-fixture.js';

describe('control registers of several hosts', () => {
  let server: RedisServer;
  const shared: SharedControl[] = [];
  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(async () => {
    await Promise.all(shared.splice(0).map((one) => one.close()));
    await server.end();
  });

  async function host(place: string) {
    const state: { own: ControlRecord } = { own: TRADING };
    const at = {
      ...{ engineId: `${place}:1`, place, own: () => state.own },
      onHeard: () => undefined,
    };
    const links = { link: await server.link(place), ears: await server.link(place) };
    const control = shareControl(links, systemClock(), at);
    shared.push(control);
    const level = (): Level => {
      const own = { place, reading: { state: 'present', record: state.own } } as const;
      return effectiveRecord([own, ...control.others()], { stateDirEmpty: false }).record.level;
    };
    const set = (change: Partial<ControlRecord>) => {
      state.own = { ...state.own, ...change };
    };
    return { control, level, set };
  }

  it('halt all of them when one is halted, and until that one is released', async () => {
    const [a, b] = [await host('a'), await host('b')];
    await until('they know each other', () => a.level() === 'TRADING' && b.level() === 'TRADING');
    expect([a.level(), b.level()]).toEqual(['TRADING', 'TRADING']);
    b.set({ level: 'HALTED', epoch: 2 });
    await until('a is halted too', () => a.level() === 'HALTED');
    await until('b knows that it was told', () => b.control.toldEpoch() === 2);
    b.set({ level: 'TRADING', epoch: 3 });
    await until('a trades again', () => a.level() === 'TRADING');
  });

  it('count as halted before they have heard of each other', async () => {
    const b = await host('b');
    b.set({ level: 'HALTED', epoch: 2 });
    await until('it has told', () => b.control.toldEpoch() === 2);
    const a = await host('a');
    expect(a.level()).toBe('HALTED');
    await until('it has heard', () => a.control.toldEpoch() === 1);
    expect(a.level()).toBe('HALTED');
  });

  it('keep a halt that Redis has lost with everything else', async () => {
    const [a, b] = [await host('a'), await host('b')];
    b.set({ level: 'HALTED', epoch: 2 });
    await until('a is halted', () => a.level() === 'HALTED');
    await b.control.close();
    a.set({ epoch: 5 });
    await (await server.link()).call('lose everything', 'FLUSHALL');
    await until('a has asked again', () => a.control.toldEpoch() === 5);
    expect(a.level()).toBe('HALTED');
  });

  it('hold what was said last while nobody can be asked', async () => {
    const [a, b] = [await host('a'), await host('b')];
    b.set({ level: 'HALTED', epoch: 2 });
    await until('a is halted', () => a.level() === 'HALTED');
    await server.kill();
    b.set({ level: 'TRADING', epoch: 3 });
    await until('the loss is known', async () => {
      const link = await server.link('probe').catch(() => null);
      return link === null;
    });
    expect(a.level()).toBe('HALTED');
  });

  it('count as halted where a record can not be read', async () => {
    const a = await host('a');
    const link = await server.link();
    await link.call('damage', 'HSET', CONTROL_KEY, 'b', '{"level":"TRADING"}');
    await until('it is seen', () => a.level() === 'HALTED');
  });
});
