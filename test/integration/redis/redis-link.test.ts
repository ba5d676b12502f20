import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openRedisLink,
  redisScript,
  untilAnswered,
} from '../../../src/adapters/redis/redis-link.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { TcpProxy } from '../../fakes/network/tcp-proxy.js';
import { until } from '../embedded/embedded-fixture.js';
import { RedisServer } from './redis-fixture.js';

const COUNT = redisScript(`return redis.call('INCRBY', KEYS[1], ARGV[1])`);

describe('a connection to Redis', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(() => server.end());

  it('runs a script that the server does not know, and again once it does', async () => {
    const link = await server.link();
    expect(await link.run('count', COUNT, ['n'], [2])).toBe(2);
    expect(await link.run('count', COUNT, ['n'], [2])).toBe(4);
  });

  it('says what was attempted, and never the password', async () => {
    await (await server.link()).call('set', 'CONFIG', 'SET', 'requirepass', 'another-fake-one');
    const link = openRedisLink(server.url.replace('//', '//:not-a-real-password@'), 'test');
    await until('the login was refused', () => link.trouble()?.includes('WRONGPASS') === true);
    await expect(link.call('read the mode', 'GET', 'mode')).rejects.toMatchObject({
      name: 'DependencyError',
      message: expect.not.stringContaining('not-a-real-password') as string,
    });
    expect(link.trouble()).not.toContain('not-a-real-password');
    link.close();
  });

  it('does nothing in the first database while that of the URL cannot be selected', async () => {
    const link = openRedisLink(server.url.replace(/0$/, '99'), 'test');
    await until('the greeting was answered', () => link.trouble()?.includes('99') === true);
    const why = /cannot select database 99: ERR DB index is out of range/;
    await expect(link.call('write', 'SET', 'n', '1')).rejects.toThrow(why);
    await expect(link.run('count', COUNT, ['n'], [2])).rejects.toThrow(why);
    await expect(untilAnswered(link, systemClock(), 200)).rejects.toThrow(why);
    expect(await (await server.link()).call('look', 'EXISTS', 'n')).toBe(0);
    link.close();
  });

  it('fails at once while the server is away, and works again by itself', async () => {
    const link = await server.link();
    await server.kill();
    await until('the loss is known', () => link.trouble() !== null);
    await expect(link.call('count', 'INCR', 'n')).rejects.toThrow(/Cannot count/);
    await server.up();
    await until('it is back', () => link.trouble() === null);
    expect(await link.call('count', 'INCR', 'n')).toBe(1);
  });

  it('says that the connection ended, where it does while a call waits', async () => {
    const link = await server.link();
    const waiting = link.call('wait for more', 'BLPOP', 'nothing', 0);
    await until('the server has the call', async () => {
      const clients = await (await server.link()).call('look', 'CLIENT', 'LIST');
      return String(clients).includes('cmd=blpop');
    });
    await Promise.all([
      expect(waiting).rejects.toThrow(
        'Cannot wait for more: the connection ended before Redis had answered',
      ),
      server.kill(),
    ]);
  });

  it('ends a call to a server that has stopped at its deadline, and does not send it again', async () => {
    const link = await server.link();
    server.signal('SIGSTOP');
    try {
      await expect(link.call('count', 'INCR', 'n')).rejects.toThrow(/Cannot count/);
    } finally {
      server.signal('SIGCONT');
    }
    const other = await server.link();
    expect(Number(await other.call('read', 'GET', 'n'))).toBeLessThanOrEqual(1);
  });

  it('gives up a silent connection once, however many calls wait for it', async () => {
    const link = await server.link();
    const warnings: string[] = [];
    const onWarning = ({ name }: Error) => warnings.push(name);
    process.on('warning', onWarning);
    server.signal('SIGSTOP');
    try {
      const calls = Array.from({ length: 30 }, () => link.call('count', 'INCR', 'n'));
      const ends = await Promise.allSettled(calls);
      expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
    } finally {
      server.signal('SIGCONT');
    }
    await untilAnswered(link, systemClock(), 10_000);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('sends a command once whose answer was lost with its connection', async () => {
    const proxy = await TcpProxy.start(server.port);
    const link = openRedisLink(`redis://127.0.0.1:${proxy.port}/0`, 'test');
    try {
      await untilAnswered(link, systemClock(), 5_000);
      proxy.mode = 'lose-answers';
      await expect(link.call('count', 'INCR', 'n')).rejects.toThrow(/Cannot count/);
      proxy.mode = 'pass';
      await untilAnswered(link, systemClock(), 5_000);
      expect(await link.call('read', 'GET', 'n')).toBe('1');
    } finally {
      link.close();
      await proxy.close();
    }
  });

  it('keeps nothing back for a server that comes later', async () => {
    const link = await server.link();
    await server.kill();
    await until('the loss is known', () => link.trouble() !== null);
    await expect(link.call('count', 'INCR', 'n')).rejects.toThrow(/Cannot count/);
    await server.up();
    await untilAnswered(link, systemClock(), 10_000);
    expect(await link.call('read', 'GET', 'n')).toBeNull();
  });
});
