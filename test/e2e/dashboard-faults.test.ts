import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedisLink } from '../../src/adapters/redis/redis-link.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { RedisServer } from '../integration/redis/redis-fixture.js';
import { DashboardStage } from './dashboard-stage.js';
import type { Terminal } from './terminal.js';

let stage: DashboardStage;
afterEach(() => stage.end());

/** The screen is there, and its program. */
async function isOpen(terminal: Terminal): Promise<void> {
  expect(await terminal.exitStatus()).toBeNull();
  expect(await terminal.fact('alternate_on')).toBe('1');
}

/** What stands in one row of a list, by words of it. */
async function rowWith(terminal: Terminal, words: string): Promise<string> {
  const row = (await terminal.screen()).find((one) => one.includes(words));
  return row ?? '';
}

async function quit(terminal: Terminal): Promise<void> {
  await terminal.keys('q');
  await terminal.until('its end', async () => (await terminal.exitStatus()) === 0);
}

describe('an engine that is killed', () => {
  it('is said with its age, its values stay, and the next one is found by itself', async () => {
    stage = new DashboardStage();
    const engine = await stage.restingEngine();
    const terminal = await stage.open(['--view', 'fills']);
    await terminal.shows(/4 Fills: \d/);
    const total = /4 Fills: (\d+)/.exec(await terminal.text())?.[1] ?? '';
    const fill = (await rowWith(terminal, '▶')).slice(12, 60);

    engine.kill('SIGKILL');
    await engine.ended;
    await terminal.shows(/✖ DOWN engine since \d\d:\d\d:\d\d \(\d+\.\ds\)/);
    // Stale only after a while: then with its age, and the total is doubted.
    await terminal.shows(new RegExp(`4 Fills: ${total}\\?.*STALE 00:\\d\\d`));
    expect(await rowWith(terminal, '▶')).toContain(fill);
    await terminal.keys('1');
    await terminal.shows('NOT RUNNING');
    await terminal.shows('orders→unknown');
    await isOpen(terminal);

    // Another run: one that goes on has nothing left to wait for, and ends.
    const next = stage.startEngine({ feed: 'sample', speed: '100', more: ['--restart'] });
    await next.says('OK running');
    await terminal.keys('4');
    await terminal.until('it is found', async () => {
      const text = await terminal.text();
      return !text.includes('DOWN') && /4 Fills: \d+ .*as of/.test(text);
    });
    await quit(terminal);
    expect(next.isAlive).toBe(true);
  });
});

describe('a stack in Redis, without an engine', () => {
  let redis: RedisServer;
  let link: RedisLink;
  beforeEach(async () => {
    redis = await RedisServer.start();
    link = await redis.link();
    stage = new DashboardStage({ CDB_REDIS_URL: redis.url });
  });
  afterEach(() => redis.end());

  const add = (stream: string, ...fields: readonly string[]) =>
    link.call('add', 'XADD', stream, '*', ...fields);

  it('that is stopped and started: the screen stays, and goes on', async () => {
    for (let n = 0; n < 17; n += 1) await add('stream.signals', 'n', String(n));
    const terminal = await stage.open(['--view', 'streams']);
    await terminal.shows(/stream\.signals +17 /);
    await redis.kill();
    await terminal.shows(/✖ DOWN Redis since/);
    await terminal.shows(/2 Streams .*STALE/);
    expect(await rowWith(terminal, 'stream.signals')).toMatch(/stream\.signals +17 /);
    await terminal.keys('K');
    await terminal.shows('ENGAGE KILL SWITCH');
    await terminal.keys('n');
    await isOpen(terminal);
    await redis.up();
    await terminal.until('it is found', async () => !(await terminal.text()).includes('DOWN'));
    await add('stream.signals', 'n', '17');
    await terminal.shows(/stream\.signals +18 /);
    await quit(terminal);
  });

  it('with hostile text in it: none of it reaches the terminal', async () => {
    const evil = [
      ...['\u001b[31mRED', '\u001b]0;title\u0007', '\u009b2J', '\u001b[3J', '\u001bP1q\u001b\\'],
      ...['\u202eBTC\u202c', '\u2066x\u2069', '\u200fy', 'a\rb\nc\u0008d', '日本\u0301\u0300語'],
    ];
    for (const text of evil) {
      for (const stream of ['signals', 'orders', 'orders_blocked', 'fills', 'order_results']) {
        await add(
          `stream.${stream}`,
          ...['symbol', text, 'side', text, 'status', text, 'qty', text, 'price', text],
          ...['order_id', text, 'reason', text, 'reason_code', text, 'ts', text, text, text],
        );
      }
      await link.call('group', 'XGROUP', 'CREATE', 'stream.fills', text, '0');
    }
    const terminal = await stage.open(['--view', 'streams']);
    await terminal.shows(/stream\.fills +10 /);
    for (let view = 2; view <= 9; view += 1) {
      await terminal.keys(String(view));
      await terminal.shows(`[${view} `);
    }
    await terminal.keys('2');
    await terminal.shows('[2 Streams]');
    await terminal.keys('/');
    await terminal.type('fills');
    await terminal.keys('Enter');
    await terminal.shows(/▶stream\.fills /);
    await terminal.keys('Enter');
    await terminal.shows(/\\x1b\[31mRED/);
    const text = Buffer.from(terminal.bytes(), 'latin1').toString('utf8');
    // What the screen itself writes: places, looks, clearing, modes, synchronised frames.
    const rest = text.replace(
      /\u001b\[(?:\d+;1H|\d+G|[\d;]*m|K|\?(?:2026|1049|2004|25|7)[hl])/g,
      '',
    );
    expect([...rest.matchAll(/.{0,40}\p{Cc}.{0,40}/gu)].map(([found]) => found)).toEqual([]);
    expect(rest).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
    expect((await terminal.styledScreen()).join('')).not.toMatch(
      /[\u200e\u200f\u202a-\u202e\u2066-\u2069]|\u001b\][^]|\u0007/,
    );
    await terminal.keys('Escape');
    await terminal.until('closed', async () => !(await terminal.text()).includes('x1b'));
    await quit(terminal);
  });
});

describe('an external database', () => {
  let server: ExternalPostgres;
  beforeAll(async () => {
    server = await ExternalPostgres.start();
  });
  afterAll(() => server.end());

  it('that is stopped and started: the screen stays, and goes on', async () => {
    const env = { CDB_DATABASE_URL: server.url() };
    stage = new DashboardStage(env);
    expect((await stage.place.run(['migrate', 'up', '--yes'], { env })).status).toBe(0);
    await stage.place.run(['run', '--paper', '--feed', 'sample', '--speed', 'max'], { env });
    const { total } = await stage.json<{ total: number }>('fills');
    const terminal = await stage.open(['--view', 'fills']);
    await terminal.shows(`4 Fills: ${total} `);
    await server.stop();
    await terminal.shows(/✖ DOWN .*PostgreSQL /);
    await terminal.shows(new RegExp(`4 Fills: ${total}\\?.*STALE`));
    await isOpen(terminal);
    expect(terminal.bytes()).not.toContain(server.password);
    await server.startAgain();
    await terminal.shows(`4 Fills: ${total} `);
    await quit(terminal);
  });
});

describe('an engine on a Redis and a database of others', () => {
  let redis: RedisServer;
  let server: ExternalPostgres;
  beforeAll(async () => {
    [redis, server] = await Promise.all([RedisServer.start(), ExternalPostgres.start()]);
  });
  afterAll(() => Promise.all([redis.end(), server.end()]));

  it('each is stopped and started under it: what can be read is shown, and what not is said', async () => {
    const env = { CDB_REDIS_URL: redis.url, CDB_DATABASE_URL: server.url() };
    stage = new DashboardStage(env);
    expect((await stage.place.run(['migrate', 'up', '--yes'], { env })).status).toBe(0);
    const engine = stage.startEngine({ feed: 'sample', speed: '60' });
    await engine.says('OK running');
    const terminal = await stage.open(['--view', 'fills']);
    await terminal.shows(/4 Fills: \d+ .*as of/);

    await server.stop();
    await terminal.shows(/✖ DOWN .*PostgreSQL/);
    await terminal.shows(/4 Fills: \d+\?.*STALE/);
    await isOpen(terminal);
    await server.startAgain();
    await terminal.until('the database is found', async () => {
      const text = await terminal.text();
      return !text.includes('DOWN') && /4 Fills: \d+ .*as of/.test(text);
    });

    await terminal.keys('2');
    await terminal.shows(/2 Streams.*as of/);
    await redis.kill();
    await terminal.shows(/✖ DOWN .*Redis/);
    await isOpen(terminal);
    await terminal.keys('K');
    await terminal.shows('ENGAGE KILL SWITCH');
    await terminal.keys('n');
    await redis.up();
    await terminal.until('Redis is found', async () => !(await terminal.text()).includes('DOWN'));
    await quit(terminal);
    expect(terminal.bytes()).not.toContain(server.password);
  });
});
