import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RedisLink } from '../../src/adapters/redis/redis-link.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { redisSharedRuns } from '../../src/adapters/redis/redis-board.js';
import { RedisServer } from '../integration/redis/redis-fixture.js';
import { CDB, runCdb } from './run-cdb.js';

describe('a stack in Redis, watched without an engine', () => {
  let cwd: string;
  let server: RedisServer;
  let link: RedisLink;
  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'cdb-watch-'));
    server = await RedisServer.start();
    link = await server.link();
  });
  afterEach(async () => {
    await server.end();
    rmSync(cwd, { recursive: true, force: true });
  });

  const env = () => ({ CDB_REDIS_URL: server.url.replace('//', '//:not-a-real-password@') });
  const open = () => ({ CDB_REDIS_URL: server.url });
  const cdb = (...args: readonly string[]) => runCdb(args, { cwd, env: open() });
  const add = async (stream: string, ...fields: readonly string[]): Promise<string> => {
    return String(await link.call('add', 'XADD', stream, '*', ...fields));
  };
  const flow = async () => {
    await add('stream.candles_1m', 'symbol', 'BTCUSDT');
    await add('stream.regime_signals', 'symbol', 'BTCUSDT');
    await link.call('set', 'SET', 'market_state:BTCUSDT', '{}', 'PX', 120_000);
    const stack = await server.link('the stack');
    await stack.listen(['market_data', 'signals', 'orders', 'order_results'], () => undefined);
  };

  it('exits 0 when effects flow, 1 when not, 4 when Redis does not answer', async () => {
    const empty = await cdb('status');
    expect([empty.status, empty.stderr]).toEqual([1, '']);
    expect(empty.stdout).toContain('stack    NOTHING FLOWS: the Redis of env CDB_REDIS_URL');
    await flow();
    const well = await cdb('status');
    expect(well.stdout).toContain('stack not started by cdb');
    expect([well.status, well.stderr]).toEqual([0, '']);
    const { stdout } = await cdb('status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ data: { stack: { word: 'EFFECTS FLOW' } } });
    await server.kill();
    for (const command of [['status'], ['streams', 'list'], ['streams', 'tail', 'stream.fills']]) {
      const away = await cdb(...command);
      expect([away.status, away.stdout]).toEqual([4, '']);
      expect(away.stderr).toContain('error CDB-E0801: Cannot reach the Redis of env CDB_REDIS_URL');
    }
  });

  it('shows what the shared register and the run on it say, where no engine runs here', async () => {
    const unknown = await cdb('status');
    expect(unknown.stdout).toMatch(/^nothing ever ran here$[^]*^register Redis +says nothing$/m);
    const run = {
      ...{ runGroup: 'group-7', identity: 'x', mode: 'paper', feed: 'mexc BTCUSDT', seed: 7 },
      ...{ shards: 4, startedAtMs: Date.UTC(2026, 1, 9), finished: false },
    };
    await redisSharedRuns(link).begin(run, null);
    const engage = ['kill-switch', 'engage', '-m', 'gap', '--state-dir', 'laptop'];
    expect((await runCdb(engage, { cwd, env: open() })).status).toBe(0);
    const seen = await cdb('status');
    expect(seen.status).toBe(1);
    expect(seen.stdout).toMatch(/^shared {3}run group-7, paper, feed mexc BTCUSDT, 4 shards$/m);
    expect(seen.stdout).toMatch(
      /^ {9}started 2026-02-09 00:00:00 UTC, not finished, no engine alive$/m,
    );
    expect(seen.stdout).toMatch(/^register Redis +HALTED {3}epoch 1 {3}by \w+ \(manual\)$/m);
    expect(seen.stdout).not.toContain('nothing ever ran');
    const { stdout } = await cdb('status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      data: {
        shared: {
          run: { run_id: 'group-7', mode: 'paper', shards: 4, finished: false },
          engines: [],
          registers: [{ place: 'Redis', state: 'present', level: 'HALTED' }],
        },
      },
    });
  });

  it('says that a password is wrong, and never which', async () => {
    await link.call('lock', 'CONFIG', 'SET', 'requirepass', 'another-fake-one');
    const without = { cwd, env: open() };
    for (const at of [{ cwd, env: env() }, without]) {
      for (const command of [['status'], ['streams', 'list'], ['run', '--speed', 'max']]) {
        const refused = await runCdb(command, at);
        // As a wrong password of PostgreSQL: somebody has to correct the configuration.
        expect([refused.status, refused.stderr]).toEqual([
          3,
          expect.stringContaining('error CDB-E0815: The Redis of env CDB_REDIS_URL lets nobody in'),
        ]);
        expect(refused.stderr).toMatch(/WRONGPASS|NOAUTH/);
        expect(refused.stdout + refused.stderr).not.toContain('not-a-real');
      }
    }
  });

  it('lists, tails, peeks and counts in Redis itself', async () => {
    const id = await add('stream.fills', 'status', 'FILLED', 'text', '\u001b]0;title\u0007');
    await link.call('group', 'XGROUP', 'CREATE', 'stream.fills', 'audit', '0');
    const listed = await cdb('streams', 'list');
    expect(listed.stdout).toMatch(/^stream\.fills +1 +10 000 +1 +\d\.\d s ago/m);
    const tailed = await cdb('streams', 'tail', 'stream.fills');
    expect(tailed.stdout).toBe(`${id}  status=FILLED text=\\x1b]0;title\\x07\n`);
    const peeked = await cdb('streams', 'peek', 'stream.fills', id);
    expect([peeked.status, peeked.stdout]).toEqual([0, expect.stringContaining('FILLED')]);
    const [ms = 0] = id.split('-').map(Number);
    const other = await cdb('streams', 'peek', 'stream.fills', `${ms + 5_000}-0`);
    expect([other.status, other.stderr]).toEqual([8, expect.stringContaining(`nearest: ${id}`)]);
    const lag = await cdb('streams', 'lag');
    expect(lag.stdout).toContain('group audit of stream.fills: lag 1, pending 0, consumers 0');
  });

  it('follows a stream through a restart of Redis', async () => {
    await add('stream.fills', 'n', '0');
    const child = spawn(process.execPath, [CDB, 'streams', 'tail', 'stream.fills', '-f'], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, ...open() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    const numbers = () => [...out.matchAll(/n=(\d+)/g)].map(([, n]) => Number(n));
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      await until('the first entry is shown', () => numbers().length === 1);
      await add('stream.fills', 'n', '1');
      await until('the next one is', () => numbers().length === 2);
      await server.kill();
      await until('the loss is told', () => err.includes('waiting for Redis'));
      await server.up();
      await until('it is written again', async () =>
        add('stream.fills', 'n', '2').then(
          () => true,
          () => false,
        ),
      );
      await until('it is shown', () => numbers().includes(2));
      expect(numbers()).toEqual([0, 1, 2]);
      expect(err).toContain('notice: Redis answers again');
    } finally {
      child.kill('SIGINT');
    }
    expect(await ended).toBe(130);
  });

  it('is not looked at where no URL is configured', async () => {
    await flow();
    const { stdout, status } = await runCdb(['status'], { cwd });
    expect(status).toBe(1);
    expect(stdout).not.toContain('stack');
  });
});
