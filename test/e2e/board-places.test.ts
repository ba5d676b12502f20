import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedisLink } from '../../src/adapters/redis/redis-link.js';
import type { Board } from '../../src/view/board/board.js';
import type { BoardSource } from '../../src/view/board/board-source.js';
import { Workplace } from '../chaos/engine-process.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { RedisServer } from '../integration/redis/redis-fixture.js';
import { boardWhere, linkOf, openSource } from './board-place.js';

let place: Workplace;
let source: BoardSource | null = null;
beforeEach(() => {
  place = new Workplace();
});
afterEach(async () => {
  await source?.close();
  source = null;
  await place.end();
});

const streamOf = (board: Board, name: string) =>
  board.streams.value?.find((stream) => stream.name === name);

describe('the board of a stack in Redis, without an engine', () => {
  const SIGNALS = 'stream.signals';
  let server: RedisServer;
  let link: RedisLink;
  beforeEach(async () => {
    server = await RedisServer.start();
    link = await server.link();
  });
  afterEach(() => server.end());

  const open = () => openSource(place.stateDir, place.path, { CDB_REDIS_URL: server.url });
  /** Entries as the server itself numbers them. */
  const add = (stream: string, count: number) =>
    link.call(
      'fill the stream',
      'EVAL',
      "for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', 'i', i) end return 1",
      ...[1, stream, count],
    );

  /** How often each command was called since the counts were last forgotten. */
  async function calls(): Promise<Readonly<Record<string, number>>> {
    const text = String(await link.call('look at the counts', 'INFO', 'commandstats'));
    const found = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
    return Object.fromEntries(found.map(([, name = '', count]) => [name, Number(count)]));
  }

  it('has its streams, and keeps them with their age while it is away', async () => {
    await add(SIGNALS, 50);
    await link.call('make a group', 'XGROUP', 'CREATE', SIGNALS, 'risk', '0');
    await link.call('read', ...readAs('risk', 20));
    source = await open();
    const board = await boardWhere(source, 'the stack is read', ({ streams, stages }) => {
      return streams.value !== null && stages.value !== null;
    });
    expect(board).toMatchObject({ isOwnEngine: false, where: 'env CDB_REDIS_URL' });
    expect(board.streams.source).toBe('Redis');
    expect(linkOf(board, 'engine')).toBe('not used');
    expect(streamOf(board, SIGNALS)).toMatchObject({
      ...{ length: 50, exists: true, lagEntries: 30, pendingEntries: 20 },
    });
    expect(board.stages.value?.word).toBe('DEGRADED');

    await server.kill();
    const away = await boardWhere(
      source,
      'Redis is gone',
      (now) => linkOf(now, 'Redis') === 'down',
    );
    expect(streamOf(away, SIGNALS)?.length).toBe(50);
    expect(away.streams.down?.why).not.toBe('');
    const redisPanel = away.figures.value?.panels.find(({ name }) => name === 'REDIS');
    expect(redisPanel).toMatchObject({ value: 0, state: 'bad' });

    await server.up();
    await boardWhere(source, 'Redis is back', ({ streams, links }) => {
      return streams.down === null && links.find(({ name }) => name === 'Redis')?.state === 'up';
    });
    const texts = source.board().events.map(({ text }) => text);
    expect(texts).toContain('Redis is up');
    expect(texts.some((text) => text.startsWith('Redis is down: '))).toBe(true);
  });

  it('rates a flood, and reads no entry of a long stream', async () => {
    for (let at = 0; at < 10; at += 1) await add('stream.candles_1m', 20_000);
    await link.call('forget the counts', 'CONFIG', 'RESETSTAT');
    source = await open();
    await boardWhere(source, 'the stream is there', (board) => {
      return streamOf(board, 'stream.candles_1m')?.length === 200_000;
    });
    for (let at = 0; at < 5; at += 1) {
      await add(SIGNALS, 10_000);
      const reached = (at + 1) * 10_000;
      await boardWhere(source, 'the flood is seen', (board) => {
        return streamOf(board, SIGNALS)?.length === reached;
      });
    }
    const board = source.board();
    const rates = streamOf(board, SIGNALS)?.trend ?? [];
    expect(Math.max(...rates.map((rate) => rate ?? 0))).toBeGreaterThan(1_000);
    const signals = board.figures.value?.panels.find(({ name }) => name === '2. SIGNALS');
    expect(signals?.value).toBeGreaterThan(0);

    const seen = await calls();
    expect(seen['xinfo|stream']).toBeGreaterThan(10);
    // Only the newest orders are ever read, and there are none.
    for (const name of ['xrange', 'xread', 'xreadgroup', 'keys'])
      expect(seen[name]).toBeUndefined();
    expect(seen['xrevrange'] ?? 0).toBeLessThan(3);
  });

  function readAs(group: string, count: number): [string, ...(string | number)[]] {
    return ['XREADGROUP', 'GROUP', group, 'me', 'COUNT', count, 'STREAMS', SIGNALS, '>'];
  }
});

describe('the board of an external database, without an engine', () => {
  let server: ExternalPostgres;
  beforeAll(async () => {
    server = await ExternalPostgres.start();
  });
  afterAll(() => server.end());

  it('reads it directly, and keeps what it read while it is away', async () => {
    const env = { CDB_DATABASE_URL: server.url() };
    const run = (...args: readonly string[]) => place.run(args, { env });
    expect((await run('migrate', 'up', '--yes')).status).toBe(0);
    await run('run', '--paper', '--feed', 'sample', '--speed', 'max');
    source = await openSource(place.stateDir, place.path, env);
    const board = await boardWhere(source, 'the rows are read', ({ fills, stages }) => {
      return fills.value !== null && stages.value !== null;
    });
    const listed = await run('fills', '-n', '100', '--json');
    const { fills, total } = (
      JSON.parse(listed.stdout) as { data: { fills: { fill_id: string }[]; total: number } }
    ).data;
    expect(total).toBeGreaterThan(0);
    expect(board.fills).toMatchObject({ source: 'PostgreSQL', down: null, value: { total } });
    expect(board.fills.value?.fills.map(({ fillId }) => fillId)).toEqual(
      fills.map(({ fill_id }) => fill_id).reverse(),
    );
    expect(linkOf(board, 'PostgreSQL')).toBe('up');
    expect(board.stages.value?.engines[0]?.state).toBe('not running');

    await server.stop();
    const away = await boardWhere(
      source,
      'it is gone',
      (now) => linkOf(now, 'PostgreSQL') === 'down',
    );
    expect(away.fills.value?.total).toBe(total);
    expect(away.fills.down?.why).not.toContain(server.password);
    await server.startAgain();
    await boardWhere(source, 'it is back', ({ fills: now, links }) => {
      const state = links.find(({ name }) => name === 'PostgreSQL')?.state;
      return state === 'up' && now.down === null;
    });
  });
});
