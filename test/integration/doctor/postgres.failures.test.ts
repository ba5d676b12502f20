import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { Clock } from '../../../src/engine/ports/clock.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { doctorPlace } from '../../../src/main/doctor/doctor-place.js';
import { postgresProbes } from '../../../src/main/doctor/postgres-probes.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { ExternalPostgres } from '../postgres/external-postgres.js';
import { alarms, examined, oldSql, one } from './database-bench.js';
import { failure } from './failure.js';

let server: ExternalPostgres;
const clients: pg.Client[] = [];
beforeAll(async () => {
  server = await ExternalPostgres.start();
  await server.run('cdb', ...oldSql('base', '002', '003', 'risk_events_v2'));
});
afterAll(() => server.end());
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
});

function ours(aheadMs: number): Clock {
  const clock = systemClock();
  return { ...clock, nowMs: () => clock.nowMs() + aheadMs };
}

async function connect(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const client = new pg.Client(server.connection);
    await client.connect();
    clients.push(client);
  }
}

async function restart(...settings: readonly string[]): Promise<void> {
  await server.stop();
  await server.startAgain(...settings);
}

describe('probes that are asked again and again', () => {
  it('look at the database anew after a time in which it was away', async () => {
    const env = { CDB_DATABASE_URL: server.url(), CDB_STATE_DIR: '/nowhere' };
    const place = await doctorPlace(new ParsedOptions({}), fakeCommandIo({ env }));
    let laterMs = 0;
    const clock = { ...place.clock, monotonicMs: () => laterMs };
    const { tables } = postgresProbes({ ...place, clock });
    const { signal } = new AbortController();
    await server.stop();
    try {
      await expect(tables.read(signal)).rejects.toThrow();
    } finally {
      await server.startAgain();
    }
    laterMs = 3_600_000;
    expect(await tables.read(signal)).toHaveProperty('value');
    await place.database?.close();
  });
});

describe('a database server', () => {
  it('is well, and nothing is reported', async () => {
    const findings = await examined(server.url());
    expect(alarms(findings)).toEqual([]);
    const server_ = ['reach', 'version', 'writable', 'durable', 'connections', 'clock'];
    for (const id of server_) expect(one(findings, `postgres.${id}`).status, id).toBe('OK');
  });

  failure(43, 'clocks 2.5 s apart are a warning, 6 s a failure, in both directions', async () => {
    const warned = one(await examined(server.url(), { clock: ours(2_500) }), 'postgres.clock');
    expect(warned).toMatchObject({ status: 'WARN', level: 'P1' });
    expect(warned.says).toMatch(/^its clock is -2(?:4\d\d|500) ms from ours, give or take \d+ ms$/);
    for (const aheadMs of [6_000, -6_000]) {
      const findings = await examined(server.url(), { clock: ours(aheadMs) });
      const finding = one(findings, 'postgres.clock');
      expect(finding.status).toBe('FAIL');
      expect(Number(finding.figures['offset_ms'])).toBeCloseTo(-aheadMs, -3);
      expect(alarms(findings)).toHaveLength(1);
    }
    expect(one(await examined(server.url(), { clock: ours(1_500) }), 'postgres.clock').status).toBe(
      'OK',
    );
  });

  it('with few connections left warns, and fails when nearly none is', async () => {
    // 30, of which 3 are for superusers; the look itself takes one or two.
    await connect(21);
    expect(one(await examined(server.url()), 'postgres.connections')).toMatchObject({
      status: 'WARN',
      level: 'P1',
      figures: { connections_max: 27 },
    });
    await connect(4);
    const full = one(await examined(server.url()), 'postgres.connections');
    expect(full.status).toBe('FAIL');
    expect(full.says).toMatch(/^2[67] of 27 connections are used \((?:96|100) %\)$/);
  });

  it('that is away is one finding, and the rest is left out with the reason', async () => {
    await server.stop();
    const findings = await examined(server.url());
    await server.startAgain();
    expect(one(findings, 'postgres.reach')).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(one(findings, 'postgres.reach').says).toContain('ECONNREFUSED');
    expect(one(findings, 'postgres.reach').says).not.toContain(server.password);
    expect(alarms(findings)).toHaveLength(1);
    expect(one(findings, 'schema.required_tables').says).toMatch(
      /^needs postgres\.reach, which is BLOCKER: /,
    );
  });

  it('that reads only is told from a role that does', async () => {
    await restart('default_transaction_read_only=on');
    const all = one(await examined(server.url()), 'postgres.writable');
    await restart();
    expect(all).toMatchObject({
      status: 'BLOCKER',
      level: 'P0',
      says: 'default_transaction_read_only is on for the whole server or database',
    });
    const set = 'ALTER ROLE looks SET default_transaction_read_only = on';
    const rights = 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO looks';
    await server.run('cdb', `CREATE ROLE looks LOGIN PASSWORD '${server.password}'`, set, rights);
    const findings = await examined(server.url({ user: 'looks' }));
    expect(alarms(findings)).toEqual([]);
    expect(one(findings, 'postgres.writable')).toMatchObject({
      status: 'OK',
      says: 'it takes writes, though not from the role used here',
    });
  });

  it('that can lose what was committed warns', async () => {
    await restart('fsync=off');
    const findings = await examined(server.url());
    await restart();
    expect(one(findings, 'postgres.durable')).toMatchObject({
      status: 'WARN',
      level: 'P1',
      says: 'fsync, full_page_writes or synchronous_commit is off',
    });
    expect(alarms(findings)).toHaveLength(1);
  });

  it('that became a standby takes no row', async () => {
    await server.run(
      'cdb',
      `DO $$ BEGIN EXECUTE format('COPY (SELECT 1) TO %L',
        current_setting('data_directory') || '/standby.signal'); END $$`,
    );
    await restart();
    expect(one(await examined(server.url()), 'postgres.writable')).toMatchObject({
      status: 'BLOCKER',
      level: 'P0',
      says: 'it is a standby, which follows another server and takes no row',
    });
  });
});
