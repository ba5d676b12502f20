import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUDIT_COLUMNS, type AuditTable } from '../../src/engine/domain/audit-tables.js';
import type { AuditBatch, AuditStore, RunRecord } from '../../src/engine/ports/audit-store.js';
import { DependencyError } from '../../src/operator-error.js';
import { auditRow, type Cells } from './audit-rows.js';

export interface AuditStoreSubject {
  readonly store: AuditStore;
  /** Another store on the same data, as a second process would have. */
  second(): AuditStore;
  /** All rows of a table with the INSERT columns as text, in the order of insertion. */
  rows(table: AuditTable): Promise<readonly Record<string, string | null>[]>;
  /** Takes a table away, as an operator's mistake would. */
  dropTable(table: AuditTable): Promise<void>;
  renameColumn(table: AuditTable, from: string, to: string): Promise<void>;
  end(): Promise<void>;
}

const RUN = '11111111-1111-5111-8111-111111111111';

/** What every adapter of the AuditStore port keeps. */
export function auditStoreContract(name: string, open: () => Promise<AuditStoreSubject>): void {
  describe(`AuditStore contract: ${name}`, () => {
    let subject: AuditStoreSubject;
    let store: AuditStore;
    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.end());

    it('has no cursor before the first commit, and the newest after it', async () => {
      await store.startRun(run());
      expect(await store.cursor(RUN)).toBeNull();
      await store.commit(batch(1, 4, {}));
      expect(await store.cursor(RUN)).toEqual({ seq: 4, digest: 'digest-4' });
      expect(await store.cursor('another run')).toBeNull();
    });

    it('leaves no hole where it has lost what it had confirmed', async () => {
      await store.commit(batch(1, 4, {}));
      const after = { ...batch(9, 10, {}), recordedSeq: 8 };
      await expect(store.commit(after)).rejects.toThrow(
        /Input 8 was on record, and the record ends at 4/,
      );
      expect(await store.cursor(RUN)).toMatchObject({ seq: 4 });
      await store.commit({ ...after, recordedSeq: 4 });
      // What was confirmed to nobody, because its answer was lost, comes again.
      await store.commit({ ...after, recordedSeq: 4 });
      expect(await store.cursor(RUN)).toMatchObject({ seq: 10 });
    });

    it('stores a row of every table, whatever its texts hold', async () => {
      const nasty = 'quote " \' \\ {a,b} NULL \t\n ä€𝄞 ';
      await store.commit(
        batch(1, 1, {
          signals: [{ signal_id: 'sig-1', metadata: JSON.stringify({ nasty }) }],
          risk_events: [{ decision_pk: 'pk-1', input_snapshot_hash: '' }],
          blocked_decisions: [{ decision_pk: 'pk-1' }],
          correlation_ledger: [{ event_pk: 'ev-1' }],
          orders: [{ order_id: 'o-1', rejection_reason: nasty }],
          trades: [{ fill_id: 'f-1', realized_pnl: null }],
          positions: [{ position_pk: 'p-1' }],
          ledger_entries: balanced('post-1'),
          portfolio_snapshots: [{ snapshot_pk: 's-1', total_exposure_pct: 10.5 }],
          candles_1m: [{ ts_ms: 60_000, volume: '99999999999999999999.00000001' }],
          feed_gaps: [{ reason: 'ids_missing', from_ms: 60_000, trades_missing: 3 }],
          control_events: [{ event_pk: 'c-1', reason: nasty }],
        }),
      );
      const tables = Object.keys(AUDIT_COLUMNS) as AuditTable[];
      for (const table of tables) {
        expect(await subject.rows(table), table).toHaveLength(table === 'ledger_entries' ? 2 : 1);
      }
      expect((await subject.rows('orders'))[0]).toMatchObject({ rejection_reason: nasty });
      expect((await subject.rows('control_events'))[0]).toMatchObject({ reason: nasty });
      expect((await subject.rows('risk_events'))[0]).toMatchObject({ input_snapshot_hash: '' });
      expect((await subject.rows('trades'))[0]).toMatchObject({ realized_pnl: null });
      const [signal] = await subject.rows('signals');
      expect(JSON.parse(signal?.['metadata'] ?? '')).toEqual({ nasty });
      const [candle] = await subject.rows('candles_1m');
      expect(candle).toMatchObject({ volume: '99999999999999999999.00000001' });
    });

    it('keeps exact amounts exact', async () => {
      const price = '9682.12345678';
      await store.commit(batch(1, 1, { trades: [{ fill_id: 'f-1', price, size: '0.00000001' }] }));
      expect(await subject.rows('trades')).toMatchObject([{ price, size: '0.00000001' }]);
    });

    it('does not choke on characters that a database cannot store', async () => {
      const reason = 'nul \0 and \x1f and \x1e';
      const metadata = JSON.stringify({ nul: '\0', half: '\ud800', ok: '\\u0000', pair: '😀' });
      await store.commit(
        batch(1, 1, {
          control_events: [{ event_pk: 'c-1', reason }],
          signals: [{ signal_id: 'sig-1', metadata }],
        }),
      );
      expect(await subject.rows('control_events')).toMatchObject([
        { reason: 'nul \ufffd and \ufffd and \ufffd' },
      ]);
      const [signal] = await subject.rows('signals');
      expect(JSON.parse(signal?.['metadata'] ?? '')).toEqual({
        nul: '\ufffd',
        half: '\ufffd',
        ok: '\\u0000',
        pair: '😀',
      });
    });

    it('changes nothing when a batch is committed again', async () => {
      const again = batch(1, 2, { risk_events: [{ decision_pk: 'pk-1' }] });
      await store.commit(again);
      await store.commit(again);
      await store.commit(batch(1, 1, { risk_events: [{ decision_pk: 'never' }] }));
      expect(await subject.rows('risk_events')).toHaveLength(1);
      expect(await store.cursor(RUN)).toEqual({ seq: 2, digest: 'digest-2' });
    });

    it('adds only what is new of a batch that overlaps what is there', async () => {
      await store.commit(batch(1, 2, { risk_events: [{ decision_pk: 'pk-1' }] }));
      await store.commit(
        batch(2, 3, { risk_events: [{ decision_pk: 'pk-1' }, { decision_pk: 'pk-2', seq: 3 }] }),
      );
      const keys = (await subject.rows('risk_events')).map((row) => row['decision_pk']);
      expect(keys).toEqual(['pk-1', 'pk-2']);
      expect(await store.cursor(RUN)).toEqual({ seq: 3, digest: 'digest-3' });
    });

    it('commits a batch once when two processes send it at the same time', async () => {
      const other = subject.second();
      const same = batch(1, 1, { ledger_entries: balanced('post-1') });
      await Promise.all([store, other, store, other].map((each) => each.commit(same)));
      expect(await subject.rows('ledger_entries')).toHaveLength(2);
      await other.close();
    });

    it('commits all of a batch or nothing, and works again afterwards', async () => {
      const broken = batch(1, 1, {
        risk_events: [{ decision_pk: 'pk-1' }],
        ledger_entries: [{ posting_pk: 'post-1', line: 0, amount_usdt: '1' }],
      });
      const error = await failure(store.commit(broken));
      expect(error.message).toContain('post-1');
      expect(error.retryable).toBe(false);
      expect(await subject.rows('risk_events')).toEqual([]);
      expect(await store.cursor(RUN)).toBeNull();
      await store.commit(batch(1, 1, { risk_events: [{ decision_pk: 'pk-1' }] }));
      expect(await subject.rows('risk_events')).toHaveLength(1);
    });

    it('refuses a new row whose key another one has, instead of losing it', async () => {
      await store.commit(batch(1, 1, { risk_events: [{ decision_pk: 'pk-1' }] }));
      const taken = batch(2, 2, { risk_events: [{ decision_pk: 'pk-1', seq: 2 }] });
      const error = await failure(store.commit(taken));
      expect(error.message).toMatch(/risk_events.*1 of 1 rows/);
      expect(await store.cursor(RUN)).toMatchObject({ seq: 1 });
    });

    it('refuses the same place in a run with another digest', async () => {
      await store.commit(batch(1, 1, {}));
      const error = await failure(store.commit({ ...batch(1, 1, {}), digest: 'other' }));
      expect(error.message).toContain('another digest');
      expect(error.retryable).toBe(false);
    });

    describe('orders', () => {
      it('takes later rows, keeps what they do not know, and never leaves a final status', async () => {
        await store.commit(batch(1, 1, { orders: [order('submitted', { client_id: 'c-1' })] }));
        await store.commit(
          batch(2, 2, {
            orders: [
              order('partially_filled', { filled_size: '0.5', client_id: null, price: null }),
              order('filled', { filled_size: '1', avg_fill_price: '7', price: null }),
            ],
          }),
        );
        await store.commit(batch(3, 3, { orders: [order('cancelled', { filled_size: '0' })] }));
        expect(await subject.rows('orders')).toMatchObject([
          {
            status: 'filled',
            client_id: 'c-1',
            price: '100.00000000',
            filled_size: '1.00000000',
            avg_fill_price: '7.00000000',
          },
        ]);
      });

      it.each([
        ['submitted', 'pending', 'submitted'],
        ['partially_filled', 'submitted', 'partially_filled'],
        ['partially_filled', 'cancelled', 'cancelled'],
        ['rejected', 'filled', 'rejected'],
        ['failed', 'submitted', 'failed'],
      ])('%s then %s is %s, in one batch as in two', async (first, second, expected) => {
        const inTwo = { order_id: 'o-2' };
        await store.commit(batch(1, 1, { orders: [order(first), order(second)] }));
        await store.commit(batch(2, 2, { orders: [order(first, inTwo)] }));
        await store.commit(batch(3, 3, { orders: [order(second, inTwo)] }));
        const statuses = (await subject.rows('orders')).map((row) => row['status']);
        expect(statuses).toEqual([expected, expected]);
      });
    });

    it('keeps every opening of a position that closes and reopens in one batch', async () => {
      const position = (n: number, closed: string | null, size: string): Cells => ({
        position_pk: `p-${n}`,
        open_number: n,
        size,
        closed_at: closed,
      });
      const at = '2024-08-08T00:00:00.000Z';
      await store.commit(batch(1, 1, { positions: [position(1, null, '1')] }));
      await store.commit(
        batch(2, 2, {
          positions: [position(1, at, '0'), position(2, null, '3'), position(2, null, '4')],
        }),
      );
      expect(await subject.rows('positions')).toMatchObject([
        { position_pk: 'p-1', size: '0.00000000' },
        { position_pk: 'p-2', size: '4.00000000', closed_at: null },
      ]);
      const second = batch(3, 3, { positions: [position(3, null, '1')] });
      expect((await failure(store.commit(second))).message).toContain('positions_one_open_idx');
    });

    it('names a table that is missing, in commit and in probe', async () => {
      await expect(store.probe()).resolves.toBeUndefined();
      await subject.dropTable('risk_events');
      const commit = store.commit(batch(1, 1, { risk_events: [{ decision_pk: 'pk-1' }] }));
      for (const error of [await failure(commit), await failure(store.probe())]) {
        expect(error.message).toContain('table "risk_events" is missing');
        expect(error.retryable).toBe(false);
      }
      expect(await store.cursor(RUN)).toBeNull();
    });

    it('names a column that is missing, without any data', async () => {
      await subject.renameColumn('blocked_decisions', 'reason_code', 'reason');
      expect((await failure(store.probe())).message).toContain(
        'column "reason_code" of table "blocked_decisions" is missing',
      );
    });

    it('records a run once', async () => {
      await store.startRun(run());
      await expect(store.startRun(run())).resolves.toBeUndefined();
    });
  });
}

async function failure(action: Promise<unknown>): Promise<DependencyError> {
  const error: unknown = await action.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DependencyError);
  return error as DependencyError;
}

function run(): RunRecord {
  const identity = 'feed|paper|1';
  const hashes = { codeVersion: 'test', configHash: 'a'.repeat(64) };
  return { runId: RUN, identity, mode: 'paper', feed: 'feed', seed: 1, ...hashes, startedAtMs: 1 };
}

function batch(
  seqFirst: number,
  seqLast: number,
  tables: Partial<Record<AuditTable, readonly Cells[]>>,
): AuditBatch {
  const rows = Object.fromEntries(
    Object.entries(tables).map(([table, list]) => [
      table,
      list.map((cells) => auditRow(table as AuditTable, { run_id: RUN, ...cells })),
    ]),
  );
  return { runId: RUN, seqFirst, seqLast, digest: `digest-${seqLast}`, rows };
}

function order(status: string, cells: Cells = {}): Cells {
  return { order_id: 'o-1', status, ...cells };
}

function balanced(posting: string): readonly Cells[] {
  return [
    { posting_pk: posting, line: 0, amount_usdt: '-12.00000001' },
    { posting_pk: posting, line: 1, amount_usdt: '12.00000001' },
  ];
}
