import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresAuditReader } from '../../../src/adapters/postgres/audit-reader.js';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import { openPgPool, type PgPool } from '../../../src/adapters/postgres/pg-pool.js';
import { postgresShardStore } from '../../../src/adapters/postgres/shard-store.js';
import type { AuditReader } from '../../../src/engine/ports/audit-reader.js';
import { auditRow, type Cells } from '../../contract/audit-rows.js';
import { SERVER_KINDS, TestDatabase } from './test-database.js';

const RUN = '33333333-3333-5333-8333-333333333333';
const OLD_RUN = '44444444-4444-5444-8444-444444444444';
const START_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

const NO_FILTER = { symbol: null, strategyId: null };

let database: TestDatabase;
let pool: PgPool;
let emptyPool: PgPool;
let reader: AuditReader;

const decisions: readonly Cells[] = [
  { decision: 'ALLOW', reason_code: null, symbol: 'BTCUSDT' },
  { decision: 'BLOCK', reason_code: 'RC_010', symbol: 'XRPETH' },
  { decision: 'BLOCK', reason_code: 'RC_002', symbol: 'BTCUSDT' },
  { decision: 'BLOCK', reason_code: 'RC_002', symbol: 'BTCUSDT' },
];

function decisionRow(runId: string, index: number, cells: Cells) {
  const strategy = index === 1 ? 'primary_breakout_v1' : 'paper';
  return auditRow('risk_events', {
    run_id: runId,
    decision_pk: `${runId.slice(0, 8)}-${index}`,
    seq: index + 1,
    timestamp_ms: START_MS + index * MINUTE_MS,
    payload: JSON.stringify({ strategy_id: strategy }),
    ...cells,
  });
}

function blockedRow(runId: string, index: number, { symbol, reason_code }: Cells) {
  return auditRow('blocked_decisions', {
    symbol: symbol ?? null,
    reason_code: reason_code ?? null,
    decision_pk: `${runId.slice(0, 8)}-${index}`,
    timestamp_ms: START_MS + index * MINUTE_MS,
    payload: JSON.stringify({ detail: `case ${index}`, side: 'BUY' }),
  });
}

function tradeRow(runId: string, index: number) {
  return auditRow('trades', {
    run_id: runId,
    fill_id: `${runId.slice(0, 8)}-${index}`,
    timestamp: new Date(START_MS + index * MINUTE_MS).toISOString(),
    symbol: index === 0 ? 'XRPETH' : 'BTCUSDT',
    price: '9682.19',
    execution_price: '9682.5',
    slippage_bps: 0.25,
    realized_pnl: index === 2 ? '-1.5' : null,
  });
}

describe.each(SERVER_KINDS)('on the %s server', (kind) => {
  beforeAll(async () => {
    database = await TestDatabase.start(kind);
    pool = openPgPool(await database.create(), 'reader');
    emptyPool = openPgPool(await database.create(), 'reader');
    reader = postgresAuditReader(pool);
    const store = postgresAuditStore(pool);
    for (const [runId, startedAtMs] of [
      [OLD_RUN, 1],
      [RUN, 2],
    ] as const) {
      const rows = {
        risk_events: decisions.map((cells, index) => decisionRow(runId, index, cells)),
        blocked_decisions: decisions
          .map((cells, index) => ({ cells, index }))
          .filter(({ cells }) => cells['decision'] === 'BLOCK')
          .map(({ cells, index }) => blockedRow(runId, index, cells)),
        trades: [0, 1, 2].map((index) => tradeRow(runId, index)),
      };
      const words = {
        identity: 'i',
        mode: 'paper',
        feed: 'sample',
        codeVersion: 'v',
        configHash: 'h',
      };
      await store.startRun({ runId, seed: 9, startedAtMs, ...words });
      await store.commit({ runId, seqFirst: 1, seqLast: 9, digest: 'd', rows });
    }
  });
  afterAll(async () => {
    await pool.close();
    await emptyPool.close();
    await database.end();
  });

  describe('postgresAuditReader', () => {
    it('gives the newest fills of the newest run, oldest first, and how many match', async () => {
      const list = await reader.fills({ windowMs: null, symbol: null, strategyId: null, limit: 2 });
      expect(list).toMatchObject({ runId: RUN, total: 3, newestAtMs: START_MS + 2 * MINUTE_MS });
      expect(list.fills.map((fill) => fill.fillId)).toEqual(['33333333-1', '33333333-2']);
      expect(list.fills[1]).toEqual({
        fillId: '33333333-2',
        orderId: 'o-1',
        runId: RUN,
        symbol: 'BTCUSDT',
        side: 'buy',
        status: 'filled',
        qty: '1.00000000',
        price: '9682.50000000',
        slippageBps: '0.25000000',
        fee: '0.01000000',
        realizedPnl: '-1.50000000',
        strategyId: 'paper',
        atMs: START_MS + 2 * MINUTE_MS,
      });
    });

    it.each([
      [{ windowMs: MINUTE_MS, symbol: null, strategyId: null }, 2],
      [{ windowMs: null, symbol: 'XRPETH', strategyId: null }, 1],
      [{ windowMs: null, symbol: null, strategyId: 'nobody' }, 0],
      [{ windowMs: null, symbol: "' OR true --", strategyId: null }, 0],
    ])('filters fills by %o', async (filter, total) => {
      const list = await reader.fills({ ...filter, limit: 10 });
      expect(list.total).toBe(total);
      expect(list.fills).toHaveLength(total);
      expect(list.newestAtMs).toBe(START_MS + 2 * MINUTE_MS);
    });

    it('gives every fill behind a cursor once, in the order of the commits, page by page', async () => {
      const ids: string[] = [];
      let cursor = '';
      for (let more = true; more;) {
        const page = await reader.fillsAfter(cursor, NO_FILTER, 4);
        ids.push(...page.rows.map(({ fillId }) => fillId));
        ({ cursor, more } = page);
        expect(page.reset).toBe(false);
      }
      expect(ids).toEqual(
        ['4', '3'].flatMap((run) => [0, 1, 2].map((n) => `${run.repeat(8)}-${n}`)),
      );
      const list = await reader.fills({ ...NO_FILTER, windowMs: null, limit: 1 });
      expect(list.cursor).toBe(cursor);
      expect(await reader.fillsAfter(cursor, NO_FILTER, 4)).toEqual({
        rows: [],
        cursor,
        more: false,
        reset: false,
      });
    });

    it('goes on behind rows that no filter lets through', async () => {
      const nobody = { symbol: 'NONE', strategyId: null };
      const page = await reader.fillsAfter('', nobody, 3);
      expect(page).toMatchObject({ rows: [], more: true });
      const rest = await reader.fillsAfter(page.cursor, { ...nobody, symbol: 'XRPETH' }, 3);
      expect(rest.rows.map(({ fillId }) => fillId)).toEqual(['33333333-0']);
    });

    it.each(['2:another-row', '999999:x', 'no cursor'])(
      'begins at the beginning for a cursor of another database: %s',
      async (cursor) => {
        const page = await reader.fillsAfter(cursor, NO_FILTER, 100);
        expect(page.reset).toBe(true);
        expect(page.rows).toHaveLength(6);
      },
    );

    it('lists refusals with what their decision says, and those behind a cursor', async () => {
      const list = await reader.blocked({ windowMs: null, limit: 2 });
      expect(list).toMatchObject({ runId: RUN, total: 3, newestAtMs: START_MS + 3 * MINUTE_MS });
      expect(list.blocked.map(({ decisionId }) => decisionId)).toEqual([
        '33333333-2',
        '33333333-3',
      ]);
      expect(list.blocked[1]).toEqual({
        decisionId: '33333333-3',
        runId: RUN,
        symbol: 'BTCUSDT',
        side: 'BUY',
        code: 'RC_002',
        detail: 'case 3',
        strategyId: 'paper',
        atMs: START_MS + 3 * MINUTE_MS,
      });
      const hour = await reader.blocked({ windowMs: MINUTE_MS, limit: 9 });
      expect(hour.total).toBe(2);
      const page = await reader.blockedAfter('', 9);
      expect(page).toMatchObject({ cursor: list.cursor, more: false, reset: false });
      expect(page.rows.map(({ runId }) => runId)).toEqual([
        ...Array(3).fill(OLD_RUN),
        ...Array(3).fill(RUN),
      ]);
      expect((await reader.blockedAfter(list.cursor, 9)).rows).toEqual([]);
    });

    it('groups blocks by code, most frequent first, beside the allowed', async () => {
      expect(await reader.blocksBy({ by: 'code', windowMs: null, limit: 1 })).toEqual({
        runId: RUN,
        by: 'code',
        groups: [
          {
            key: 'RC_002',
            count: 2,
            firstAtMs: START_MS + 2 * MINUTE_MS,
            lastAtMs: START_MS + 3 * MINUTE_MS,
          },
        ],
        othersCount: 1,
        blocked: 3,
        allowed: 1,
        lastAllowAtMs: START_MS,
        firstAtMs: START_MS,
        newestAtMs: START_MS + 3 * MINUTE_MS,
      });
    });

    it.each([
      ['symbol', ['BTCUSDT', 'XRPETH']],
      ['strategy', ['paper', 'primary_breakout_v1']],
    ] as const)('groups blocks by %s', async (by, keys) => {
      const summary = await reader.blocksBy({ by, windowMs: null, limit: 10 });
      expect(summary.groups.map((group) => group.key)).toEqual(keys);
      expect(summary.othersCount).toBe(0);
    });

    it('shows the last ALLOW even when it lies before the window', async () => {
      const summary = await reader.blocksBy({ by: 'code', windowMs: MINUTE_MS, limit: 10 });
      expect(summary).toMatchObject({ blocked: 2, allowed: 0, lastAllowAtMs: START_MS });
    });

    it('answers from an empty database', async () => {
      const empty = postgresAuditReader(emptyPool);
      const fills = await empty.fills({ windowMs: 1, symbol: null, strategyId: null, limit: 1 });
      expect(fills).toEqual({ runId: null, fills: [], total: 0, newestAtMs: null, cursor: '' });
      const page = await empty.fillsAfter('', NO_FILTER, 5);
      expect(page).toEqual({ rows: [], cursor: '', more: false, reset: false });
      const refusals = await empty.blocked({ windowMs: 1, limit: 1 });
      expect(refusals).toMatchObject({ runId: null, blocked: [], total: 0, cursor: '' });
      const blocks = await empty.blocksBy({ by: 'code', windowMs: 1, limit: 1 });
      expect(blocks).toMatchObject({ runId: null, groups: [], blocked: 0, allowed: 0 });
    });
  });

  describe('postgresAuditReader of a run in two shards', () => {
    const GROUP = '99999999-9999-5999-8999-999999999999';
    const SHARDS = ['55555555-5555-5555-8555-555555555555', '66666666-6666-5666-8666-666666666666'];
    let shardPool: PgPool;
    let shards: AuditReader;

    async function shardBatch(runId: string, indexes: readonly number[]) {
      const rows = {
        risk_events: indexes.map((index) => decisionRow(runId, index, decisions[index] ?? {})),
        blocked_decisions: indexes
          .filter((index) => decisions[index]?.['decision'] === 'BLOCK')
          .map((index) => blockedRow(runId, index, decisions[index] ?? {})),
        trades: indexes.map((index) => tradeRow(runId, index)),
      };
      const batch = { runId, seqFirst: 1, seqLast: 9, digest: 'd', rows };
      await postgresAuditStore(shardPool).commit(batch);
    }

    beforeEach(async () => {
      shardPool = openPgPool(await database.create(), 'reader');
      shards = postgresAuditReader(shardPool);
      const words = { mode: 'paper', feed: 'sample', codeVersion: 'v', configHash: 'h', seed: 9 };
      const run = { identity: 'i', startedAtMs: 1, ...words };
      await postgresAuditStore(shardPool).startRun({ ...run, runId: OLD_RUN });
      await shardBatch(OLD_RUN, [0, 1, 2, 3]);
      const store = postgresShardStore(shardPool);
      for (const [shard, runId] of SHARDS.entries()) {
        await store.startRun({ ...run, runId, runGroup: GROUP, shard });
      }
    });
    afterEach(() => shardPool.close());

    it('takes the rows of both in the order of their time, under the name of the group', async () => {
      await shardBatch(SHARDS[0] ?? '', [0, 3]);
      await shardBatch(SHARDS[1] ?? '', [1, 2]);
      const fills = await shards.fills({ ...NO_FILTER, windowMs: null, limit: 3 });
      expect(fills).toMatchObject({ runId: GROUP, total: 4, newestAtMs: START_MS + 3 * MINUTE_MS });
      expect(fills.fills.map(({ fillId, runId }) => [fillId, runId])).toEqual([
        ['66666666-1', GROUP],
        ['66666666-2', GROUP],
        ['55555555-3', GROUP],
      ]);
      const recent = await shards.fills({ ...NO_FILTER, windowMs: MINUTE_MS, limit: 9 });
      expect(recent.fills.map(({ fillId }) => fillId)).toEqual(['66666666-2', '55555555-3']);
      const refusals = await shards.blocked({ windowMs: null, limit: 9 });
      expect(refusals).toMatchObject({ runId: GROUP, total: 3 });
      expect(refusals.blocked.map(({ decisionId, runId }) => [decisionId, runId])).toEqual([
        ['66666666-1', GROUP],
        ['66666666-2', GROUP],
        ['55555555-3', GROUP],
      ]);
      expect(await shards.blocksBy({ by: 'code', windowMs: null, limit: 9 })).toMatchObject({
        runId: GROUP,
        blocked: 3,
        allowed: 1,
        lastAllowAtMs: START_MS,
        groups: [
          { key: 'RC_002', count: 2 },
          { key: 'RC_010', count: 1 },
        ],
      });
    });

    it('traces the decision of a shard to its run, and lists what an id may be', async () => {
      await shardBatch(SHARDS[0] ?? '', [3]);
      await shardBatch(SHARDS[1] ?? '', [1, 2]);
      const one = await shards.trace('55555555');
      expect(one).toMatchObject({
        found: 'several',
        matches: [{ kind: 'decision', id: '55555555-3' }, { kind: 'fill' }],
      });
      const answer = await shards.trace('decision:55555555');
      if (answer.found !== 'one') throw new Error('the decision is there');
      expect(answer.trace).toMatchObject({
        matched: { kind: 'decision', id: '55555555-3', symbol: 'BTCUSDT' },
        run: { run_id: SHARDS[0], run_group: GROUP, mode: 'paper' },
        decision: { timestamp_ms: String(START_MS + 3 * MINUTE_MS), reason_code: 'RC_002' },
        orders: [],
      });
      expect(await shards.trace('66666666-')).toMatchObject({ found: 'several', more: false });
      expect(await shards.trace('7%')).toMatchObject({ found: 'none' });
    });

    it('names an older run without shards by itself, and new rows by their group', async () => {
      const before = await shards.fills({ ...NO_FILTER, windowMs: null, limit: 9 });
      expect(before).toMatchObject({ runId: OLD_RUN, total: 4 });
      const refused = await shards.blocked({ windowMs: null, limit: 9 });
      await shardBatch(SHARDS[1] ?? '', [1]);
      const { rows } = await shards.fillsAfter(before.cursor, NO_FILTER, 9);
      expect(rows).toMatchObject([{ fillId: '66666666-1', runId: GROUP }]);
      const blocked = await shards.blockedAfter(refused.cursor, 9);
      expect(blocked.rows).toMatchObject([{ decisionId: '66666666-1', runId: GROUP }]);
    });

    it('gives every fill once where a shard that began first commits last', async () => {
      const insert = (index: number) =>
        `INSERT INTO trades (run_id, fill_id, timestamp, symbol, side, price, execution_price, size,
           fees, status, order_id)
         SELECT '${SHARDS[0]}', 'slow-${index}', now(), symbol, side, price, execution_price, size,
           fees, status, order_id FROM trades LIMIT 1`;
      const ids: string[] = [];
      let { cursor } = await shards.fills({ ...NO_FILTER, windowMs: null, limit: 9 });
      const look = async () => {
        const page = await shards.fillsAfter(cursor, NO_FILTER, 2);
        ids.push(...page.rows.map(({ fillId }) => fillId));
        ({ cursor } = page);
        return page;
      };
      await shardPool.use('write slowly', async (client) => {
        await client.query('BEGIN');
        await client.query(insert(0));
        await client.query(insert(1));
        await client.query(insert(2));
        await shardBatch(SHARDS[1] ?? '', [0, 1, 2]);
        expect(await look()).toMatchObject({ more: true });
        await look();
        await look();
        await client.query('COMMIT');
      });
      await look();
      await look();
      const quick = [0, 1, 2].map((index) => `66666666-${index}`);
      expect(ids).toEqual([...quick, 'slow-0', 'slow-1', 'slow-2']);
    });
  });
});
