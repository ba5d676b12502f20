import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { listenForScrapes, type MetricsListener } from '../../../src/adapters/metrics/listener.js';
import type { EngineStatus } from '../../../src/engine/ports/engine-status.js';
import { EXIT } from '../../../src/operator-error.js';
import { viewSource } from '../../../src/view/view-source.js';
import { audit, fakeEngineStatus, NOW_MS } from '../../fakes/fake-engine-status.js';

const HOST = '127.0.0.1';
const open: MetricsListener[] = [];
let faults: unknown[] = [];

afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
  faults = [];
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function listen(status: () => EngineStatus, port: number): Promise<string> {
  const source = viewSource(status, () => () => undefined);
  const onFault = (fault: unknown) => faults.push(fault);
  const listener = await listenForScrapes({ host: HOST, port, source, onFault });
  if (listener === null) return 'off';
  open.push(listener);
  return `http://${HOST}:${listener.port}`;
}

async function get(url: string, method = 'GET') {
  const response = await fetch(url, { method });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe('metrics listener', () => {
  it('is off at port 0', async () => {
    expect(await listen(fakeEngineStatus, 0)).toBe('off');
  });

  it('serves what Prometheus scrapes', async () => {
    const base = await listen(fakeEngineStatus, await freePort());
    const { status, text, headers } = await get(`${base}/metrics`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(text).toContain('# TYPE orders_blocked_total counter\norders_blocked_total 35\n');
    expect(text).toContain('# TYPE cdb_step_latency_ms histogram\n');
  });

  it('counts the scrapes, and nothing else', async () => {
    const base = await listen(fakeEngineStatus, await freePort());
    for (const path of ['/metrics', '/healthz', '/readyz', '/nothing', '/metrics']) {
      await get(base + path);
    }
    expect(open.map((listener) => listener.scrapes())).toEqual([2]);
  });

  it.each(['/readyz', '/healthz'])('%s answers 200 only while effects flow', async (path) => {
    let status = fakeEngineStatus();
    const base = await listen(() => status, await freePort());
    expect(await get(base + path)).toMatchObject({ status: 200, text: 'effects flow\n' });
    const reason = 'PostgreSQL does not answer';
    status = fakeEngineStatus({
      audit: audit({ state: 'stalled', reason, sinceMs: NOW_MS - 1_000, spoolBatches: 1 }),
    });
    const { status: code, text } = await get(base + path);
    expect(code).toBe(503);
    expect(text).toContain(`audit STALLED for 1.0 s: ${reason}`);
  });

  it('has nothing else, and takes nothing', async () => {
    const base = await listen(fakeEngineStatus, await freePort());
    expect((await get(`${base}/view`)).status).toBe(404);
    expect((await get(`${base}/intents`, 'POST')).status).toBe(405);
  });

  it('survives a bug in a figure and lets somebody know', async () => {
    const bug = new Error('bug');
    const base = await listen(
      () => {
        throw bug;
      },
      await freePort(),
    );
    expect((await get(`${base}/metrics`)).status).toBe(500);
    expect(faults).toEqual([bug]);
  });

  it('says which port is taken and what to do', async () => {
    const port = await freePort();
    await listen(fakeEngineStatus, port);
    await expect(listen(fakeEngineStatus, port)).rejects.toMatchObject({
      code: 'CDB-E0703',
      exit: EXIT.CONFLICT,
      what: `Cannot serve metrics on ${HOST}:${port}`,
      why: 'another process listens on that port',
    });
  });

  it('says when the address is not ours', async () => {
    const source = viewSource(fakeEngineStatus, () => () => undefined);
    const options = { host: '203.0.113.1', port: 9, source, onFault: () => undefined };
    await expect(listenForScrapes(options)).rejects.toMatchObject({ code: 'CDB-E0703' });
  });
});

describe('viewSource', () => {
  it('looks once a second by itself and stops when it is closed', () => {
    let looks = 0;
    let tick: () => void = () => undefined;
    let ended = false;
    const source = viewSource(
      () => {
        looks += 1;
        return fakeEngineStatus();
      },
      (ms, call) => {
        expect(ms).toBe(1_000);
        tick = call;
        return () => {
          ended = true;
        };
      },
    );
    expect(source.watch()).toBeNull();
    tick();
    expect(looks).toBe(1);
    expect(source.watch()).not.toBeNull();
    source.close();
    expect(ended).toBe(true);
  });
});
