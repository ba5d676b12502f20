import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chainHash } from '../../../src/adapters/chain-hash.js';
import {
  findRunningPostgres,
  openEmbeddedPostgres,
} from '../../../src/adapters/embedded/embedded-postgres.js';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import { openPgPool, type PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { ensureSchema } from '../../../src/schema/ensure-schema.js';
import { loadMigrations } from '../../../src/schema/migration-files.js';
import type { StackFacts } from '../../../src/view/stack-view.js';
import { auditRow } from '../../contract/audit-rows.js';
import { TestDatabase } from '../postgres/test-database.js';
import { alarms, examined, one } from './database-bench.js';
import { failure } from './failure.js';

const RUN = '33333333-3333-5333-8333-333333333333';
const KEY = 'a key of more than thirty-two characters';
const ROWS = 230;

let database: TestDatabase;
let target: PgTarget;
let keyFile: string;
let directory: string;
beforeAll(async () => {
  database = await TestDatabase.start('external');
  directory = mkdtempSync(join(tmpdir(), 'cdb-key-'));
  keyFile = join(directory, 'key');
  writeFileSync(keyFile, KEY, { mode: 0o600 });
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await database.end();
});
beforeEach(async () => {
  target = await database.create();
});

/** Signals with their decisions, as an engine commits them. */
async function commit(key: string | null = null): Promise<void> {
  const pool = openPgPool(target, 'test');
  const seqs = Array.from({ length: ROWS }, (_, index) => index + 1);
  const named = (seq: number) => ({ run_id: RUN, seq, ord: 0 });
  await postgresAuditStore(pool, chainHash(key)).commit({
    runId: RUN,
    seqFirst: 1,
    seqLast: ROWS,
    digest: 'd',
    rows: {
      signals: seqs.map((seq) => auditRow('signals', { run_id: RUN, signal_id: `sig-${seq}` })),
      risk_events: seqs.map((seq) =>
        auditRow('risk_events', { ...named(seq), decision_pk: `pk-${seq}`, payload: '{"a":1}' }),
      ),
      correlation_ledger: seqs.map((seq) =>
        auditRow('correlation_ledger', { event_pk: `e-${seq}`, signal_id: `sig-${seq}` }),
      ),
    },
  });
  await pool.close();
}

/** As somebody does it who may do everything. */
function tamper(...statements: readonly string[]) {
  return database.run(target.database, 'SET session_replication_role = replica', ...statements);
}

describe('the schema of cdb on an external server', () => {
  it('is well, and nothing is reported', async () => {
    expect(alarms(await examined(target))).toEqual([]);
    await commit();
    const findings = await examined(target);
    expect(alarms(findings)).toEqual([]);
    const judged = ['required_tables', 'migrations', 'version_rows', 'drift', 'audit_chains'];
    for (const id of [...judged, 'ghost_tables', 'repeated_ids', 'finite']) {
      expect(one(findings, `schema.${id}`).status, id).toBe('OK');
    }
  });

  it('that nobody has made yet only has migrations to come, until somebody writes', async () => {
    target = await database.create('template1');
    const findings = await examined(target);
    expect(one(findings, 'schema.required_tables').status).toBe('SKIP');
    expect(one(findings, 'schema.migrations')).toMatchObject({
      status: 'WARN',
      remedy: { command: 'cdb migrate plan', gate: 'migrations' },
    });
    expect(alarms(findings)).toHaveLength(1);
    const streams = [{ name: 'stream.signals', length: 12, maxLength: 10_000 }];
    const stack = { observedAtMs: Date.now(), streams, topics: [], states: [], server: {} };
    const others = { stack: stack as unknown as StackFacts };
    expect(one(await examined(target, { others }), 'schema.required_tables')).toMatchObject({
      status: 'BLOCKER',
      figures: { missing: 20 },
    });
  });

  failure(58, 'the table is dropped under a running engine', async () => {
    await commit();
    await database.run(target.database, 'DROP TABLE risk_events CASCADE');
    const findings = await examined(target);
    expect(one(findings, 'schema.required_tables')).toMatchObject({
      status: 'BLOCKER',
      level: 'P0',
      remedy: { command: 'cdb migrate plan', gate: 'migrations' },
    });
    expect(one(findings, 'schema.required_tables').says).toMatch(
      /^table risk_events is missing \(19 of 20 required tables are there\)/,
    );
    expect(alarms(findings)).toHaveLength(1);
  });

  failure(2, 'a column that the code sends is gone', async () => {
    await database.run(target.database, 'ALTER TABLE risk_events DROP COLUMN reference_pk');
    const finding = one(await examined(target), 'schema.drift');
    expect(finding).toMatchObject({
      status: 'BLOCKER',
      level: 'P0',
      remedy: { command: 'cdb drift' },
    });
    expect(finding.evidence[0]?.what).toContain('column reference_pk of table risk_events');
  });

  failure(3, 'the history says that an index was made, and it is gone', async () => {
    await database.run(target.database, 'DROP INDEX risk_events_symbol_idx');
    expect(one(await examined(target), 'schema.version_rows')).toMatchObject({
      status: 'BLOCKER',
      says: 'the history, but 1 of what it claims is not there: index risk_events_symbol_idx of risk_events (0002_risk_decisions)',
    });
  });

  it('that is behind, interrupted or edited is told with its next command', async () => {
    const run = (...statements: readonly string[]) => database.run(target.database, ...statements);
    const judged = async () => one(await examined(target), 'schema.migrations');
    await run(`UPDATE schema_history SET state = 'started' WHERE version = 11`);
    expect(await judged()).toMatchObject({
      status: 'FAIL',
      level: 'P1',
      figures: { state: 'interrupted' },
      remedy: { command: 'cdb migrate plan', gate: 'migrations' },
    });
    await run('DELETE FROM schema_history WHERE version = 11');
    expect(await judged()).toMatchObject({
      status: 'FAIL',
      says: 'behind: 1 migrations are pending: 0011_schema_history',
    });
    await run(`UPDATE schema_history SET sha256 = repeat('0', 64) WHERE version = 3`);
    expect(await judged()).toMatchObject({
      status: 'FAIL',
      figures: { state: 'edited' },
      remedy: { command: 'cdb explain CDB-E0413' },
    });
  });

  failure(50, 'NaN in a table of figures', async () => {
    await commit();
    await tamper(`UPDATE signals SET price = 'NaN' WHERE signal_id = 'sig-7'`);
    const findings = await examined(target);
    expect(one(findings, 'schema.finite')).toMatchObject({
      status: 'BLOCKER',
      says: 'signals.price is no number (NaN or infinite) in 1 rows',
    });
    expect(alarms(findings)).toHaveLength(1);
  });

  failure(48, 'a row of the audit trail was changed', async () => {
    await commit();
    await tamper(`UPDATE risk_events SET decision = 'ALLOW' WHERE decision_pk = 'pk-228'`);
    const finding = one(await examined(target), 'schema.audit_chains');
    expect(finding).toMatchObject({
      status: 'BLOCKER',
      level: 'P0',
      remedy: { command: 'cdb audit verify' },
    });
    expect(finding.says).toMatch(
      /^risk_events of run 3{8}-.*, position 228: row 228 is not what was written$/,
    );
  });

  failure(48, 'rows of a key that is not at hand fail closed', async () => {
    await commit(KEY);
    const env = { CDB_AUDIT_HMAC_KEY_FILE: keyFile };
    expect(one(await examined(target, { env }), 'schema.audit_chains')).toMatchObject({
      status: 'OK',
      says: 'the last 200 rows of 1 chains hold',
    });
    const finding = one(await examined(target), 'schema.audit_chains');
    expect(finding.status).toBe('BLOCKER');
    expect(finding.says).toMatch(/was hashed with key [0-9a-f]{16}, which is not at hand$/);
    chmodSync(keyFile, 0o644);
    const exposed = one(await examined(target, { env }), 'schema.audit_chains');
    chmodSync(keyFile, 0o600);
    expect(exposed.status).toBe('BLOCKER');
    expect(exposed.says).toContain('the key of the chain: ');
    expect(exposed.says).not.toContain(KEY);
  });

  it('is judged without its rights by a role that may only read', async () => {
    await commit();
    const role = `reader_${target.database}`;
    await database.run(
      target.database,
      `CREATE ROLE ${role} LOGIN PASSWORD '${target.password ?? ''}'`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
    const findings = await examined({ ...target, user: role });
    expect(alarms(findings)).toEqual([]);
    expect(one(findings, 'schema.drift').says).toContain(
      'rights of a role that only reads are not',
    );
  });
});

describe('the embedded database', () => {
  let stateDir: string;
  beforeAll(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'cdb-doctor-own-'));
    chmodSync(stateDir, 0o711);
  });
  afterAll(() => {
    rmSync(stateDir, { recursive: true, force: true, maxRetries: 10 });
  });

  it('is not made by a look', async () => {
    const findings = await examined(null, { stateDir });
    expect(new Set(findings.map(({ status }) => status))).toEqual(new Set(['SKIP']));
    expect(one(findings, 'postgres.reach').says).toBe(
      'not examined: the first cdb run makes the database',
    );
    expect(existsSync(join(stateDir, 'pg'))).toBe(false);
  });

  it('is started for the look and stopped behind it, or used where it runs', async () => {
    const options = { stateDir, owner: 'test', waitForLockMs: 0, clock: systemClock() };
    const server = await openEmbeddedPostgres(options);
    try {
      const files = loadMigrations();
      await withSqlSession(server.connection, 'test', (session) =>
        ensureSchema(session, {
          ...{ files, clock: systemClock(), cdbVersion: 'test', waitForLockMs: 0 },
        }),
      );
      const beside = await examined(null, { stateDir });
      expect(alarms(beside)).toEqual([]);
      expect(one(beside, 'schema.required_tables').status).toBe('OK');
      expect(server.pid()).not.toBeNull();
    } finally {
      await server.stop();
    }
    const alone = await examined(null, { stateDir });
    expect(alarms(alone)).toEqual([]);
    expect(one(alone, 'schema.drift').status).toBe('OK');
    expect(findRunningPostgres(stateDir)).toBeNull();
  });
});
