import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresAuditReader } from '../../../src/adapters/postgres/audit-reader.js';
import { openPgPool, type PgPool } from '../../../src/adapters/postgres/pg-pool.js';
import { isOfStack, STACK_TABLES } from '../../../src/adapters/postgres/stack-tables.js';
import { explain } from '../../../src/engine/explain/explanation.js';
import type { AuditReader } from '../../../src/engine/ports/audit-reader.js';
import { TestDatabase } from './test-database.js';

/** The tables of the reference, as its base file and the hot-fixes of its operators made them. */
const TRADES = `CREATE TABLE trades (id serial PRIMARY KEY, order_id integer, symbol varchar(20) NOT NULL,
  side varchar(10), price decimal(18,8) NOT NULL, size decimal(18,8) NOT NULL,
  status varchar(20) DEFAULT 'filled', execution_price decimal(18,8) NOT NULL,
  slippage_bps decimal(10,2), fees decimal(18,8) DEFAULT 0, timestamp timestamptz DEFAULT now(),
  exchange varchar(20) DEFAULT 'MEXC', metadata jsonb)`;
const RIGHT = `CREATE TABLE risk_events (id serial PRIMARY KEY, timestamp_ms bigint NOT NULL,
  symbol varchar(20) NOT NULL, decision varchar(10) NOT NULL, reason_code varchar(20),
  contract_version varchar(50), payload jsonb, created_at timestamptz DEFAULT now())`;
const WRONG = `CREATE TABLE risk_events (id serial PRIMARY KEY, timestamp timestamptz NOT NULL,
  event_id uuid, signal_id uuid, decision varchar(10) NOT NULL, contract_code varchar(20) NOT NULL,
  reason text, metadata jsonb)`;
const AT = '2026-02-09T12:00:00Z';
const AT_MS = Date.parse(AT);

describe('the database of a stack that cdb did not start', () => {
  let database: TestDatabase;
  const pools: PgPool[] = [];
  beforeAll(async () => {
    database = await TestDatabase.start('external');
  });
  afterAll(async () => {
    for (const pool of pools) await pool.close();
    await database.end();
  });

  async function stack(...statements: readonly string[]): Promise<AuditReader & { pool: PgPool }> {
    const target = await database.create('template1');
    await database.run(target.database, ...statements);
    const pool = openPgPool(target, 'test');
    pools.push(pool);
    return { ...postgresAuditReader(pool, STACK_TABLES), pool };
  }

  const fill = (symbol: string, minute: number) =>
    `INSERT INTO trades (order_id, symbol, side, price, size, execution_price, timestamp, metadata)
     VALUES (7, '${symbol}', 'buy', 100, 0.5, 100.1, timestamptz '${AT}' + ${minute} * interval '1 min',
       '{"strategy_id":"paper"}')`;
  const all = { symbol: null, strategyId: null, windowMs: null, limit: 10 };

  it('is told apart from ours, and from an empty one', async () => {
    expect(await isOfStack((await stack(TRADES)).pool)).toBe(true);
    expect(await isOfStack((await stack('SELECT 1')).pool)).toBe(false);
    const own = openPgPool(await database.create(), 'test');
    pools.push(own);
    expect(await isOfStack(own)).toBe(false);
  });

  it('lists fills, also where the table of decisions is missing', async () => {
    const reader = await stack(TRADES, fill('BTCUSDT', 0), fill('ETHUSDT', 1));
    const { fills, total, newestAtMs } = await reader.fills(all);
    expect(total).toBe(2);
    expect(newestAtMs).toBe(AT_MS + 60_000);
    expect(fills[0]).toMatchObject({
      ...{ symbol: 'BTCUSDT', side: 'buy', status: 'FILLED', qty: '0.50000000' },
      ...{ price: '100.10000000', realizedPnl: null, strategyId: 'paper', atMs: AT_MS },
    });
    expect((await reader.fills({ ...all, symbol: 'ETHUSDT' })).fills).toHaveLength(1);
    const decisions = reader.blocksBy({ by: 'code', windowMs: null, limit: 5 });
    await expect(decisions).rejects.toThrow(/table "risk_events" is missing/);
  });

  it('explains what is there of an id, and asks which table is meant', async () => {
    const reader = await stack(
      TRADES,
      RIGHT,
      fill('BTCUSDT', 0),
      fill('ETHUSDT', 1),
      `INSERT INTO risk_events (timestamp_ms, symbol, decision, reason_code)
       VALUES (${AT_MS}, 'BTCUSDT', 'BLOCK', 'RC_002')`,
    );
    expect(await reader.trace('1')).toEqual({
      found: 'several',
      matches: [
        { kind: 'decision', id: '1', symbol: 'BTCUSDT' },
        { kind: 'fill', id: '1', symbol: 'BTCUSDT' },
      ],
      more: false,
    });
    const decision = await reader.trace('decision:1');
    if (decision.found !== 'one') throw new Error('the decision is there');
    expect(explain(decision.trace)).toMatchObject({
      verdict: { decision: 'BLOCK', code: 'RC_002' },
      judgedAgain: null,
      missing: expect.arrayContaining([expect.stringContaining('what the gate saw')]),
    });
    const filled = await reader.trace('fill:2');
    if (filled.found !== 'one') throw new Error('the fill is there');
    expect(filled.trace.fills[0]).toMatchObject({ symbol: 'ETHUSDT', price: '100.00000000' });
    expect(explain(filled.trace).path.map(({ step }) => step)).toEqual(['fill']);
    expect(await reader.trace('fill:9')).toEqual({
      found: 'none',
      looked: ['risk_events.decision_pk', 'trades.fill_id'],
    });
  });

  it('follows fills that come', async () => {
    const reader = await stack(TRADES, fill('BTCUSDT', 0));
    const { cursor } = await reader.fills(all);
    expect((await reader.fillsAfter(cursor, all, 10)).rows).toEqual([]);
    await reader.pool.use('add', (client) => client.query(fill('ETHUSDT', 1)));
    const page = await reader.fillsAfter(cursor, all, 10);
    expect(page.rows.map(({ symbol }) => symbol)).toEqual(['ETHUSDT']);
    expect((await reader.fillsAfter(page.cursor, all, 10)).rows).toEqual([]);
  });

  it.each([
    [
      'right',
      RIGHT,
      `(timestamp_ms, symbol, decision, reason_code, payload) VALUES
      (${AT_MS}, 'BTCUSDT', 'BLOCK', 'RC_002', '{"side":"BUY"}'),
      (${AT_MS + 1}, 'BTCUSDT', 'ALLOW', NULL, '{}'), (${AT_MS + 2}, 'BTCUSDT', 'BLOCK', 'RC_002', '{}')`,
    ],
    [
      'wrong',
      WRONG,
      `(timestamp, decision, contract_code) VALUES
      ('${AT}', 'BLOCKED', 'RC_002'), ('${AT}', 'APPROVED', ''), ('${AT}', 'BLOCKED', 'RC_002')`,
    ],
  ] as const)('counts refusals in the %s form of the hot-fix', async (_, table, rows) => {
    const reader = await stack(table, `INSERT INTO risk_events ${rows}`);
    const summary = await reader.blocksBy({ by: 'code', windowMs: null, limit: 5 });
    expect(summary).toMatchObject({ blocked: 2, allowed: 1, firstAtMs: AT_MS });
    expect(summary.groups).toMatchObject([{ key: 'RC_002', count: 2 }]);
    const { blocked, cursor } = await reader.blocked({ windowMs: null, limit: 5 });
    expect(blocked).toMatchObject([{ code: 'RC_002' }, { code: 'RC_002' }]);
    expect((await reader.blockedAfter(cursor, 5)).rows).toEqual([]);
  });
});
