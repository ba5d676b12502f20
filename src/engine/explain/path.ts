import type { DecisionTrace, TraceRow } from '../ports/decision-trace.js';
import { member } from '../risk-record.js';

/** One station of the way from the market to the position. */
export interface Step {
  readonly step: string;
  /** Venue time; null where none is on record. */
  readonly atMs: number | null;
  /** Since the step before that has a time. */
  readonly delayMs: number | null;
  /** How old it was when it was decided; null behind the decision, and without a time. */
  readonly ageMs: number | null;
  /** Names and texts as they are on record, in the order in which they read well. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Where this comes from; null: it is not on record. */
  readonly from: string | null;
}

type Unspaced = Omit<Step, 'delayMs' | 'ageMs'>;
type Fact = readonly [name: string, value: unknown];

const CANDLE_MS = 60_000;
const REGIMES = ['trend', 'range', 'volatile', 'crisis'];

/** In the order in which things happened; a step that never came is left out. */
export function pathOf(trace: DecisionTrace): readonly Step[] {
  const steps = [
    ...(trace.decision === null ? [] : beforeSignal(trace, trace.decision)),
    ...(trace.signal === null ? [] : [signalStep(trace.signal)]),
    ...(trace.decision === null
      ? []
      : [allocationStep(trace.decision), decisionStep(trace.decision)]),
    ...trace.orders.map(orderStep),
    ...trace.fills.map(fillStep),
    ...trace.positions.map(positionStep),
  ];
  return withDelays(steps);
}

function withDelays(steps: readonly Unspaced[]): readonly Step[] {
  let beforeMs: number | null = null;
  const decision = steps.findIndex(({ step }) => step === 'decision');
  const decidedMs = steps[decision]?.atMs ?? null;
  return steps.map((step, at) => {
    const { atMs } = step;
    const delayMs = atMs === null || beforeMs === null ? null : atMs - beforeMs;
    const ageMs = atMs === null || decidedMs === null || at >= decision ? null : decidedMs - atMs;
    beforeMs = atMs ?? beforeMs;
    return { ...step, delayMs, ageMs };
  });
}

function beforeSignal(trace: DecisionTrace, { payload }: TraceRow): readonly Unspaced[] {
  const times = member(payload, 'timestamps_ms');
  const regimeId = member(payload, 'regime_id');
  const { candle } = trace;
  return [
    step('candle', candle === null ? null : numberOf(candle['ts_ms'], CANDLE_MS), 'candles_1m', [
      ...(candle === null ? [] : candleFacts(candle)),
    ]),
    step('market state', numberOf(member(times, 'market_state_ts_ms')), 'risk_events.payload', [
      ['return_1m', member(payload, 'return_1m')],
      ['return_5m', member(payload, 'return_5m')],
      ['price_change_5m', member(payload, 'price_change_5m')],
    ]),
    step('regime', null, 'risk_events.payload', [
      ['name', member(member(payload, 'risk'), 'regime')],
      ['gate', typeof regimeId === 'number' ? (REGIMES[regimeId] ?? regimeId) : regimeId],
    ]),
    step('trade', numberOf(member(times, 'last_tick_ts_ms')), 'risk_events.payload, signals', [
      ['price', trace.signal?.['price']],
      ['qty', tradedQty(member(trace.signal?.['metadata'], 'trade_qty'))],
      ['from', causeText(member(trace.signal?.['metadata'], 'cause'))],
    ]),
  ];
}

/** An order that unwinds follows from a fill, and takes the price of the market. */
function tradedQty(qty: unknown): unknown {
  return typeof qty === 'string' && /^[0.]+$/.test(qty) ? null : qty;
}

/** `7723--1` is the input 7723 of the journal, `7723-0` a fact that followed from it. */
function causeText(cause: unknown): string | null {
  const [, seq, ord] = /^(\d+)-(-1|\d+)$/.exec(String(cause)) ?? [];
  if (seq === undefined) return null;
  return ord === '-1' ? `journal input ${seq}` : `fact ${ord ?? ''} of journal input ${seq}`;
}

function candleFacts(candle: TraceRow): readonly Fact[] {
  const names = ['open', 'high', 'low', 'close', 'volume', 'trade_count'] as const;
  const incomplete: readonly Fact[] =
    candle['incomplete'] === true ? [['incomplete', 'trades are missing']] : [];
  return [...names.map((name): Fact => [name, candle[name]]), ...incomplete];
}

function signalStep(signal: TraceRow): Unspaced {
  const { metadata } = signal;
  return step('signal', timeOf(signal['timestamp'] ?? signal['timestamp_ms']), 'signals', [
    ['side', upper(signal['signal_type'] ?? signal['side'])],
    ['price', signal['price']],
    ['strategy', signal['strategy_id']],
    ['pct_change', member(metadata, 'pct_change')],
    ['pct_change_15m', member(metadata, 'pct_change_15m')],
    ['volume_15m', member(metadata, 'volume_15m')],
    ['origin', member(metadata, 'origin')],
    ['reason', member(metadata, 'reason')],
  ]);
}

function allocationStep({ payload }: TraceRow): Unspaced {
  const risk = member(payload, 'risk');
  return step('allocation', null, 'risk_events.payload', [
    ['fraction', member(risk, 'allocation_fraction')],
    ['cooldown_until_s', member(risk, 'cooldown_until_sec')],
  ]);
}

function decisionStep(decision: TraceRow): Unspaced {
  const { payload } = decision;
  return step(
    'decision',
    timeOf(decision['timestamp_ms'] ?? decision['timestamp']),
    'risk_events',
    [
      ['decision', decision['decision']],
      ['code', decision['reason_code']],
      ['detail', member(payload, 'detail')],
      ['qty', member(payload, 'quantity')],
      ['reduce_only', member(payload, 'reduce_only')],
      ['epoch', member(payload, 'epoch')],
    ],
  );
}

function orderStep(order: TraceRow): Unspaced {
  const { metadata } = order;
  return step('order', timeOf(order['submitted_at'] ?? order['created_at']), 'orders', [
    ['side', upper(order['side'])],
    ['qty', order['size']],
    ['price', order['price']],
    ['bound', member(metadata, 'price_bound')],
    ['status', order['status']],
    ['filled', order['filled_size']],
    ['why', order['rejection_reason']],
    ['mode', member(metadata, 'mode')],
    ['id', order['order_id'] ?? order['id']],
  ]);
}

function fillStep(fill: TraceRow): Unspaced {
  return step('fill', timeOf(fill['timestamp']), 'trades', [
    ['qty', fill['size']],
    ['price', fill['execution_price'] ?? fill['price']],
    ['slippage_bps', fill['slippage_bps']],
    ['fee', fill['fees']],
    ['realized_pnl', fill['realized_pnl']],
    ['status', fill['status']],
    ['id', fill['fill_id'] ?? fill['id']],
  ]);
}

/** Its row is overwritten: what it was right after the fill is not on record. */
function positionStep(position: TraceRow): Unspaced {
  return step('position', timeOf(position['updated_at']), 'positions, as it is now', [
    ['side', position['side']],
    ['qty', position['size']],
    ['entry_price', position['entry_price']],
    ['realized_pnl', position['realized_pnl']],
    ['opening', position['open_number']],
    ['closed_at', position['closed_at']],
  ]);
}

function step(name: string, atMs: number | null, from: string, facts: readonly Fact[]): Unspaced {
  const known = facts
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
    .map(([fact, value]): readonly [string, string] => [fact, String(value)]);
  return {
    step: name,
    atMs,
    facts: known,
    from: known.length === 0 && atMs === null ? null : from,
  };
}

function upper(value: unknown): unknown {
  return typeof value === 'string' ? value.toUpperCase() : value;
}

function numberOf(value: unknown, plus = 0): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number + plus : null;
}

/** Unix milliseconds as digits, or ISO text. */
function timeOf(value: unknown): number | null {
  if (typeof value === 'string' && !/^\d+$/.test(value)) {
    const atMs = Date.parse(value);
    return Number.isNaN(atMs) ? null : atMs;
  }
  return numberOf(value);
}
