import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PgPool } from '../../../src/adapters/postgres/pg-pool.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { EngineRegister } from '../../../src/main/engine/control-register.js';
import { controlChannels } from '../../../src/main/engine/open-triggers.js';
import { Preflight } from '../../../src/main/engine/preflight.js';
import { listenToDatabase } from '../../../src/main/engine/shared-control.js';
import { DependencyError } from '../../../src/operator-error.js';
import { until } from '../embedded/embedded-fixture.js';

const REVOKED = 'Cannot read the control register: permission denied for table control_events';

let preflight: Preflight;
beforeEach(() => {
  const signal = new AbortController().signal;
  preflight = new Preflight(systemClock(), { onStep: () => undefined, signal });
});
afterEach(() => preflight.close());

it('says why the register of a database can not be read, for as long as it can not', async () => {
  let isRevoked = false;
  const rows = [{ record: null, epoch: '0', seq: '0' }];
  const client = { query: () => Promise.resolve({ rows }) };
  const pool = {
    use: (_: string, work: (one: typeof client) => Promise<unknown>) =>
      isRevoked
        ? Promise.reject(
            new DependencyError(REVOKED, { dependency: 'postgresql', retryable: false }),
          )
        : work(client),
    close: () => Promise.resolve(),
  } as unknown as PgPool;
  const register = {
    listenTo: () => undefined,
    follow: () => undefined,
    effective: () => ({ faults: [] }),
  } as unknown as EngineRegister;
  const trouble = await listenToDatabase(pool, register, { preflight, clock: systemClock() });
  const troubles = [{ name: 'register of the database', trouble }];
  const channel = controlChannels({ register, troubles, socket: '/nowhere' })[1];
  expect([channel?.name, await channel?.trouble()]).toEqual(['register of the database', null]);
  isRevoked = true;
  await until('it is noticed', () => trouble() !== null);
  expect(await channel?.trouble()).toBe(REVOKED);
  isRevoked = false;
  await until('it is over', () => trouble() === null);
});
