import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTROL_KEY } from '../../../src/adapters/redis/control-keys.js';
import { redisControlPlace } from '../../../src/adapters/redis/redis-control-place.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { effectiveRecord, initialRecord, raise } from '../../../src/engine/control/register.js';
import type { PlacedReading } from '../../../src/engine/control/register.js';
import type { EngineRegister } from '../../../src/main/engine/control-register.js';
import { Preflight } from '../../../src/main/engine/preflight.js';
import { listenToRedis } from '../../../src/main/engine/shared-control.js';
import { until } from '../embedded/embedded-fixture.js';
import { RedisServer } from '../redis/redis-fixture.js';

const RECORD = initialRecord({ mode: 'shadow', operator: 'ops', atMs: 1_000 });

let redis: RedisServer;
let preflight: Preflight;
beforeEach(async () => {
  redis = await RedisServer.start();
  const signal = new AbortController().signal;
  preflight = new Preflight(systemClock(), { onStep: () => undefined, signal });
});
afterEach(async () => {
  await preflight.close();
  await redis.end();
});

async function listening() {
  let others: () => readonly PlacedReading[] = () => [];
  const register: Pick<EngineRegister, 'listenTo' | 'follow'> = {
    listenTo: (places) => {
      others = places;
    },
    follow: () => undefined,
  };
  const shell = { preflight, clock: systemClock() };
  const trouble = await listenToRedis(redis.url, register as EngineRegister, shell);
  const here = { place: 'latch', reading: { state: 'present', record: RECORD } } as const;
  const level = () => effectiveRecord([here, ...others()], { stateDirEmpty: false }).record.level;
  return { trouble, level };
}

async function engage(): Promise<void> {
  const link = await redis.link();
  const asked = { level: 'HALTED', scopes: [], reason: 'manual', message: '' } as const;
  const now = effectiveRecord([{ place: 'x', reading: { state: 'present', record: RECORD } }], {
    stateDirEmpty: false,
  });
  await redisControlPlace(link, systemClock()).change((current, epoch) => ({
    ...raise(current ?? now, { ...asked, operator: 'ann', atMs: 2_000 }),
    epoch,
  }));
}

it('is halted until a Redis that is away was read once', { timeout: 30_000 }, async () => {
  await redis.kill();
  const { level, trouble } = await listening();
  expect([level(), trouble()]).toEqual(['HALTED', expect.stringContaining('Redis')]);
  await redis.up();
  await until('it is heard', () => trouble() === null);
  expect(level()).toBe('TRADING');
});

it('keeps what was ordered while nobody can be asked, and when it is lost', async () => {
  const { level, trouble } = await listening();
  expect(level()).toBe('TRADING');
  await engage();
  await until('it is heard', () => level() === 'HALTED');
  await (await redis.link()).call('lose it', 'DEL', CONTROL_KEY);
  await redis.kill();
  await until('it is away', () => trouble() !== null);
  expect(level()).toBe('HALTED');
  await redis.up();
  await until('it is back', () => trouble() === null);
  expect(level()).toBe('HALTED');
});
