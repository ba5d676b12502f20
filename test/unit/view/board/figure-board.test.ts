import { describe, expect, it } from 'vitest';
import { exposition } from '../../../../src/adapters/metrics/exposition.js';
import type { EngineStatus } from '../../../../src/engine/ports/engine-status.js';
import type { FigureBoard, Panel } from '../../../../src/view/board/board.js';
import { FigureHistory, type FigureFacts } from '../../../../src/view/board/figure-board.js';
import { PANELS } from '../../../../src/view/board/panels.js';
import { stackCounts } from '../../../../src/view/board/stack-counts.js';
import { streamView } from '../../../../src/view/streams-json.js';
import { fakePush } from '../../../fakes/fake-engine-push.js';
import { fakeEngineStatus, NOW_MS, outputs, seen } from '../../../fakes/fake-engine-status.js';

const UP = { state: 'up', latencyMs: 2, why: '' } as const;
const NOT_USED = { state: 'not used', latencyMs: null, why: '' } as const;

function facts(changes: Partial<FigureFacts> = {}): FigureFacts {
  return {
    ...{ push: null, stack: null, isAbsent: false, nowMs: NOW_MS },
    ...{ postgres: UP, redis: NOT_USED },
    ...changes,
  };
}

function at(status: Partial<EngineStatus>, sec: number): FigureFacts {
  const observedAtMs = NOW_MS + sec * 1_000;
  return facts({
    push: fakePush(fakeEngineStatus({ ...status, observedAtMs })),
    nowMs: observedAtMs,
  });
}

/** One look a second. */
function boardAfter(looks: readonly FigureFacts[]): FigureBoard {
  const history = new FigureHistory(1_000);
  for (const look of looks) history.note(look);
  return history.board(looks.at(-1) ?? facts());
}

function panelOf(board: FigureBoard, name: string): Panel {
  const found = board.panels.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no panel ${name}`);
  return found;
}

describe('FigureHistory', () => {
  it('has all 14 panels in their order, whatever is known', () => {
    const names = Object.values(PANELS).map(({ name }) => name);
    for (const board of [boardAfter([facts()]), boardAfter([at({}, 0)])]) {
      expect(board.panels.map(({ name }) => name)).toEqual(names);
    }
  });

  it('shows nothing as 0 that nobody has read', () => {
    const board = boardAfter([facts()]);
    const values = board.panels
      .filter(({ name }) => name !== 'POSTGRESQL')
      .map(({ value, state }) => [value, state === 'unknown' || state === 'idle']);
    expect(values).toEqual(values.map(() => [null, true]));
    expect(board.execution).toEqual({ received: null, filled: null, rejected: null });
  });

  it('takes its counters from where /metrics does', async () => {
    const status = fakeEngineStatus({});
    const text = await exposition().scrape(status);
    const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    const board = boardAfter([at({}, 0)]);
    expect(board.execution).toEqual({
      received: metric('execution_orders_received_total'),
      filled: metric('execution_orders_filled_total'),
      rejected: metric('execution_orders_rejected_total'),
    });
    expect(panelOf(board, 'RISK BLOCKS (Total)').value).toBe(metric('orders_blocked_total'));
    expect(panelOf(board, 'CIRCUIT BREAKER').value).toBe(metric('circuit_breaker_active'));
    expect(panelOf(board, 'MIN UPTIME').value).toBe(metric('execution_uptime_seconds'));
  });

  it('rates messages, signals, approvals, refusals and fills over a minute', () => {
    const looks = [0, 1, 2, 3, 4].map((sec) =>
      at(
        {
          trades: seen(100 + sec * 30),
          feed: { identity: 'f', description: 'f', finite: true, health: null },
          allowed: seen(6 + sec * 2),
          blocked: seen(35 + sec),
          outputs: outputs({ SignalRaised: seen(40 + sec * 3), OrderFilled: seen(5 + sec * 2) }),
        },
        sec,
      ),
    );
    const board = boardAfter(looks);
    const rates = ['1. WS MESSAGES', '2. SIGNALS', '3. APPROVED', 'BLOCKED', '4. FILLED'].map(
      (name) => panelOf(board, name).value,
    );
    expect(rates).toEqual([30, 3, 2, 1, 2].map((rate) => expect.closeTo(rate) as number));
    expect(panelOf(board, 'BLOCKED')).toMatchObject({ state: 'bad', note: 'mostly RC_001' });
    expect(board.flow.map(({ name, perSec }) => [name, Math.round(perSec ?? -1)])).toEqual([
      ['trades', 30],
      ['signals', 3],
      ['approved', 2],
      ['blocked', 1],
      ['filled', 2],
    ]);
    expect(board.flow.map(({ trend }) => trend.length)).toEqual([60, 60, 60, 60, 60]);
  });

  it('never counts a hypothetical fill', () => {
    const shadow = { ...fakeEngineStatus().portfolio, book: 'hypothetical' } as const;
    const looks = [0, 1, 2].map((sec) =>
      at({ portfolio: shadow, outputs: outputs({ OrderFilled: seen(5 + sec * 9) }) }, sec),
    );
    const board = boardAfter(looks);
    expect(panelOf(board, '4. FILLED').value).toBe(0);
    expect(board.execution.filled).toBe(0);
  });

  it('calls a place that is not used so, and one that is down DOWN', () => {
    const down = { state: 'down', latencyMs: null, why: 'refused' } as const;
    const board = boardAfter([facts({ postgres: down })]);
    expect(panelOf(board, 'REDIS')).toMatchObject({ value: null, state: 'idle', note: 'not used' });
    expect(panelOf(board, 'POSTGRESQL')).toMatchObject({ value: 0, state: 'bad', note: 'refused' });
  });

  it('knows that no service is up where no engine runs', () => {
    const board = boardAfter([facts({ isAbsent: true })]);
    expect(panelOf(board, 'SERVICES UP')).toMatchObject({ value: 0, state: 'bad' });
    const running = boardAfter([at({}, 0)]);
    expect(panelOf(running, 'SERVICES UP')).toMatchObject({ value: 8, state: 'good' });
    const starting = boardAfter([at({ phase: 'recovering' }, 0)]);
    expect(panelOf(starting, 'SERVICES UP').value).toBe(0);
  });

  it('rates what a stack left in its streams, and leaves the rest unknown', () => {
    const stream = (name: string, entriesAdded: number) =>
      streamView({
        ...{ name, length: 10, bytes: 1, entriesAdded, tornBytes: 0, lastAppendAtMs: 1 },
        ...{ firstId: null, lastId: null },
      });
    const looks = [0, 1, 2].map((sec) => {
      const nowMs = NOW_MS + sec * 1_000;
      const streams = [
        stream('stream.signals', 100 + sec * 7),
        stream('stream.orders_blocked', sec * 5),
      ];
      return facts({ stack: stackCounts(nowMs, streams, 3), nowMs });
    });
    const board = boardAfter(looks);
    expect(panelOf(board, '2. SIGNALS').value).toBeCloseTo(7);
    expect(panelOf(board, 'BLOCKED').value).toBeCloseTo(5);
    expect(panelOf(board, '3. APPROVED').value).toBeNull();
    expect(panelOf(board, '1. WS MESSAGES').value).toBeNull();
    expect(board.execution).toEqual({ received: null, filled: 3, rejected: null });
  });
});
