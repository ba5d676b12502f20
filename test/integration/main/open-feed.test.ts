import { findModeFlags } from '../../../src/config/mode-flags.js';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { openFeed } from '../../../src/main/engine/open-feed.js';
import { EXIT } from '../../../src/operator-error.js';

function opened(env: Readonly<Record<string, string>>, record?: string) {
  const config = loadConfig({
    flags: [],
    configFile: undefined,
    cwd: tmpdir(),
    env: { HOME: tmpdir(), ...env },
  });
  const order = {
    config,
    mode: 'shadow',
    flags: findModeFlags({ cwd: tmpdir(), env: {} }),
    restart: false,
    launch: { words: ['run'], cwd: tmpdir(), env: {}, detached: false },
    signal: new AbortController().signal,
    onStep: () => undefined,
    onCommitted: () => undefined,
    onNotice: () => undefined,
    ...(record === undefined ? {} : { record }),
  } as const;
  return openFeed(order, systemClock());
}

describe('the feed "redis"', () => {
  const CDB_REDIS_URL = 'redis://:not-a-real-password@127.0.0.1:6379/0';

  it('needs the URL of a Redis, and says where it is looked for', async () => {
    await expect(opened({ CDB_FEED_SOURCE: 'redis' })).rejects.toMatchObject({
      code: 'CDB-E0521',
      exit: EXIT.CONFIG,
      why: expect.stringContaining('CDB_REDIS_URL') as string,
    });
  });

  it('names topic, symbols and the place of the URL, never the URL', async () => {
    const env = { CDB_FEED_SOURCE: 'redis', CDB_REDIS_URL, CDB_FEED_SYMBOLS: 'ethusdt,BTCUSDT' };
    const { feed, words } = await opened(env);
    expect(words).toBe(
      'redis ETHUSDT, BTCUSDT, topic market_data of the Redis of env CDB_REDIS_URL',
    );
    expect(feed.identity).toBe('redis:market_data;symbols=BTCUSDT,ETHUSDT');
    expect(feed.finite).toBe(false);
  });

  it('takes all symbols where none is named', async () => {
    const { feed } = await opened({ CDB_FEED_SOURCE: 'redis', CDB_REDIS_URL });
    expect(feed.identity).toBe('redis:market_data;symbols=*');
  });

  it('is not recorded', async () => {
    await expect(
      opened({ CDB_FEED_SOURCE: 'redis', CDB_REDIS_URL }, 'x.rec'),
    ).rejects.toMatchObject({ code: 'CDB-E0002', exit: EXIT.USAGE });
  });
});
