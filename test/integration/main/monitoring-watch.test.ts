import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { probeMetrics } from '../../../src/adapters/metrics/probe-metrics.js';
import type { CanaryStatus } from '../../../src/engine/ports/engine-status.js';
import { watchMonitoring } from '../../../src/main/engine/monitoring-watch.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { until } from '../../fakes/engine/until.js';
import { fakeEngineStatus } from '../../fakes/fake-engine-status.js';

const HOST = '127.0.0.1';
const SESSION = { sessionId: 'session-1', phase: 'running' } as CanaryStatus;

let server: ReturnType<typeof createServer>;
let port: number;
let scrapes: number;
let canary: CanaryStatus | null;
let tripped: string[];
let clock: ManualClock;
let ended: AbortController;
let running: Promise<void>;
beforeEach(async () => {
  server = createServer((_, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  scrapes = 0;
  canary = SESSION;
  tripped = [];
  clock = new ManualClock();
  ended = new AbortController();
  const parts = {
    live: {
      status: () => fakeEngineStatus(canary === null ? {} : { canary }),
      tripCanary: (trigger: string) => tripped.push(trigger) > 0,
    },
    metrics: { host: HOST, port, scrapes: () => scrapes },
    ...{ clock, everyMs: 1_000, onNotice: () => undefined },
  };
  running = watchMonitoring(parts, ended.signal);
});
afterEach(async () => {
  ended.abort();
  await running;
  server.close();
});

async function looks(count: number, everyMs = 1_000): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await until(() => clock.sleeping > 0, 'a look');
    clock.advance(everyMs);
  }
  await until(() => clock.sleeping > 0, 'the last look');
}

async function closed(): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

describe('the watch over the monitoring of a canary', () => {
  it('takes any answer of the endpoint for one, and says why there is none', async () => {
    expect(await probeMetrics({ host: HOST, port })).toBeNull();
    await closed();
    expect(await probeMetrics({ host: HOST, port })).toContain('ECONNREFUSED');
  });

  it('trips it once where the endpoint is gone', async () => {
    await looks(5);
    expect(tripped).toEqual([]);
    await closed();
    await looks(2);
    expect(tripped).toEqual([]);
    await looks(5);
    expect(tripped).toEqual(['monitoring_down']);
  });

  it('trips it once where nobody scrapes any more, and again after a scrape', async () => {
    await looks(3, 60_000);
    scrapes = 1;
    await looks(2, 60_000);
    expect(tripped).toEqual([]);
    await looks(4, 60_000);
    expect(tripped).toEqual(['prometheus_down']);
    scrapes = 2;
    await looks(4, 60_000);
    expect(tripped).toEqual(['prometheus_down', 'prometheus_down']);
  });

  it('keeps what would hold one that is held already until it runs', async () => {
    canary = { ...SESSION, phase: 'held' };
    scrapes = 1;
    await looks(5, 60_000);
    expect(tripped).toEqual([]);
    canary = SESSION;
    await looks(1);
    expect(tripped).toEqual(['prometheus_down']);
  });

  it('tells nobody while none runs, and the next session by itself', async () => {
    canary = null;
    await closed();
    await looks(5);
    expect(tripped).toEqual([]);
    for (const sessionId of ['a', 'b']) {
      canary = { ...SESSION, sessionId };
      await looks(2);
    }
    expect(tripped).toEqual(['monitoring_down', 'monitoring_down']);
  });
});
