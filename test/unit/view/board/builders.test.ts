import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControlRecord } from '../../../../src/engine/domain/control.js';
import type { BlockSummary } from '../../../../src/engine/ports/audit-reader.js';
import { blocksBoard, CodeHistory } from '../../../../src/view/board/blocks-board.js';
import { boundedText, ROWS_MAX } from '../../../../src/view/board/bounded.js';
import { controlOfEngine, controlOfRegister } from '../../../../src/view/board/control-board.js';
import { doctorBoard } from '../../../../src/view/board/doctor-board.js';
import { fillRows, fillsBoard } from '../../../../src/view/board/fills-board.js';
import { latencyRows, quantile } from '../../../../src/view/board/latency-rows.js';
import { ledgerRows } from '../../../../src/view/board/ledger-rows.js';
import { orderRows } from '../../../../src/view/board/order-rows.js';
import { stagesOfEngine, stagesWithout } from '../../../../src/view/board/stages-board.js';
import { StreamHistory } from '../../../../src/view/board/stream-rows.js';
import { streamView } from '../../../../src/view/streams-json.js';
import { fakePush } from '../../../fakes/fake-engine-push.js';
import { audit, fakeEngineStatus, NOW_MS, seen } from '../../../fakes/fake-engine-status.js';
import { fakeSharedRun } from '../../../fakes/fake-shared-run.js';

const NO_FILLS = { fills: [], orders: [], total: 0 };
const SUMMARY: BlockSummary = {
  ...{ runId: 'r', by: 'code', blocked: 40, allowed: 0, othersCount: 0 },
  ...{ lastAllowAtMs: null, firstAtMs: NOW_MS - 3_600_000, newestAtMs: NOW_MS },
  groups: [{ key: 'RC_002', count: 40, firstAtMs: NOW_MS - 3_600_000, lastAtMs: NOW_MS - 5 }],
};

describe('blocksBoard', () => {
  it('says what no row shows: one code refuses everything', () => {
    const board = blocksBoard({ summary: SUMMARY, rows: [] }, 3_600_000, () => [1]);
    expect(board.pattern).toBe(
      'no approvals in 1 h (never in this run): ' +
        '100 % blocked by RC_002 looks like configuration, not risk at work',
    );
    expect(board.codes).toEqual([
      expect.objectContaining({ code: 'RC_002', count: 40, shareFraction: 1, trend: [1] }),
    ]);
  });

  it('says nothing of it as soon as one passed, and no configuration below 20', () => {
    const of = (changes: Partial<BlockSummary>) =>
      blocksBoard({ summary: { ...SUMMARY, ...changes }, rows: [] }, null, () => []).pattern;
    expect(of({ allowed: 1 })).toBe('');
    expect(of({ blocked: 19 })).toBe('no approvals in 1 h (never in this run)');
    expect(of({ blocked: 20 })).toContain('looks like configuration');
    expect(of({ blocked: 0, newestAtMs: null })).toBe('');
  });

  it('has the trend of each code as the engine counts it', () => {
    const codes = new CodeHistory(1_000);
    for (const sec of [0, 1, 2]) {
      const observedAtMs = NOW_MS + sec * 1_000;
      const blockedByCode = { RC_001: seen(30 + sec * 4) };
      codes.note(observedAtMs, fakePush(fakeEngineStatus({ observedAtMs, blockedByCode })));
    }
    expect(codes.trend('RC_001', NOW_MS + 2_000).slice(-3)).toEqual([null, 4, 4]);
    expect(codes.trend('RC_009', NOW_MS)).toEqual([]);
  });
});

describe('fillsBoard', () => {
  const whyNone = (changes: Parameters<typeof fakeEngineStatus>[0]) =>
    fillsBoard(NO_FILLS, fakePush(fakeEngineStatus(changes))).whyNone;
  const { control, outputs } = fakeEngineStatus();

  it.each([
    ['shadow sends nothing', { control: { ...control, mode: 'shadow' } }],
    ['level is HALTED: manual', { control: { ...control, level: 'HALTED', reason: 'manual' } }],
    ['the audit is stalled: no order leaves', { audit: audit({ state: 'stalled' }) }],
    ['no signal yet', { outputs: { ...outputs, SignalRaised: seen(0) } }],
    ['nothing approved', { allowed: seen(0) }],
    ['approved, and no fill came back yet', { outputs: { ...outputs, OrderFilled: seen(0) } }],
    ['', {}],
  ] as const)('says "%s"', (words, changes) => {
    expect(whyNone(changes)).toBe(words);
  });

  it('shows the newest first', () => {
    const fill = {
      ...{ orderId: 'o', runId: 'r', symbol: 'S', side: 'buy', status: 'filled', qty: '1' },
      ...{ price: '2', slippageBps: null, fee: '0', realizedPnl: null, strategyId: 's' },
    };
    const fills = ['a', 'b', 'c'].map((fillId, at) => ({ ...fill, fillId, atMs: at }));
    const list = { runId: 'r', fills, total: 9, newestAtMs: 2, cursor: '' };
    expect(fillRows(list).map(({ fillId }) => fillId)).toEqual(['c', 'b', 'a']);
  });
});

describe('orderRows', () => {
  const order = (id: string) => ({
    id: '1-0',
    fields: {
      ...{ order_id: id, symbol: 'BTCUSDT', side: 'buy', quantity: '0.1', price: '9' },
      timestamp: '1770651000',
    },
  });
  const result = (id: string, fields: Readonly<Record<string, string>>) => ({
    id: '2-0',
    fields: { order_id: id, ...fields },
  });

  it('says what became of each, newest first', () => {
    const rows = orderRows(['a', 'b', 'c', 'd'].map(order), [
      result('a', { status: 'FILLED' }),
      result('b', { status: 'REJECTED', metadata: '{"refused_by":"shadow"}' }),
      result('c', { status: 'ERROR', error_message: 'no liquidity', metadata: 'no json' }),
    ]);
    expect(rows.map(({ orderId, state }) => [orderId, state])).toEqual([
      ['d', 'sent'],
      ['c', 'rejected: no liquidity'],
      ['b', 'refused: shadow'],
      ['a', 'filled'],
    ]);
    expect(rows[0]?.atMs).toBe(1_770_651_000_000);
  });

  it('takes any fields that another stack may write', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (fields) => {
        expect(orderRows([{ id: '1-0', fields }], [{ id: '1-0', fields }])).toHaveLength(1);
      }),
    );
  });
});

describe('StreamHistory', () => {
  const view = (length: number, entriesAdded: number | null, name = 'stream.fills') =>
    streamView({
      ...{ name, length, entriesAdded, bytes: 1, tornBytes: 0, lastAppendAtMs: NOW_MS },
      ...{ firstId: null, lastId: { seq: 4, ord: 0 } },
    });

  it('rates a capped stream from what was ever added', () => {
    const history = new StreamHistory(1_000);
    for (const sec of [0, 1, 2]) {
      history.note(NOW_MS + sec * 1_000, [view(10_000, 50_000 + sec * 25)], '');
    }
    const [row] = history.rows(NOW_MS + 2_000, [view(10_000, 50_050)], null);
    expect(row).toMatchObject({ isCapped: true, inPerSec: 25, lagEntries: null });
  });

  it('has no rate where the server does not count', () => {
    const history = new StreamHistory(1_000);
    for (const sec of [0, 1]) history.note(NOW_MS + sec * 1_000, [view(5 + sec, null)], '');
    expect(history.rows(NOW_MS + 1_000, [view(6, null)], null)[0]?.inPerSec).toBeNull();
  });

  it('counts the first entries of a stream that was not there', () => {
    const history = new StreamHistory(1_000);
    history.note(NOW_MS, [streamView('stream.fills')], '');
    history.note(NOW_MS + 1_000, [view(3, 3)], '');
    expect(history.rows(NOW_MS + 1_000, [view(3, 3)], null)[0]?.inPerSec).toBe(3);
  });

  it('shows the slowest group, and unknown where one is', () => {
    const group = (lag: number | null, pending: number) => {
      return { name: 'g', consumers: 1, pending, lag, lastDeliveredId: null };
    };
    const rows = (groups: readonly ReturnType<typeof group>[]) =>
      new StreamHistory(1_000).rows(NOW_MS, [view(1, 1)], { 'stream.fills': groups })[0];
    expect(rows([group(3, 9), group(7, 1)])).toMatchObject({ lagEntries: 7, pendingEntries: 9 });
    expect(rows([group(3, 9), group(null, 1)])?.lagEntries).toBeNull();
    expect(rows([])).toMatchObject({ lagEntries: null, pendingEntries: null });
  });

  it('keeps no more streams than a list has rows', () => {
    const many = Array.from({ length: 2 * ROWS_MAX }, (_, at) => view(1, 1, `stream.${at}`));
    const history = new StreamHistory(1_000);
    history.note(NOW_MS, many, '');
    expect(history.rows(NOW_MS, many, null)).toHaveLength(ROWS_MAX);
  });
});

describe('latencyRows', () => {
  const histogram = { boundsMs: [1, 5, 10], cumulative: [10, 18, 20, 20], count: 20, sumMs: 31.5 };

  it('reads quantiles as PromQL does', () => {
    expect(quantile(histogram, 0.5)).toBe(1);
    expect(quantile(histogram, 0.7)).toBe(3);
    expect(quantile(histogram, 0.95)).toBe(7.5);
    expect(quantile({ ...histogram, cumulative: [0, 0, 0, 20] }, 0.5)).toBe(10);
    expect(quantile({ ...histogram, cumulative: [0, 0, 0, 0], count: 0 }, 0.5)).toBeNull();
  });

  it('never goes back from p50 to p95 to p99', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 4, maxLength: 4 }), (counts) => {
        let sum = 0;
        const cumulative = counts.map((count) => (sum += count));
        const one = { boundsMs: [1, 5, 10], cumulative, count: sum, sumMs: 1 };
        const all = { journal: one, fold: one, audit: one, publish: one, total: one };
        const [row] = latencyRows(all);
        const { p50Ms, p95Ms, p99Ms } = row ?? {};
        if (sum === 0) expect([p50Ms, p95Ms, p99Ms]).toEqual([null, null, null]);
        else expect([p50Ms, p95Ms, p99Ms]).toEqual([p50Ms, p95Ms, p99Ms].toSorted(byNumber));
      }),
    );
  });
});

describe('stages', () => {
  it('shows every pair with its counts, and this process', () => {
    const board = stagesOfEngine(fakePush(), { cpuFraction: 0.25, restarts: 2 });
    expect(board.stages.map(({ name }) => name)).toContain('decisions->audit rows');
    expect(board.stages.find(({ name }) => name === 'approvals->orders')).toMatchObject({
      ...{ word: 'OK', causes: 6, effects: 6, causeAtMs: NOW_MS - 5_000 },
    });
    expect(board.engines).toEqual([
      expect.objectContaining({
        ...{ name: 'engine 4182', state: 'running', isWell: true, cpuFraction: 0.25 },
        ...{ restarts: 2, rssBytes: 104_857_600 },
      }),
    ]);
  });

  it('shows the other processes of a shared run with their trouble', () => {
    const engines = ['a', 'b'].map((engineId) => ({
      ...{ engineId, pid: 7, host: 'h', roles: ['writer'] as const, pipelines: [], writers: [0] },
      ...{ feeds: false, startedAtMs: NOW_MS - 60_000, journalWaiting: null },
      trouble: engineId === 'b' ? ['Redis is slow'] : [],
    }));
    const shared = fakeSharedRun({ engineId: 'a', engines, enginesAtMs: NOW_MS });
    const board = stagesOfEngine(fakePush(fakeEngineStatus({ shared })), {
      ...{ cpuFraction: null, restarts: 0 },
    });
    expect(board.engines.map(({ name, isWell, note }) => [name, isWell, note])).toEqual([
      ['a', true, 'pid 4182, 0.1.0'],
      ['b', false, 'pid 7 on h; Redis is slow'],
    ]);
    expect(board.engines[1]?.startedAtMs).toBe(NOW_MS - 60_000);
  });

  it('says what is left where nothing runs', () => {
    expect(stagesWithout(null, null, 0)).toMatchObject({
      ...{ word: 'NOT RUNNING', reasons: ['nothing ever ran here'], engines: [] },
    });
    const last = {
      ...{ runId: 'r', mode: 'paper', feed: 'f', seed: 1, startedAtMs: 5, endedAtMs: null },
      ...{ seqJournaled: 9, seqCommitted: null, spoolBatches: 0 },
    };
    expect(stagesWithout(null, last, 1).engines).toEqual([
      expect.objectContaining({ state: 'not running', note: 'run r: it did not say goodbye' }),
    ]);
  });
});

describe('control', () => {
  const record: ControlRecord = { ...fakeEngineStatus().control, level: 'HALTED', epoch: 9 };
  const register = {
    record,
    readings: [
      { place: 'latch file', reading: { state: 'present', record } },
      { place: 'Redis', reading: { state: 'unreadable', why: 'refused' } },
      { place: 'PostgreSQL', reading: { state: 'absent' } },
    ],
    watchdog: { state: 'none', pid: null, does: '', lookedAtMs: null, alarm: null },
  } as const;

  it('is what the engine acts by, with what every place says beside it', () => {
    const board = controlOfEngine(fakePush(), register, NOW_MS);
    expect(board).toMatchObject({ level: 'TRADING', epoch: 7, ordersTo: 'paper venue' });
    expect(board.places.map(({ name, level, epoch }) => [name, level, epoch])).toEqual([
      ['latch file', 'HALTED', 9],
      ['Redis', 'UNREADABLE', null],
      ['PostgreSQL', '', null],
    ]);
  });

  it('is what the register says where no engine does', () => {
    expect(controlOfRegister(register, NOW_MS)).toMatchObject({
      ...{ level: 'HALTED', epoch: 9, openOrders: null, openPositions: null, watchdog: 'none' },
      ordersTo: 'unknown',
    });
  });
});

describe('doctorBoard', () => {
  it('takes nothing that is no report', () => {
    expect(doctorBoard('', 'p')).toBeNull();
    expect(doctorBoard('{"data":{"status":"FAIL"}}', 'p')).toBeNull();
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(doctorBoard(json, 'p')).toBeNull();
      }),
    );
  });
});

describe('what others wrote', () => {
  it('is as long as the board has room for, and not changed otherwise', () => {
    const escapes = '\u001b[2J\u202e交易';
    const entry = (n: number, why: string) => ({
      ...{ n, prev: '', hash: '' },
      event: { kind: 'gate', action: 'a', atMs: n, who: 'w', why, details: {} } as const,
    });
    const rows = ledgerRows([entry(1, escapes), entry(2, 'x'.repeat(9_000))]);
    expect(rows.map(({ seq }) => seq)).toEqual([2, 1]);
    expect(rows[1]?.why).toBe(escapes);
    expect(rows[0]?.why).toHaveLength(2_000);
    expect(boundedText('y'.repeat(2_000))).toHaveLength(2_000);
  });
});

function byNumber(a: number | null | undefined, b: number | null | undefined): number {
  return (a ?? 0) - (b ?? 0);
}
