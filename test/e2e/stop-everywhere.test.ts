import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../integration/embedded/embedded-fixture.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import type { RedisServer } from '../integration/redis/redis-fixture.js';
import { RedisStage } from './redis-stage.js';
import { CDB, runCdb } from './run-cdb.js';

const RELEASE = [
  ...['kill-switch', 'release', '--operator', 'bob', '--justification', 'checked'],
  ...['--confirm', 'paper/kill-switch'],
];

describe('a stop that is ordered on a host without an engine', () => {
  let stage: RedisStage;
  let cwd: string;
  let redis: RedisServer;
  let postgres: ExternalPostgres;
  beforeEach(async () => {
    stage = await RedisStage.open();
    ({ cwd, redis } = stage);
    postgres = await ExternalPostgres.start();
  });
  afterEach(async () => {
    await postgres.end();
    await stage.end();
  });

  const RUN = ['run', '--paper', '--feed', 'sample', '--speed', '60', '--metrics-port', '0'];

  async function start(place: string, env: Record<string, string>, words: readonly string[] = []) {
    const child = spawn(process.execPath, [CDB, ...RUN, '--state-dir', place, ...words], {
      ...{ cwd, env: { ...process.env, ...env } },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    stage.keep(child);
    let said = '';
    child.stdout.on('data', (text) => (said += String(text)));
    await until(`${place} runs`, () => said.includes('OK running'), 60_000);
  }

  async function levelAt(place: string, env: Record<string, string>): Promise<string> {
    const { stdout } = await runCdb(['status', '--json', '--state-dir', place], { cwd, env });
    const { data } = JSON.parse(stdout) as { data: { control: { level: string } } };
    return data.control.level;
  }

  /** Orders that the writer has published until now, in `stream.orders`. */
  const orders = async () =>
    Number(await (await redis.link()).call('count', 'XLEN', 'stream.orders'));

  it('reaches every engine over Redis, is kept by their latches, and is released from there', async () => {
    const env = { CDB_REDIS_URL: redis.url, CDB_DATABASE_URL: postgres.url() };
    expect((await runCdb(['migrate', 'up', '--yes'], { cwd, env })).status).toBe(0);
    await start('a', env, ['--roles', 'ingest,pipeline']);
    await start('b', env, ['--roles', 'pipeline,writer']);
    const laptop = ['--state-dir', 'laptop'];
    const engaged = await runCdb(['kill-switch', 'engage', '--json', ...laptop], { cwd, env });
    expect(engaged.status).toBe(0);
    const { data } = JSON.parse(engaged.stdout) as { data: Engaged };
    expect(data.engines.map(({ state }) => state)).toEqual(['acknowledged', 'acknowledged']);
    expect(data.places.map(({ place, written }) => `${place} ${String(written)}`)).toEqual([
      'latch file record',
      'Redis record',
      'PostgreSQL record',
    ]);
    const left = await orders();
    for (const place of ['a', 'b']) expect(await levelAt(place, env)).toBe('HALTED');
    await until('their latches have it', async () => {
      const latches = ['a', 'b'].map((place) =>
        runCdb(['kill-switch', 'status', '--state-dir', place], { cwd }),
      );
      return (await Promise.all(latches)).every(({ stdout }) => stdout.startsWith('HALTED'));
    });
    expect(await orders()).toBe(left);
    // A Redis that has lost everything does not lift it.
    await (await redis.link()).call('lose everything', 'FLUSHALL');
    expect(await levelAt('a', env)).toBe('HALTED');
    const early = await runCdb([...RELEASE, ...laptop], {
      ...{ cwd, env: { ...env, CDB_DATABASE_URL: 'postgres://cdb@127.0.0.1:1/cdb' } },
    });
    expect([early.status, early.stderr.includes('CDB-E0304')]).toEqual([4, true]);
    const mode = ['--confirm', 'shadow/kill-switch'];
    const released = await runCdb([...RELEASE, ...mode, ...laptop], { cwd, env });
    expect([released.status, released.stdout]).toEqual([0, expect.stringContaining('written: ')]);
    for (const place of ['a', 'b']) {
      await until(`${place} trades`, async () => (await levelAt(place, env)) === 'TRADING', 30_000);
    }
    // On a host with an engine it is the same: its latch was engaged itself, and is released itself.
    for (const place of ['a', 'b']) {
      const here = ['--state-dir', place];
      expect((await runCdb(['kill-switch', 'engage', ...here], { cwd, env })).status).toBe(0);
      for (const one of ['a', 'b']) expect(await levelAt(one, env)).toBe('HALTED');
      const again = await runCdb([...RELEASE, ...here], { cwd, env });
      expect([again.status, again.stdout]).toEqual([0, expect.stringContaining('written: ')]);
      for (const one of ['a', 'b']) {
        await until(`${one} trades`, async () => (await levelAt(one, env)) === 'TRADING', 30_000);
      }
    }
    const history = await runCdb(['kill-switch', 'history', ...laptop], { cwd, env });
    expect(history.stdout).toMatch(/kill switch engaged[^]*kill switch released/);
  });

  it('reaches an engine that only listens to the trades of a Redis, and writes nothing there', async () => {
    const env = { CDB_REDIS_URL: redis.url };
    await start('a', env, ['--feed', 'redis']);
    const link = await redis.link();
    expect(await link.call('look', 'KEYS', '*')).toEqual([]);
    const engage = ['kill-switch', 'engage', '--state-dir', 'laptop'];
    expect((await runCdb(engage, { cwd, env })).stdout).toContain('Redis OK');
    await until('it is halted', async () => (await levelAt('a', env)) === 'HALTED');
    await until('its latch has it', async () => {
      const { stdout } = await runCdb(['kill-switch', 'status', '--state-dir', 'a'], { cwd });
      return stdout.includes('\n  here         HALTED') || stdout.startsWith('HALTED');
    });
    await link.call('lose everything', 'FLUSHALL');
    expect(await levelAt('a', env)).toBe('HALTED');
    const mode = ['--confirm', 'shadow/kill-switch'];
    expect((await runCdb([...engage], { cwd, env })).status).toBe(0);
    const released = await runCdb([...RELEASE, ...mode, '--state-dir', 'laptop'], { cwd, env });
    expect(released.status).toBe(0);
    await until('it trades', async () => (await levelAt('a', env)) === 'TRADING');
    expect(await link.call('look', 'KEYS', '*')).toEqual(['cdb:{control}:records']);
  });

  it('reaches an engine that has nothing but a database in common with it', async () => {
    const env = { CDB_DATABASE_URL: postgres.url() };
    expect((await runCdb(['migrate', 'up', '--yes'], { cwd, env })).status).toBe(0);
    await start('a', env);
    const engaged = await runCdb(['kill-switch', 'engage', '--state-dir', 'laptop'], { cwd, env });
    expect(engaged.stdout).toContain('PostgreSQL OK');
    await until('it is halted', async () => (await levelAt('a', env)) === 'HALTED');
    // Orders are a chain of their own in the database.
    expect((await runCdb(['kill-switch', 'engage', '--state-dir', 'b'], { cwd, env })).status).toBe(
      0,
    );
    const verified = await runCdb(['audit', 'verify', '--json', '--state-dir', 'a'], { cwd, env });
    const orders = (JSON.parse(verified.stdout) as { data: Verified }).data.checked.filter(
      ({ run_id: runId, chain }) => /^[0-]+$/.test(runId ?? '') && chain === 'control_events',
    );
    expect(orders).toMatchObject([{ state: 'ok', checked: 2 }]);
  });
});

interface Engaged {
  readonly engines: readonly { readonly state: string }[];
  readonly places: readonly { readonly place: string; readonly written: string | null }[];
}

interface Verified {
  readonly checked: readonly { readonly chain: string; readonly run_id: string | null }[];
}
