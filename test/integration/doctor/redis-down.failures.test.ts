import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServiceLog } from '../../../src/doctor/logs/facts.js';
import type { Container } from '../../../src/doctor/services/facts.js';
import { until } from '../embedded/embedded-fixture.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { failure } from './failure.js';
import { checkUp, RedisStack, troubles } from './redis-stack.js';

const MIB = 1024 * 1024;

describe('doctor: a Redis that is not well', () => {
  const servers: RedisServer[] = [];
  const children: ChildProcess[] = [];
  const sockets: Socket[] = [];
  const start = async (...flags: string[]) => {
    const server = await RedisServer.start(...flags);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    for (const server of servers.splice(0)) await server.end();
  });

  failure(32, 'the append-only file is damaged, and Redis does not come up', async () => {
    const server = await start('--aof-load-truncated', 'no');
    const stack = new RedisStack(await server.link());
    await stack.healthy();
    await server.kill('SIGTERM');
    damage(join(server.directory, 'appendonlydir'));
    const died = await startsAndDies(server);
    expect(died.code).toBe(1);
    const logs = [logOf('cdb_redis', died.lines)];
    const found = await checkUp({ url: server.url, facts: { logs } });
    expect(found.get('redis.reach')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.get('redis.reach')?.says).toContain('ECONNREFUSED');
    const finding = found.get('redis.restarts');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toContain('Bad file format reading the append only file');
    expect(finding?.remedy?.does).toContain('COPY its directory');
    const loop = await checkUp({ url: server.url, facts: { containers: [LOOPING] } });
    expect(loop.get('redis.restarts')).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(loop.get('redis.restarts')?.says).toContain('cdb_redis is in a restart loop');
    // One dead place is one finding: the rest is left out.
    expect(troubles(found).length).toBe(2);
  });

  failure(32, 'the last write of the append-only file failed', async () => {
    const port = (await start()).port;
    const [server] = servers;
    if (server === undefined) throw new Error('no server');
    await server.kill('SIGTERM');
    // The limit of the size of a file stands for a disk that is full.
    const limited = spawn(
      'sh',
      ['-c', `trap '' XFSZ; exec prlimit --fsize=20000 redis-server --port ${port} ${FLAGS}`],
      { cwd: server.directory, stdio: 'ignore' },
    );
    children.push(limited);
    const stack = new RedisStack(await server.link());
    await until('a write has failed', async () => {
      await stack.call('SET', 'key', 'x'.repeat(10_000)).catch(() => undefined);
      return /aof_last_write_status:err/.test(String(await stack.call('INFO', 'persistence')));
    });
    const finding = (await checkUp({ url: server.url })).get('redis.persistence');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toContain('the last write of the append-only file failed');
  });

  failure(32, 'Redis loads its files', async () => {
    const server = await start(...LOADS_SLOWLY);
    const stack = new RedisStack(await server.link());
    for (let n = 0; n < 1_000; n += 1) await stack.call('SET', `key:${n}`, 'x'.repeat(200));
    await stack.call('CONFIG', 'SET', 'key-load-delay', '5000');
    const other = new RedisStack(await server.link());
    void stack.call('DEBUG', 'RELOAD').catch(() => undefined);
    await until('it loads', async () => {
      return String(await other.call('INFO', 'persistence')).includes('loading:1');
    });
    const found = await checkUp({ url: server.url });
    expect(found.get('redis.reach')?.status).toBe('OK');
    expect(found.get('redis.loading')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.get('streams.reach')?.says).toContain('Redis still loads');
    expect(troubles(found).length).toBe(1);
  });

  failure(32, 'Redis was restarted a moment ago', async () => {
    const server = await start();
    const stack = new RedisStack(await server.link());
    await stack.regime('TREND', 60, 3_600_000);
    await stack.healthy();
    const finding = (await checkUp({ url: server.url })).get('redis.restarts');
    expect(finding).toMatchObject({ status: 'WARN', level: 'P1' });
    expect(finding?.says).toMatch(/restarted \d+\.\d s ago: stream.regime_signals holds entries/);
  });

  failure(52, 'a listener does not keep up', async () => {
    const server = await start();
    const stack = new RedisStack(await server.link());
    const socket = createConnection(server.port, '127.0.0.1');
    sockets.push(socket);
    socket.write('CLIENT SETNAME cdb_signal\r\nSUBSCRIBE market_data\r\n');
    await once(socket, 'data');
    await until('it listens', async () => {
      return String(await stack.call('PUBSUB', 'NUMSUB', 'market_data')).endsWith(',1');
    });
    socket.pause();
    const message = 'x'.repeat(100_000);
    await until('much waits for it', async () => {
      for (let n = 0; n < 10; n += 1) await stack.publish('market_data', message);
      const waiting = /name=cdb_signal .*? omem=(\d+)/.exec(
        String(await stack.call('CLIENT', 'LIST')),
      );
      return Number(waiting?.[1]) > 9 * MIB;
    });
    const found = await checkUp({ url: server.url });
    const finding = found.get('redis.clients');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toMatch(/9\.\d MiB wait for client cdb_signal with 1 subscriptions/);
  });

  failure(52, 'nobody listens to topics that need a reader', async () => {
    const server = await start();
    const stack = new RedisStack(await server.link());
    await stack.healthy();
    const listener = await server.link();
    await listener.listen(['signals', 'order_results'], () => undefined);
    const finding = (await checkUp({ url: server.url })).get('streams.listeners');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toContain(
      'nobody listens to market_data, orders: what is published there is lost',
    );
  });

  it('says nothing where no Redis is configured and no engine ever ran', async () => {
    const found = await checkUp({});
    expect([...found.values()].filter(({ status }) => status !== 'SKIP')).toEqual([]);
    expect(found.get('redis.reach')?.says).toContain('no Redis configured');
  });
});

const LOADS_SLOWLY = ['--loading-process-events-interval-bytes', '1024', '--rdbcompression', 'no'];
const FLAGS = '--bind 127.0.0.1 --dir . --appendonly yes --appendfsync everysec --save ""';

const LOOPING: Container = {
  ...{ name: 'cdb_redis', state: 'restarting', health: null, upMs: 2_000, restarts: 14 },
  ...{ oomKilled: false, cpuPercent: null, memoryMib: null, memoryLimitMib: null, networks: null },
};

/** Bytes in the middle of the newest file, as a disk without power leaves them. */
function damage(directory: string): void {
  const name = readdirSync(directory).find((file) => file.endsWith('.incr.aof')) ?? '';
  const path = join(directory, name);
  const bytes = readFileSync(path);
  bytes.fill(0, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 3_422);
  writeFileSync(path, bytes);
}

async function startsAndDies(server: RedisServer) {
  const args = ['--port', String(server.port), '--dir', server.directory, '--appendonly', 'yes'];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, lines: text.split('\n').filter((line) => line !== '') };
}

function logOf(service: string, lines: readonly string[]): ServiceLog {
  const read = lines.map((text) => ({ atMs: null, level: null, logger: null, text }));
  return { service, place: 'redis.log', lines: read, newestAtMs: null, zone: 'UTC', unreadable: 0 };
}
