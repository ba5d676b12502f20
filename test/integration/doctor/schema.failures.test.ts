import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import type { ServiceAnswer } from '../../../src/doctor/services/facts.js';
import { TestDatabase } from '../postgres/test-database.js';
import { alarms, examined, oldSql, one } from './database-bench.js';
import { failure } from './failure.js';
import { decisions, ledger, orders, POSITION, signals, trades } from './stack-rows.js';

/** As of February: six columns, no ledger yet. */
const FEBRUARY = oldSql('base', '002', '003', 'risk_events_v2');
/** As of June, whole: every migration ran. */
const JUNE = [
  ...oldSql('base', 'candles', '002', '003', '004_add_risk_events', '004_governance_v0'),
  'ALTER TABLE risk_events ALTER COLUMN reason_code TYPE varchar(20)',
  ...oldSql('005', '006', '007', '008', '009', '010', '011', '013'),
  `INSERT INTO schema_version (version) VALUES ('1.0.10'), ('1.1.0'), ('1.1.1')`,
];
const ROWS_FEBRUARY = [signals(30), decisions(30), orders(30), trades(30), POSITION];
const ROWS_JUNE = [
  ...[signals(30), decisions(30, 'eight'), orders(30), trades(30), POSITION],
  ledger(30),
];

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.start('external');
});
afterAll(() => database.end());

async function stack(...statements: readonly string[]): Promise<PgTarget> {
  const target = await database.create('template1');
  await database.run(target.database, ...statements);
  return target;
}

function healthy(service: string): ServiceAnswer {
  return {
    service,
    url: 'http://127.0.0.1:8002',
    fault: null,
    health: { status: 200, body: { status: 'ok' } },
    status: null,
    series: null,
    observedAtMs: Date.now(),
  };
}

describe('the schema of a stack that cdb did not start', () => {
  it.each([
    ['February', [...FEBRUARY, ...ROWS_FEBRUARY]],
    ['June', [...JUNE, ...ROWS_JUNE]],
    ['February, before the first row', FEBRUARY],
    ['June, before the first row', JUNE],
  ])('is well as of %s, and nothing is reported', async (_, statements) => {
    const findings = await examined(await stack(...statements));
    expect(alarms(findings)).toEqual([]);
    expect(one(findings, 'schema.required_tables').status).toBe('OK');
    expect(one(findings, 'schema.migrations')).toMatchObject({
      status: 'SKIP',
      says: 'a stack that cdb did not start has no history of our migrations',
    });
  });

  it('had rows in every twin that is judged by rows', async () => {
    const findings = await examined(await stack(...JUNE, ...ROWS_JUNE));
    const judged = ['ghost_tables', 'lost_writes', 'repeated_ids', 'duplicate_writers'];
    for (const id of [...judged, 'duplicate_trades', 'finite', 'drift', 'version_rows']) {
      expect(one(findings, `schema.${id}`).status, id).toBe('OK');
    }
  });

  failure(1, 'risk_events missing while every service is healthy', async () => {
    const target = await stack(...oldSql('base', '002', '003'), signals(30));
    const others = { services: [healthy('cdb_risk')] };
    const findings = await examined(target, { others });
    const finding = one(findings, 'schema.required_tables');
    expect(finding).toMatchObject({
      status: 'BLOCKER',
      level: 'P0',
      says: 'table risk_events is missing (4 of 5 required tables are there): risk decisions are not persisted',
      remedy: {
        command: 'cdb migrate plan',
        gate: 'migrations',
        instead: [{ does: 'turn persistence off (not recommended, only as a stop-gap)' }],
        testsAfter: [
          'restart only risk',
          'produce a signal',
          'its log shows persistence instead of the error',
          'rows of risk_events are more than 0 (SELECT count(*))',
        ],
      },
    });
    expect(finding.evidence.map(({ what }) => what)).toEqual([
      "to_regclass('risk_events') is null; risk writes it",
      'healthy meanwhile: cdb_risk',
    ]);
    expect(alarms(findings)).toHaveLength(1);
  });

  failure(2, 'the hot-fix with assumed columns', async () => {
    const target = await stack(...oldSql('base', '002', '003', 'risk_events_v1'));
    const finding = one(await examined(target), 'schema.drift');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0', figures: { fail: 9 } });
    expect(finding.says).toBe(
      '9 differences, the first: column timestamp_ms of table risk_events does not exist: every INSERT fails',
    );
  });

  failure(2, 'the hot-fix with a contract version of ten characters', async () => {
    const short = 'ALTER TABLE risk_events ALTER COLUMN contract_version TYPE varchar(10)';
    const findings = await examined(await stack(...FEBRUARY, short));
    expect(one(findings, 'schema.drift')).toMatchObject({
      status: 'BLOCKER',
      says: '1 difference, the first: column contract_version of table risk_events is character varying(10), the services send texts of up to 20 characters',
    });
    expect(alarms(findings)).toHaveLength(1);
  });

  failure(2, 'the table of February under the code of June', async () => {
    const target = await stack(...oldSql('base', 'candles', '002', '003', '006', '011'));
    await database.run(target.database, ...oldSql('risk_events_v2'));
    expect(one(await examined(target), 'schema.drift')).toMatchObject({
      status: 'BLOCKER',
      says: '2 differences, the first: column decision_pk of table risk_events does not exist: every INSERT fails',
    });
  });

  failure(3, 'a fresh volume that claims the newest version', async () => {
    const target = await stack(
      ...oldSql('base', 'candles', '002', '003', '011', '013'),
      `INSERT INTO schema_version (version) VALUES ('1.0.10'), ('1.1.0'), ('1.1.1')`,
    );
    const findings = await examined(target);
    const finding = one(findings, 'schema.version_rows');
    expect(finding).toMatchObject({
      status: 'BLOCKER',
      level: 'P0',
      figures: { claimed: '1.1.1', absent: 7 },
      remedy: { command: 'cdb migrate plan', gate: 'migrations' },
    });
    expect(finding.says).toMatch(
      /^schema_version says 1\.1\.1, but 7 of what it claims is not there: migration 004 risk_events \(1\.0\.3\), migration 005/,
    );
    expect(one(findings, 'schema.required_tables')).toMatchObject({
      status: 'BLOCKER',
      figures: { tables: 'risk_events blocked_decisions correlation_ledger' },
    });
  });

  failure(7, 'positions that no service ever writes', async () => {
    const findings = await examined(
      await stack(...FEBRUARY, signals(30), decisions(30), trades(287)),
    );
    expect(one(findings, 'schema.ghost_tables')).toMatchObject({
      status: 'FAIL',
      level: 'P1',
      says: 'table positions has 0 rows while trades has 287: nobody writes it',
    });
    expect(alarms(findings)).toHaveLength(1);
  });

  failure(7, 'decisions that nobody writes although the table is there', async () => {
    const findings = await examined(await stack(...FEBRUARY, signals(30)));
    expect(one(findings, 'schema.ghost_tables')).toMatchObject({
      status: 'BLOCKER',
      says: 'table risk_events has 0 rows while signals has 30: nobody writes it',
    });
  });

  failure(16, 'a null that the writer sends is refused, and the row is lost', async () => {
    const target = await stack(...FEBRUARY, ...ROWS_FEBRUARY);
    const refused = `INSERT INTO signals (symbol, signal_type, price, confidence) VALUES ('BTCUSDT', NULL, 1, 0.5)`;
    await expect(database.run(target.database, refused)).rejects.toThrow('null value');
    await database.run(
      target.database,
      `INSERT INTO signals (symbol, signal_type, price, confidence) VALUES ('BTCUSDT', 'buy', 1, 0.5)`,
    );
    expect(one(await examined(target), 'schema.lost_writes')).toMatchObject({
      status: 'WARN',
      level: 'P1',
      says: '1 numbers of signals have no row (31 rows in 60 min): their INSERTs were refused or rolled back',
    });
  });

  failure(45, 'one write that failed and was not tried again', async () => {
    const target = await stack(...FEBRUARY, ...ROWS_FEBRUARY);
    await database.run(target.database, 'BEGIN', trades(3), 'ROLLBACK');
    await database.run(target.database, trades(1));
    const findings = await examined(target);
    expect(one(findings, 'schema.lost_writes')).toMatchObject({
      status: 'WARN',
      figures: { lost: 3 },
      says: '3 numbers of trades have no row (31 rows in 60 min): their INSERTs were refused or rolled back',
    });
  });

  failure(45, 'writes that all fail from now on', async () => {
    const target = await stack(...FEBRUARY, ...ROWS_FEBRUARY);
    await database.run(target.database, 'BEGIN', trades(4), 'ROLLBACK');
    expect(one(await examined(target), 'schema.lost_writes')).toMatchObject({
      status: 'WARN',
      figures: { lost: 4 },
    });
  });

  failure(31, 'ids that begin again after a restart', async () => {
    const again = `INSERT INTO risk_events (timestamp_ms, symbol, decision, contract_version, payload, decision_pk)
      SELECT timestamp_ms + 60000, symbol, decision, contract_version, payload, 'again-' || id
      FROM risk_events WHERE id <= 12`;
    const findings = await examined(await stack(...JUNE, ...ROWS_JUNE, again));
    expect(one(findings, 'schema.repeated_ids')).toMatchObject({
      status: 'BLOCKER',
      level: 'P0',
      figures: { repeated: 12 },
    });
    expect(one(findings, 'schema.repeated_ids').says).toMatch(
      /^12 of 30 signal ids in risk_events stand for several moments, such as sig-1/,
    );
  });

  failure(31, 'entries of the ledger that vanish as known ones', async () => {
    const target = await stack(...JUNE, signals(30), decisions(30, 'eight'), ledger(30, 12));
    expect(one(await examined(target), 'schema.repeated_ids')).toMatchObject({
      status: 'BLOCKER',
      says: 'correlation_ledger +12 while signals +30: 18 entries were taken for known',
      figures: { ledger_short: 18 },
    });
  });

  failure(42, 'two services write the same trades', async () => {
    const target = await stack(...FEBRUARY, signals(30), decisions(30), orders(30), POSITION);
    await database.run(target.database, trades(30), trades(27, `'second-' || n`));
    const findings = await examined(target);
    expect(one(findings, 'schema.duplicate_writers')).toMatchObject({
      status: 'FAIL',
      level: 'P1',
      says: '57 trades for 30 filled orders (ratio 1.90, at most 1.05)',
    });
    expect(alarms(findings)).toHaveLength(1);
  });

  failure(42, 'two services write the same orders', async () => {
    const target = await stack(
      ...FEBRUARY,
      signals(30),
      decisions(30),
      orders(30),
      trades(30),
      POSITION,
    );
    await database.run(target.database, orders(30, { approved: false, key: 'second' }));
    expect(one(await examined(target), 'schema.duplicate_writers')).toMatchObject({
      status: 'FAIL',
      says: '30 of 60 orders stand there twice, once approved and once not',
      figures: { twin_orders: 30 },
    });
  });

  failure(55, 'the same trade of the venue twice', async () => {
    const target = await stack(...FEBRUARY, ...ROWS_FEBRUARY);
    await database.run(target.database, trades(1));
    expect(one(await examined(target), 'schema.duplicate_trades')).toMatchObject({
      status: 'FAIL',
      says: '1 of 31 trades repeat venue, symbol and trade id of another',
    });
  });

  failure(48, 'rows of the mirror without a hash', async () => {
    const row = (hash: string) =>
      `INSERT INTO audit_trail (service_name, action_type, integrity_hash, integrity_algo)
       VALUES ('risk', 'x', ${hash})`;
    const signed = await stack(...JUNE, row(`'ab', 'hmac-sha256'`));
    expect(one(await examined(signed), 'schema.audit_chains')).toMatchObject({
      status: 'WARN',
      says: '1 rows of audit_trail carry a hash whose key cdb does not have: nobody has verified them here',
    });
    await database.run(signed.database, row('NULL, NULL'));
    expect(one(await examined(signed), 'schema.audit_chains')).toMatchObject({
      status: 'BLOCKER',
      says: '1 of 2 rows of audit_trail have no integrity hash or algorithm',
    });
  });

  failure(50, 'NaN in a table of figures', async () => {
    const target = await stack(...FEBRUARY, ...ROWS_FEBRUARY);
    await database.run(
      target.database,
      `UPDATE positions SET size = 'NaN', entry_price = 'NaN'`,
      `UPDATE trades SET price = 'NaN' WHERE id <= 2`,
    );
    const finding = one(await examined(target), 'schema.finite');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0', figures: { rows: 4 } });
    expect(finding.evidence.map(({ what }) => what).sort()).toEqual([
      'positions.entry_price is no number (NaN or infinite) in 1 rows',
      'positions.size is no number (NaN or infinite) in 1 rows',
      'trades.price is no number (NaN or infinite) in 2 rows',
    ]);
  });

  failure(58, 'the table is dropped while fills go on', async () => {
    const target = await stack(...JUNE, ...ROWS_JUNE);
    expect(alarms(await examined(target))).toEqual([]);
    await database.run(target.database, 'DROP TABLE risk_events', trades(40, `'later-' || n`));
    const others = { services: [healthy('cdb_risk'), healthy('cdb_execution')] };
    const findings = await examined(target, { others });
    expect(one(findings, 'schema.required_tables')).toMatchObject({
      status: 'BLOCKER',
      level: 'P0',
    });
    expect(one(findings, 'schema.required_tables').evidence.at(-1)?.what).toBe(
      'healthy meanwhile: cdb_risk, cdb_execution',
    );
  });

  it('says what a role that may not read has left out, and is not OK about it', async () => {
    const target = await stack(...FEBRUARY, ...ROWS_FEBRUARY);
    const role = `reader_${target.database}`;
    await database.run(
      target.database,
      `CREATE ROLE ${role} LOGIN PASSWORD '${target.password ?? ''}'`,
    );
    const findings = await examined({ ...target, user: role });
    expect(alarms(findings)).toEqual([]);
    const left = ['ghost_tables', 'finite', 'repeated_ids', 'duplicate_writers', 'lost_writes'];
    for (const id of left) expect(one(findings, `schema.${id}`).status, id).toBe('SKIP');
    expect(one(findings, 'schema.required_tables').status).toBe('OK');
  });
});
