import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import { postgresChainReader } from '../../../src/adapters/postgres/chain-reader.js';
import { openPgPool, type PgPool, type PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { CHAIN_COLUMNS, type ChainTable } from '../../../src/engine/domain/row-chain.js';
import { auditRow, type Cells } from '../../contract/audit-rows.js';
import { verdictOf, type Verifying } from '../../contract/chain-check.js';
import { TestDatabase } from './test-database.js';

const RUN = '33333333-3333-5333-8333-333333333333';
const OTHER = '44444444-4444-5444-8444-444444444444';
const ROWS = 10;

let database: TestDatabase;
let target: PgTarget;
let pool: PgPool;

beforeAll(async () => {
  database = await TestDatabase.start('embedded');
});
afterAll(() => database.end());
beforeEach(async () => {
  target = await database.create();
  pool = openPgPool(target, 'chain');
  const store = postgresAuditStore(pool);
  for (const runId of [RUN, OTHER]) {
    for (let seq = 1; seq <= ROWS; seq += 2) {
      const rows = [seq, seq + 1].map((n) => rowsOf(runId, n));
      await store.commit({
        runId,
        seqFirst: seq,
        seqLast: seq + 1,
        digest: `digest-${seq}`,
        rows: {
          risk_events: rows.map(({ risk }) => risk),
          control_events: rows.map(({ control }) => control),
        },
      });
    }
  }
});
afterEach(() => pool.close());

function rowsOf(runId: string, seq: number) {
  const name = `${runId.slice(0, 4)}-${seq}`;
  const payload = JSON.stringify({ price: seq + 0.5, note: `n${seq}`, none: null });
  const keys: Cells = { input_snapshot_hash: 'c'.repeat(64), reference_pk: `ref-${seq}` };
  const risk = { run_id: runId, seq, ord: 0, decision_pk: name, payload, ...keys };
  const scopes = JSON.stringify({ 'symbol:BTCUSDT': 'HALTED', 'strategy:a': 'REDUCING' });
  const control = { run_id: runId, event_pk: name, epoch: seq, message: `m${seq}`, scopes };
  return { risk: auditRow('risk_events', risk), control: auditRow('control_events', control) };
}

/** As somebody does it who may do everything: triggers keep nobody out who can turn them off. */
async function tamper(...statements: readonly string[]): Promise<void> {
  const off = `SET session_replication_role = replica`;
  await database.run(target.database, off, ...statements);
}

async function faultOf(table: ChainTable, runId = RUN, how: Verifying = {}) {
  const verdict = await verdictOf(postgresChainReader(pool), { table, runId }, how);
  return verdict.fault;
}

/** Of a text one character more, of a number one more, of JSON one member more, of a time a microsecond. */
function changed(column: string): string {
  if (column === 'created_at') return `created_at + interval '1 microsecond'`;
  if (column === 'payload') return `payload || '{"x":1}'`;
  if (column === 'scopes') return `scopes || '{"x":1}'`;
  if (['timestamp_ms', 'seq', 'ord', 'epoch'].includes(column)) return `${column} + 100`;
  if (column === 'run_id') return `'elsewhere'`;
  if (column === 'input_snapshot_hash') return `left(${column}, 63)`;
  if (column === 'decision') return `CASE decision WHEN 'ALLOW' THEN 'BLOCK' ELSE 'ALLOW' END`;
  if (column === 'level') return `CASE level WHEN 'HALTED' THEN 'TRADING' ELSE 'HALTED' END`;
  if (column === 'mode') return `CASE mode WHEN 'shadow' THEN 'paper' ELSE 'shadow' END`;
  return `coalesce("${column}", '') || 'x'`;
}

const TABLES: readonly (readonly [ChainTable])[] = [['risk_events'], ['control_events']];
const KEYS: ReadonlySet<string> = new Set(['decision_pk', 'event_pk', 'seq', 'ord']);
const LINKS = ['chain_n', 'chain_prev', 'chain_hash', 'chain_key'] as const;
const CASES = TABLES.flatMap(([table]) =>
  [...CHAIN_COLUMNS[table], ...LINKS].map((column) => [table, column] as const),
);

describe('a chain in PostgreSQL', () => {
  it.each(TABLES)('of %s is whole as it was written, up to the head', async (table) => {
    const verdict = await verdictOf(postgresChainReader(pool), { table, runId: RUN });
    expect(verdict).toMatchObject({ checked: ROWS, unproven: 0, fault: null, head: { n: ROWS } });
  });

  it.each(CASES)('of %s names the row whose %s was changed', async (table, column) => {
    const value =
      column === 'chain_n'
        ? 'chain_n + 50'
        : column.startsWith('chain_')
          ? `left(coalesce("${column}", 'abc'), 5)`
          : changed(column);
    await tamper(
      `UPDATE ${table} SET "${column}" = ${value} WHERE run_id = '${RUN}' AND chain_n = 5`,
    );
    const { fault, keys } = await verdictOf(postgresChainReader(pool), { table, runId: RUN });
    if (column !== 'chain_key') expect(fault).toMatchObject({ n: 5 });
    // It claims a key that nobody has: not proven there, and wrong that none has it behind.
    else
      expect([fault?.n, keys[1]]).toEqual([6, { keyId: 'abc', from: 5, to: 5, isProven: false }]);
  });

  it.each(TABLES)('of %s names a null in the place of a text', async (table) => {
    const [column, there] = table === 'risk_events' ? ['reference_pk', 4] : ['message', 4];
    await tamper(`ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL`);
    await tamper(
      `UPDATE ${table} SET ${column} = NULL WHERE run_id = '${RUN}' AND chain_n = ${there}`,
    );
    expect(await faultOf(table)).toMatchObject({ n: there });
  });

  it.each(TABLES)('of %s names a row that was given another id', async (table) => {
    await tamper(
      `ALTER TABLE ${table} ALTER COLUMN id DROP IDENTITY`,
      `UPDATE ${table} SET id = id + 1000 WHERE run_id = '${RUN}' AND chain_n = 4`,
    );
    const fault = await faultOf(table);
    expect(fault?.n).toBe(table === 'risk_events' ? 5 : 4);
  });

  it.each(TABLES.flatMap(([table]) => [1, 5, ROWS].map((n) => [table, n] as const)))(
    'of %s names position %i when its row is gone',
    async (table, n) => {
      await tamper(`DELETE FROM ${table} WHERE run_id = '${RUN}' AND chain_n = ${n}`);
      expect(await faultOf(table)).toMatchObject({
        n,
        what: expect.stringContaining('missing') as string,
      });
    },
  );

  it.each(TABLES)('of %s names the first row behind a tail that is gone', async (table) => {
    await tamper(`DELETE FROM ${table} WHERE run_id = '${RUN}' AND chain_n > 6`);
    expect(await faultOf(table)).toMatchObject({ n: 7 });
  });

  it.each(TABLES)('of %s names position 1 when nothing is left', async (table) => {
    await tamper(`TRUNCATE ${table}`);
    expect(await faultOf(table)).toMatchObject({ n: 1 });
  });

  it.each(TABLES)('of %s sees by an anchor that tail and head were cut together', async (table) => {
    const prefix = table === 'risk_events' ? 'risk' : 'control';
    const hashAt = `(SELECT chain_hash FROM ${table} WHERE run_id = '${RUN}' AND chain_n = 6)`;
    const whole = await verdictOf(postgresChainReader(pool), { table, runId: RUN });
    await tamper(
      `UPDATE audit_cursor SET ${prefix}_n = 6, ${prefix}_hash = ${hashAt} WHERE run_id = '${RUN}'`,
      `DELETE FROM ${table} WHERE run_id = '${RUN}' AND chain_n > 6`,
    );
    expect(await faultOf(table)).toBeNull();
    const anchored = new Map([[whole.head.n, whole.head.hash]]);
    const fault = await faultOf(table, RUN, { anchored });
    expect(fault).toEqual({ n: 7, what: 'missing: the rows end at 6, the ledger anchors 10' });
  });

  it.each(TABLES)(
    'of %s names the first of two rows whose contents changed places',
    async (table) => {
      const columns = CHAIN_COLUMNS[table].filter((name) => !KEYS.has(name));
      const sets = columns.map((name) => `"${name}" = o."${name}"`).join(', ');
      await tamper(
        `UPDATE ${table} t SET ${sets} FROM ${table} o WHERE t.run_id = '${RUN}' AND o.run_id = '${RUN}'
         AND t.chain_n IN (3, 7) AND o.chain_n = 10 - t.chain_n`,
      );
      expect(await faultOf(table)).toMatchObject({ n: 3 });
    },
  );

  it.each(TABLES)('of %s names the first of two rows that changed positions', async (table) => {
    await tamper(
      'DROP INDEX control_events_chain_idx',
      `UPDATE ${table} SET chain_n = 10 - chain_n WHERE run_id = '${RUN}' AND chain_n IN (3, 7)`,
    );
    expect(await faultOf(table)).toMatchObject({ n: 3 });
  });

  it.each(TABLES)('of %s names where a forged row was put in', async (table) => {
    const columns = CHAIN_COLUMNS[table].map((name) => `"${name}"`);
    const given = columns.map((name) => {
      if (name === '"decision_pk"' || name === '"event_pk"') return `'forged'`;
      return name === '"ord"' ? '7' : name;
    });
    await tamper(
      `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${given.join(', ')} FROM ${table}
       WHERE run_id = '${RUN}' AND chain_n = 4`,
    );
    // By its input it lies behind position 4, by its id behind all others.
    const n = table === 'risk_events' ? 5 : ROWS + 1;
    expect(await faultOf(table)).toMatchObject({
      n,
      what: expect.stringContaining('without a position') as string,
    });
  });

  it.each(TABLES)('of %s names a forged row that claims the next position', async (table) => {
    const columns = CHAIN_COLUMNS[table].map((name) => `"${name}"`);
    const given = columns.map((name) => {
      if (name === '"decision_pk"' || name === '"event_pk"') return `'forged'`;
      return name === '"seq"' ? '99' : name;
    });
    await tamper(
      `INSERT INTO ${table} (${columns.join(', ')}, chain_n, chain_prev, chain_hash)
       SELECT ${given.join(', ')}, 11, chain_hash, repeat('e', 64) FROM ${table}
       WHERE run_id = '${RUN}' AND chain_n = 10`,
    );
    expect(await faultOf(table)).toMatchObject({ n: 11 });
  });

  it.each([
    ['risk_n', 'risk_n - 1', 11],
    ['risk_n', 'risk_n + 1', 11],
    ['risk_hash', `repeat('0', 64)`, 11],
    ['risk_since', '5', 1],
    ['risk_since', 'NULL', 1],
  ])('names the position that the edited head (%s = %s) gives away', async (column, value, n) => {
    await tamper(`UPDATE audit_cursor SET ${column} = ${value} WHERE run_id = '${RUN}'`);
    expect(await faultOf('risk_events')).toMatchObject({ n });
  });

  it('names a run whose cursor is gone, and one that got rows of another', async () => {
    await tamper(`DELETE FROM audit_cursor WHERE run_id = '${RUN}'`);
    expect(await faultOf('risk_events')).toMatchObject({ n: 1 });
    expect(await faultOf('risk_events', OTHER)).toBeNull();
    await tamper(`UPDATE risk_events SET run_id = 'new' WHERE run_id = '${OTHER}'`);
    expect(await postgresChainReader(pool).runs('', 10)).toEqual([RUN, OTHER, 'new']);
    expect(await faultOf('risk_events', 'new')).toMatchObject({ n: 1 });
    expect(await faultOf('risk_events', OTHER)).toMatchObject({ n: 1 });
  });

  it('refuses to change, delete or truncate what is chained, as long as its triggers stand', async () => {
    for (const statement of [
      'UPDATE risk_events SET ord = 9 WHERE seq = 1',
      'DELETE FROM risk_events',
      'TRUNCATE risk_events',
      'TRUNCATE audit_anchors',
    ]) {
      await expect(database.run(target.database, statement)).rejects.toThrow('append-only');
    }
  });
});
