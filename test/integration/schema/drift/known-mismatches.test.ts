import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PgTarget } from '../../../../src/adapters/postgres/pg-pool.js';
import { withReadSession } from '../../../../src/adapters/postgres/sql-client.js';
import { sqlStatement } from '../../../../src/engine/ports/sql-statement.js';
import { compareEntries } from '../../../../src/schema/contracts/compare-entries.js';
import { compareForeign } from '../../../../src/schema/contracts/compare-foreign.js';
import { loadContracts } from '../../../../src/schema/contracts/load-contracts.js';
import { prepareForeign } from '../../../../src/schema/drift/prepare-foreign.js';
import { foreignStatements } from '../../../../src/schema/sql/foreign-source.js';
import { loadSqlParser } from '../../../../src/schema/sql/parse-sql.js';
import { TestDatabase } from '../../postgres/test-database.js';
import { allFindings, brief, drift } from './drift-fixture.js';
import {
  FRESH_VOLUME,
  HOT_FIX_RIGHT,
  HOT_FIX_TOO_SHORT,
  HOT_FIX_WRONG,
} from './reference-tables.js';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
const CONTRACT_D = loadContracts(join(FIXTURES, 'contracts/d'));
const CONTRACTS_F = loadContracts(join(FIXTURES, 'contracts/f'));
const CONTRACT_F = new Map([...CONTRACTS_F].filter(([table]) => table === 'risk_events'));

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.start('external');
});
afterAll(() => database.end());

function source(name: string) {
  return foreignStatements(name, readFileSync(join(FIXTURES, 'reference-sources', name), 'utf8'));
}

/** The first INSERT of a service of the reference, as a statement that can be prepared. */
function insertOf(name: string) {
  return [sqlStatement('risk_insert', source(name)[0]!.statement.text)];
}

/** A database of somebody else, with nothing of ours. */
async function foreign(...sql: readonly string[]): Promise<PgTarget> {
  const target = await database.create('template1');
  await database.run(target.database, ...sql, 'SELECT 1');
  return target;
}

async function ours(...sql: readonly string[]): Promise<PgTarget> {
  const target = await database.create();
  await database.run(target.database, ...sql);
  return target;
}

async function risk(target: PgTarget, contracts: typeof CONTRACT_D, name: string) {
  const statements = insertOf(name);
  const report = await drift(target, { contracts, statements, engineStatements: statements });
  return allFindings(report);
}

async function found(target: PgTarget) {
  return allFindings(await drift(target)).map(brief);
}

describe('the founding incident', () => {
  it('1: a table that is missing, with the statement that fails', async () => {
    expect((await risk(await foreign(), CONTRACT_D, 'risk_6.py')).map(brief)).toEqual([
      'FAIL table missing risk_events',
      'FAIL statement risk_events.risk_insert',
    ]);
  });

  it('1: the hot-fix from memory, with every column that is not as the code sends it', async () => {
    const findings = await risk(await foreign(HOT_FIX_WRONG), CONTRACT_D, 'risk_6.py');
    expect(findings.map(brief)).toEqual([
      'FAIL column missing risk_events.timestamp_ms',
      'FAIL column missing risk_events.symbol',
      'FAIL column missing risk_events.reason_code',
      'FAIL column missing risk_events.contract_version',
      'FAIL column missing risk_events.payload',
      'FAIL column extra risk_events.timestamp',
      'FAIL column extra risk_events.event_id',
      'FAIL column extra risk_events.signal_id',
      'FAIL column extra risk_events.contract_code',
      'WARN column extra risk_events.reason',
      'WARN column extra risk_events.metadata',
      'FAIL statement risk_events.risk_insert',
    ]);
    expect(findings.at(-1)?.words).toContain('column "timestamp_ms" of relation "risk_events"');
  });

  it('1: a table without migration 005, for code that sends eight columns', async () => {
    const findings = await risk(await foreign(HOT_FIX_RIGHT), CONTRACT_F, 'risk_8.py');
    expect(findings.map(brief)).toEqual([
      'FAIL column missing risk_events.decision_pk',
      'FAIL column missing risk_events.input_snapshot_hash',
      'FAIL constraint missing risk_events.risk_events_decision_pk_key',
      'FAIL index missing risk_events.idx_risk_events_timestamp',
      'FAIL index missing risk_events.idx_risk_events_symbol',
      'FAIL statement risk_events.risk_insert',
    ]);
  });

  it('2: ten characters for a text of twenty', async () => {
    expect(await risk(await foreign(HOT_FIX_TOO_SHORT), CONTRACT_D, 'risk_6.py')).toMatchObject([
      { kind: 'type', subject: 'contract_version', expected: 'varchar(50)', found: 'varchar(10)' },
    ]);
  });

  it('the hot-fix that was right is found right', async () => {
    expect(await risk(await foreign(HOT_FIX_RIGHT), CONTRACT_D, 'risk_6.py')).toEqual([]);
  });

  it('3, 13: version rows say that all is there, the tables are not', async () => {
    const target = await foreign(...FRESH_VOLUME);
    const findings = allFindings(
      await drift(target, { contracts: CONTRACTS_F, statements: [], engineStatements: [] }),
    );
    expect(findings.filter(({ kind }) => kind === 'table missing').map(brief)).toEqual([
      'FAIL table missing blocked_decisions',
      'FAIL table missing correlation_ledger',
      'FAIL table missing risk_events',
    ]);
  });
});

describe('what a writer writes and its table refuses', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      '3: a signal without a side',
      [
        'ALTER TABLE signals DROP CONSTRAINT signals_signal_type_check',
        "ALTER TABLE signals ADD CHECK (signal_type IN ('buy', 'sell'))",
      ],
      ['FAIL constraint differs signals.signals_signal_type_check'],
    ],
    [
      '4: a fill in parts',
      [
        'ALTER TABLE trades DROP CONSTRAINT trades_status_check',
        "ALTER TABLE trades ADD CHECK (status IN ('filled', 'partial', 'cancelled'))",
      ],
      ['FAIL constraint differs trades.trades_status_check'],
    ],
    [
      '5: an order that failed or is filled in parts',
      [
        'ALTER TABLE orders DROP CONSTRAINT orders_status_check',
        `ALTER TABLE orders ADD CHECK (status IN
           ('pending', 'submitted', 'filled', 'partial', 'cancelled', 'rejected'))`,
      ],
      ['FAIL constraint differs orders.orders_status_check'],
    ],
    [
      '6: an exposure above the whole',
      [
        'ALTER TABLE portfolio_snapshots ALTER COLUMN total_exposure_pct TYPE numeric(5, 4)',
        'ALTER TABLE portfolio_snapshots ADD CHECK (total_exposure_pct BETWEEN 0 AND 1)',
      ],
      [
        'FAIL type portfolio_snapshots.total_exposure_pct',
        'FAIL constraint extra portfolio_snapshots.portfolio_snapshots_total_exposure_pct_check',
      ],
    ],
    [
      '7: a second position after a close',
      ['ALTER TABLE positions ADD UNIQUE (symbol)'],
      ['FAIL constraint extra positions.positions_symbol_key'],
    ],
    [
      '8: ids that are texts in a column of numbers',
      [
        'DROP INDEX orders_signal_id_idx',
        'ALTER TABLE orders DROP COLUMN signal_id',
        'ALTER TABLE orders ADD COLUMN signal_id bigint REFERENCES signals (id)',
      ],
      [
        'FAIL type orders.signal_id',
        'FAIL constraint extra orders.orders_signal_id_fkey',
        'FAIL statement orders.insert_orders',
      ],
    ],
    [
      '9: an order id that has no column',
      ['ALTER TABLE orders DROP COLUMN order_id'],
      ['FAIL column missing orders.order_id', 'FAIL statement orders.insert_orders'],
    ],
    [
      '10: a market order without a price',
      ['ALTER TABLE orders ALTER COLUMN price SET NOT NULL'],
      ['FAIL nullability orders.price'],
    ],
    [
      '11: more filled than was ordered',
      ['ALTER TABLE orders ADD CHECK (filled_size BETWEEN 0 AND size)'],
      ['FAIL constraint extra orders.orders_check'],
    ],
  ])('%s', async (_what, sql, expected) => {
    expect(await found(await ours(...sql))).toEqual(expect.arrayContaining([...expected]));
  });

  it('names the column and the values of a check', async () => {
    const target = await ours(
      'ALTER TABLE trades DROP CONSTRAINT trades_status_check',
      "ALTER TABLE trades ADD CHECK (status IN ('filled', 'partial', 'cancelled'))",
    );
    const [finding] = allFindings(await drift(target));
    expect(finding?.expected).toContain('(status)::text = ANY');
    expect(finding?.expected).toContain('partially_filled');
    expect(finding?.found).not.toContain('partially_filled');
  });
});

describe('what panels ask for', () => {
  it('12, 40: columns that the tables never had', async () => {
    const parser = await loadSqlParser();
    const { findings } = compareForeign(parser, source('dashboard.json'), loadContracts(), []);
    expect(findings.map(brief)).toEqual([
      'FAIL column missing trades.quantity',
      'FAIL column missing signals.pct_change',
      'FAIL column missing signals.reason',
    ]);
  });

  it('12, 40: and arithmetic that a time does not take, on the live database', async () => {
    const parser = await loadSqlParser();
    const target = await ours('SELECT 1');
    const findings = await withReadSession(target, 'test', (session) =>
      prepareForeign(session, parser, source('dashboard.json')),
    );
    expect(findings.map(({ table, words }) => [table, words])).toEqual([
      ['trades', expect.stringContaining('column "quantity" does not exist')],
      ['signals', expect.stringContaining('column "pct_change" does not exist')],
      ['trades', expect.stringContaining('timestamp with time zone / integer')],
    ]);
    expect(findings.map(({ subject }) => subject)).toEqual([
      'dashboard.json:5',
      'dashboard.json:9',
      'dashboard.json:13',
    ]);
  });
});

const FILL = (key: string, order: string, at: string, side = 'buy') =>
  `INSERT INTO trades (fill_id, order_id, run_id, symbol, side, price, size, execution_price, timestamp)
   VALUES ('${key}', '${order}', 'r', 'BTCUSDT', '${side}', 1, 1, 1, '${at}')`;

describe('what is really written', () => {
  it('9: nothing is sold while exposure blocks everything', async () => {
    const blocked = `INSERT INTO blocked_decisions
      (decision_pk, signal_id, decision_id, symbol, reason_code, timestamp_ms)
      SELECT 'd' || n, 's' || n, 'd' || n, 'BTCUSDT', 'RK_EXPOSURE', 1770000000000 + n * 20000
      FROM generate_series(1, 40) n`;
    const bought = FILL('f', 'o', '2026-02-02T02:40:00Z');
    expect(await found(await ours(bought, blocked))).toEqual([
      'FAIL value blocked_decisions.reason_code',
    ]);
    const words = allFindings(await drift(await ours(bought, blocked)))[0]?.words;
    expect(words).toContain('column reason_code of table blocked_decisions');
    expect(words).toContain('column side of table trades');
    const sold = FILL('g', 'p', '2026-02-02T02:50:00Z', 'sell');
    expect(await found(await ours(bought, sold, blocked))).toEqual([]);
  });

  it('14: an order that was overwritten when its id came again', async () => {
    const order = `INSERT INTO orders (order_id, run_id, symbol, side, size, created_at)
      VALUES ('ord-1', 'r', 'BTCUSDT', 'buy', 1, '2026-02-03T00:00:00Z')`;
    expect(await found(await ours(order, FILL('f', 'ord-1', '2026-02-02T00:00:00Z')))).toEqual([
      'FAIL value orders.order_id, created_at',
    ]);
    expect(await found(await ours(order, FILL('f', 'ord-1', '2026-02-03T00:00:01Z')))).toEqual([]);
  });

  it('16: the text of a missing value, a field that is missing and one that nobody knows', () => {
    const entry = { type: 'order_result', order_id: 'None', price: 'null', venue: 'x' };
    const findings = compareEntries('stream.fills', [{ id: '1-0', fields: entry }]);
    const named = findings.map(({ level, kind, field }) => `${level} ${kind} ${field}`);
    expect(named).toEqual([
      'FAIL field missing client_id',
      'FAIL field missing strategy_id',
      'FAIL field missing symbol',
      'FAIL field missing side',
      'FAIL field missing timestamp',
      'FAIL field missing status',
      'FAIL field missing quantity',
      'FAIL field missing filled_quantity',
      'FAIL field missing metadata',
      'FAIL no value order_id',
      'FAIL no value price',
      'WARN field unknown venue',
    ]);
  });

  it('31: ids that come again after a restart', async () => {
    const signal = (at: string) =>
      `INSERT INTO signals (signal_id, run_id, symbol, signal_type, strategy_id, price, confidence, timestamp)
       VALUES ('sig-1', 'r', 'BTCUSDT', 'buy', 's', 1, 1, '${at}')`;
    const target = await ours(
      'ALTER TABLE signals DROP CONSTRAINT signals_signal_id_key',
      signal('2026-02-02T00:00:00Z'),
      signal('2026-02-03T00:00:00Z'),
    );
    expect(await found(target)).toEqual(
      expect.arrayContaining([
        'FAIL constraint missing signals.signals_signal_id_key',
        'FAIL value signals.signal_id',
      ]),
    );
  });

  it('42: two writers of the same fills', async () => {
    const fills = [1, 2, 3].flatMap((n) => [
      FILL(`execution-${n}`, `o-${n}`, `2026-02-02T00:00:0${n}Z`),
      FILL(`writer-${n}`, `o-${n}`, `2026-02-02T00:00:0${n}Z`),
    ]);
    expect(await found(await ours(...fills))).toEqual([
      'FAIL value trades.order_id, side, size, execution_price, timestamp',
    ]);
  });
});

describe('the INSERT of a foreign file', () => {
  const parser = loadSqlParser();
  const compare = async (
    name: string,
    contracts: typeof CONTRACT_D,
    tables: readonly string[] = [],
  ) => compareForeign(await parser, source(name), contracts, tables).findings.map(brief);

  it('matches the contract of its time', async () => {
    expect(await compare('risk_6.py', CONTRACT_D)).toEqual([]);
    expect(await compare('risk_8.py', CONTRACTS_F)).toEqual([]);
  });

  it('fails with the columns that the contract has too much or too little', async () => {
    expect(await compare('risk_6.py', CONTRACT_F)).toEqual([
      'FAIL insert column not in code risk_events.decision_pk',
      'FAIL insert column not in code risk_events.input_snapshot_hash',
    ]);
    expect(await compare('risk_8.py', CONTRACT_D, ['risk_events'])).toEqual([
      'FAIL insert column not in contract risk_events.decision_pk',
      'FAIL insert column not in contract risk_events.input_snapshot_hash',
    ]);
  });

  it('fails where there is none, and where there is no contract', async () => {
    expect(await compare('risk_8.py', CONTRACTS_F, ['correlation_ledger'])).toEqual([
      'FAIL insert missing correlation_ledger',
    ]);
    expect(await compare('risk_8.py', CONTRACT_D, ['blocked_decisions'])).toEqual([
      'FAIL contract missing blocked_decisions.risk_8.py:12',
    ]);
  });

  it('only warns of another order', async () => {
    const contract = CONTRACT_D.get('risk_events')!;
    const turned = { ...contract, insert_columns: contract.insert_columns.toReversed() };
    expect(await compare('risk_6.py', new Map([['risk_events', turned]]))).toEqual([
      'WARN insert order risk_events.timestamp_ms',
    ]);
  });
});
