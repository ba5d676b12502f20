import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RedisLink } from '../../src/adapters/redis/redis-link.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import type { RedisServer } from '../integration/redis/redis-fixture.js';
import { RedisStage } from './redis-stage.js';
import { CDB, runCdb } from './run-cdb.js';

describe('cdb run on Redis', () => {
  let stage: RedisStage;
  let cwd: string;
  let server: RedisServer;
  let link: RedisLink;
  beforeEach(async () => {
    stage = await RedisStage.open();
    ({ cwd, redis: server } = stage);
    link = await server.link();
  });
  afterEach(() => stage.end());

  const length = async (stream: string) => Number(await link.call('count', 'XLEN', stream));
  const RUN = ['run', '--paper', '--feed', 'sample', '--metrics-port', '0'];

  it('publishes what it publishes alone, and does nothing twice when it is started again', async () => {
    const env = { CDB_REDIS_URL: server.url };
    await (await server.link()).listen(['orders'], () => undefined);
    const first = await runCdb([...RUN, '--speed', 'max', '--quiet'], { cwd, env });
    expect([first.status, first.stderr.includes('error')]).toEqual([0, false]);
    expect(first.stderr).toContain('1 listen to the topic "orders"');
    const alone = await runCdb([...RUN, '--speed', 'max', '--state-dir', 'alone', '--quiet'], {
      cwd,
    });
    expect(alone.status).toBe(0);
    const listed = await runCdb(['streams', 'list', '--state-dir', 'alone', '--json'], { cwd });
    const { data } = JSON.parse(listed.stdout) as { data: { streams: Listed[] } };
    const counted = await Promise.all(data.streams.map(({ name }) => length(name)));
    expect(counted).toEqual(data.streams.map((stream) => stream.length ?? 0));
    const again = await runCdb([...RUN, '--speed', 'max'], { cwd, env });
    expect(again.stdout).toContain('is finished: nothing to do');
    expect(await length('stream.fills')).toBe(
      data.streams.find(({ name }) => name === 'stream.fills')?.length,
    );
  });

  it('writes nothing to a Redis that it only listens to', async () => {
    const env = { CDB_REDIS_URL: server.url };
    const args = ['run', '--paper', '--feed', 'redis', '--metrics-port', '0', '--duration', '4s'];
    const running = runCdb(args, { cwd, env });
    const said = { schema_version: 'v1.0', source: 'mexc', symbol: 'BTCUSDT', side: 'buy' };
    let published = 0;
    await until('it listens', async () => {
      published += 1;
      const trade = { ...said, ts_ms: Date.now(), price: '70000.1', trade_qty: '0.01' };
      return Number(await link.call('say', 'PUBLISH', 'market_data', JSON.stringify(trade))) > 0;
    });
    const { status, stdout } = await running;
    expect(status).toBe(0);
    expect(published).toBeGreaterThan(0);
    expect(stdout).toMatch(/trades [1-9]/);
    expect(await link.call('count', 'DBSIZE')).toBe(0);
  });

  it('refuses another run over one that is not finished, and roles with a database of its own', async () => {
    const env = { CDB_REDIS_URL: server.url };
    const cut = await runCdb([...RUN, '--speed', '600', '--duration', '2s', '--quiet'], {
      cwd,
      env,
    });
    expect(cut.status).toBe(0);
    const other = await runCdb([...RUN, '--seed', '7', '--speed', 'max'], { cwd, env });
    expect(other.status).toBe(6);
    expect(other.stderr).toContain('CDB-E0811');
    const roles = await runCdb([...RUN, '--roles', 'ingest,writer'], { cwd, env });
    expect([roles.status, roles.stderr.includes('CDB-E0812')]).toEqual([3, true]);
    const alone = await runCdb([...RUN, '--roles', 'ingest'], { cwd });
    expect([alone.status, alone.stderr.includes('CDB-E0814')]).toEqual([3, true]);
    const topic = await runCdb(['run', '--feed', 'redis', '--roles', 'writer'], { cwd, env });
    expect([topic.status, topic.stderr.includes('CDB-E0814')]).toEqual([3, true]);
    const unknown = await runCdb([...RUN, '--roles', 'trader'], { cwd, env });
    expect(unknown.status).toBe(3);
  });

  it('goes on with the run that the database has where Redis has lost everything', async () => {
    const postgres = await ExternalPostgres.start();
    try {
      const env = {
        ...{ CDB_REDIS_URL: server.url, CDB_DATABASE_URL: postgres.url() },
        CDB_REDIS_SHARDS: '2',
      };
      expect((await runCdb(['migrate', 'up', '--yes'], { cwd, env })).status).toBe(0);
      const words = ['--quiet', '--speed', '1200'];
      const cut = await runCdb([...RUN, ...words, '--duration', '4s'], { cwd, env });
      expect(cut.status).toBe(0);
      const counts = async (database = 'cdb') => {
        const [row] = await postgres.run(
          database,
          `SELECT (SELECT count(*)::int FROM risk_events) AS decisions,
                  (SELECT count(*)::int FROM trades) AS fills,
                  (SELECT count(DISTINCT run_group)::int FROM runs) AS groups`,
        );
        return row;
      };
      const before = await counts();
      await link.call('lose everything', 'FLUSHALL');
      const rest = await runCdb([...RUN, '--quiet', '--speed', 'max'], { cwd, env });
      expect(rest.status).toBe(0);
      expect(rest.stdout + rest.stderr).toContain(
        'Redis knows of no run, but the database has run',
      );
      const whole = await counts();
      expect(Number(whole?.['decisions'])).toBeGreaterThan(Number(before?.['decisions']));
      expect(whole?.['groups']).toBe(1);
      await postgres.run('postgres', 'CREATE DATABASE uncut');
      const other = { ...env, CDB_DATABASE_URL: postgres.url({ database: 'uncut' }) };
      const place = { cwd, env: { ...other, CDB_REDIS_URL: server.url.replace(/0$/, '1') } };
      expect((await runCdb(['migrate', 'up', '--yes'], place)).status).toBe(0);
      const uncut = [...RUN, '--quiet', '--speed', 'max', '--state-dir', 'uncut'];
      expect((await runCdb(uncut, place)).status).toBe(0);
      expect(whole).toEqual(await counts('uncut'));
      // Once more, with everything written and everything lost.
      await link.call('lose everything', 'FLUSHALL');
      const again = await runCdb([...RUN, '--quiet', '--speed', 'max'], { cwd, env });
      expect(again.status).toBe(0);
      expect(await counts()).toEqual(whole);
    } finally {
      await postgres.end();
    }
  });

  it('is finished by another process where one is killed', async () => {
    const postgres = await ExternalPostgres.start();
    try {
      const env = {
        CDB_REDIS_URL: server.url,
        CDB_DATABASE_URL: postgres.url(),
        CDB_REDIS_LEASE_MS: '1s',
        CDB_REDIS_SHARDS: '2',
      };
      expect((await runCdb(['migrate', 'up', '--yes'], { cwd, env })).status).toBe(0);
      const said: Record<string, string> = {};
      const start = (place: string, ...words: readonly string[]) => {
        const args = [CDB, ...RUN, '--state-dir', place, ...words];
        const child = spawn(process.execPath, args, {
          ...{ cwd, env: { ...process.env, ...env } },
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        child.stdout.on('data', (text) => (said[place] = `${said[place] ?? ''}${String(text)}`));
        stage.keep(child);
        return child;
      };
      const ingest = start('ingest', '--roles', 'ingest', '--speed', '600');
      const first = start('first', '--roles', 'pipeline,writer');
      const fills = async () =>
        Number((await postgres.run('cdb', 'SELECT count(*) AS n FROM trades'))[0]?.['n']);
      await until('the first one works', async () => (await fills()) > 0, 60_000);
      first.kill('SIGKILL');
      start('second', '--roles', 'pipeline,writer');
      await until('the feed is over and written', () => ingest.exitCode !== null, 90_000);
      await until('its last word is here', () => ingest.stdout.readableEnded);
      expect(ingest.exitCode).toBe(0);
      const [, ending = ''] = (said['ingest'] ?? '').split('FINISHED');
      // A process that decides nothing shows no figure of decisions.
      expect(ending).toContain('ingest: it owned no shard');
      expect(ending).not.toMatch(/decisions \d|equity|audit rows/);
      const [, inputs, written] =
        /inputs (.+), decided and on record up to (.+)/.exec(ending) ?? [];
      expect([inputs, Number(written?.replace(/\D/g, '')) >= 9_999]).toEqual([written, true]);
      const [facts] = await postgres.run(
        'cdb',
        `SELECT (SELECT count(*) FROM orders) AS orders,
                (SELECT count(DISTINCT order_id) FROM orders) AS distinct_orders,
                (SELECT count(*) FROM risk_events WHERE decision = 'ALLOW') AS allowed`,
      );
      expect(facts?.['orders']).toBe(facts?.['allowed']);
      expect(await length('stream.orders')).toBe(Number(facts?.['orders']));
      expect(await length('stream.fills')).toBeGreaterThanOrEqual(await fills());
    } finally {
      await postgres.end();
    }
  });
});

interface Listed {
  readonly name: string;
  readonly length: number | null;
}
