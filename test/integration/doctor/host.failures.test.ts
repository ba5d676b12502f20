import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HOST, readingsWith, TEST_CLOCK } from '../../unit/doctor/readings.js';
import { failure } from './failure.js';
import { StackBench } from './stack-bench.js';

let bench = new StackBench();

afterEach(() => {
  bench.remove();
  bench = new StackBench();
});

const POSTGRES = {
  ...({
    version: '18',
    kind: 'external',
    clockErrorMs: 5,
    isReadOnly: false,
    major: 18,
    isStandby: false,
    readsOnlyBy: null,
    isDurable: true,
  } as const),
  ...{ connections: 3, connectionsMax: 100 },
};

describe('a machine that is well', () => {
  it('no check reports anything in a directory where nothing ever ran', async () => {
    const found = await bench.findings();
    expect(found.alarms()).toEqual([]);
    expect(found.well()).toEqual(expect.arrayContaining(['host.disk', 'host.memory']));
    expect(found.of('venue.reach').status).toBe('SKIP');
  });

  it('clocks that agree are named', async () => {
    const url = await bench.serve({ '/health': { body: { status: 'ok' } } });
    bench.env['CDB_DOCTOR_SERVICES'] = `ws=${url}`;
    const found = await bench.findings({ facts: { postgres: { ...POSTGRES, clockOffsetMs: 4 } } });
    expect(found.alarms()).toEqual([]);
    expect(found.of('host.clocks').says).toMatch(/PostgreSQL \+4 ms \(± 5\), ws [+-]\d+ ms/);
  });
});

describe('a machine that is not', () => {
  failure(20, 'a directory leads to a disk that cannot be seen', async () => {
    mkdirSync(bench.state.root);
    symlinkSync('/nowhere/to/be/seen', bench.state.logs);
    const found = await bench.findings();
    const disk = found.of('host.disk');
    expect(disk).toMatchObject({ status: 'WARN', level: 'P2' });
    expect(disk.says).toBe(`${bench.state.logs}: free space is unknown, which is not "enough"`);
    expect(disk.figures['unknown']).toBe(1);
  });

  failure(43, 'the clock of a container is seven seconds behind', async () => {
    const date = new Date(Date.now() - 9_000);
    const url = await bench.serve({ '/health': { body: { status: 'ok' }, date } });
    bench.env['CDB_DOCTOR_SERVICES'] = `risk=${url}`;
    const found = await bench.findings();
    expect(found.of('host.clocks')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('host.clocks').says).toMatch(/^host and risk are [78]\.\d s apart, limit 5 s/);
    expect(found.of('services.answers').status).toBe('OK');
  });

  failure(43, 'database and venue are each within the limit, and apart by more', async () => {
    const server = await bench.serve({
      '/api/v3/time': { body: `{"serverTime":${Date.now() - 3_500}}` },
    });
    bench.env['CDB_FEED_SOURCE'] = 'binance';
    bench.env['CDB_FEED_BINANCE_REST_URL'] = server;
    const facts = { postgres: { ...POSTGRES, clockOffsetMs: 3_500 } };
    const found = await bench.findings({ facts });
    expect(found.of('host.clocks')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('host.clocks').says).toMatch(/^PostgreSQL and binance are [67]\.\d s apart/);
  });

  it('is told below and above each limit of the clocks', async () => {
    const { examine } = await import('../../../src/doctor/examine.js');
    const { HOST_CHECKS } = await import('../../../src/doctor/host/checks.js');
    const statusAt = async (clockOffsetMs: number) => {
      const readings = readingsWith({ host: HOST, postgres: { ...POSTGRES, clockOffsetMs } });
      const nowMs = TEST_CLOCK.nowMs();
      const found = await examine(HOST_CHECKS, {
        ...{ readings, nowMs, limitMs: 1_000, clock: TEST_CLOCK },
      });
      return found.find(({ id }) => id === 'host.clocks')?.status;
    };
    expect(await statusAt(2_005)).toBe('OK');
    expect(await statusAt(-2_006)).toBe('WARN');
    expect(await statusAt(5_005)).toBe('WARN');
    expect(await statusAt(-5_006)).toBe('FAIL');
  });
});

describe('the venue', () => {
  function binance(url: string): void {
    bench.env['CDB_FEED_SOURCE'] = 'binance';
    bench.env['CDB_FEED_BINANCE_REST_URL'] = url;
  }

  it('that answers is measured', async () => {
    binance(await bench.serve({ '/api/v3/time': { body: `{"serverTime":${Date.now()}}` } }));
    const found = await bench.findings();
    expect(found.alarms()).toEqual([]);
    expect(found.well()).toEqual(
      expect.arrayContaining(['venue.reach', 'venue.latency', 'host.clocks']),
    );
    expect(found.of('venue.rate_limit').says).toBe('binance does not say what it has counted');
  });

  it.each([
    [429, 'it asks us to wait'],
    [418, 'it has banned this address'],
    [403, 'its firewall refuses this address'],
    [200, 'its answer is no time'],
  ])('that answers %i is one finding that says what this means', async (status, words) => {
    binance(await bench.serve({ '/api/v3/time': { status, body: '<html>' } }));
    const found = await bench.findings();
    expect(found.of('venue.reach')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('venue.reach').says).toContain(`${words} (${status})`);
    expect(found.alarms()).toHaveLength(1);
  });

  it('is not asked offline', async () => {
    binance('http://127.0.0.1:9');
    const found = await bench.findings({ offline: true });
    expect(found.alarms()).toEqual([]);
    expect(found.of('venue.reach').says).toBe('not examined: --offline asks no venue');
  });

  it('is absent for a feed from a file', async () => {
    bench.env['CDB_FEED_SOURCE'] = join(bench.cwd, 'trades.csv');
    const found = await bench.findings();
    expect(found.of('venue.reach').status).toBe('SKIP');
  });
});
