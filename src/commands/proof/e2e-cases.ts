/** One market of an hour, and the one signal in it that is judged. */
export interface E2eCase {
  readonly name: string;
  readonly demands: string;
  /** Overrides of the default thresholds. */
  readonly thresholds: Readonly<Record<string, string>>;
  /** Trades as NDJSON; the signal is that of the newest rise. */
  readonly trades: string;
  readonly expects: 'FILLED' | 'RC_020' | 'RC_001';
}

interface Trade {
  readonly tsMs: number;
  readonly price: number;
}

const SYMBOL = 'BTCUSDT';
/** Far from midnight, so that all of it is one day. */
const START_MS = Date.UTC(2026, 0, 5, 12);
const MINUTE_MS = 60_000;
const PRICE = 50_000;
const QTY = '0.5';
/** Candles that regime and 15-minute change need, and some more. */
const WARM_UP_MINUTES = 40;
/** In which the returns of a crash are over. */
const CALM_MINUTES = 30;
/** A rise that the strategy takes for a signal; nothing else in the market is one. */
const RISE_FRACTION = 0.005;
const SIGNAL = { 'signal.thresholdPp': '0.4', 'risk.autoUnwind': 'false' } as const;
/** A venue that says no by chance proves nothing about the way to it. */
const CERTAIN_VENUE = { 'paper.rejectFraction': '0', 'paper.partialFraction': '0' } as const;

export const VALID_SIGNAL: E2eCase = {
  name: 'valid signal',
  demands: 'FILLED within 30 s, stream.fills one longer',
  thresholds: { ...SIGNAL, ...CERTAIN_VENUE },
  trades: ndjson([
    ...market(START_MS, WARM_UP_MINUTES, PRICE, 1),
    ...signalAt(WARM_UP_MINUTES, PRICE),
  ]),
  expects: 'FILLED',
};

export const E2E_CASES: readonly E2eCase[] = [
  VALID_SIGNAL,
  {
    name: 'drawdown 99',
    demands: 'BLOCK RC_020: nothing is bought with a loss of 99 % of the day',
    thresholds: {
      ...SIGNAL,
      ...CERTAIN_VENUE,
      // Nearly everything in one position, which then loses nearly everything.
      'risk.maxPositionFraction': '1',
      'risk.maxTotalExposureFraction': '1',
      'allocation.earlyFraction': '0.994',
      'allocation.ruleFraction.RANGE': '0.994',
      'allocation.ruleFraction.TREND': '0.994',
      // The crash itself is no case of its own here.
      'regime.atrHighVolBps': '1000000',
      'intake.priceJumpFactorMax': '100000',
    },
    trades: ndjson([
      ...market(START_MS, WARM_UP_MINUTES, PRICE, 1),
      ...signalAt(WARM_UP_MINUTES, PRICE),
      ...market(START_MS + (WARM_UP_MINUTES + 1) * MINUTE_MS, CALM_MINUTES, PRICE / 10_000, 0.0001),
      ...signalAt(WARM_UP_MINUTES + 1 + CALM_MINUTES, PRICE / 10_000),
    ]),
    expects: 'RC_020',
  },
  {
    name: 'regime 2',
    demands: 'BLOCK RC_001: nothing is bought in a chaotic market',
    thresholds: SIGNAL,
    trades: ndjson([
      ...market(START_MS, WARM_UP_MINUTES, PRICE, 90),
      ...signalAt(WARM_UP_MINUTES, PRICE),
    ]),
    expects: 'RC_001',
  },
];

/** Six trades a minute around one price, `half` above and below. */
function market(fromMs: number, minutes: number, price: number, half: number): readonly Trade[] {
  const offsets = [0, half, 0, -half, 0, 0];
  return Array.from({ length: minutes }, (_, minute) =>
    offsets.map((offset, at) => ({
      tsMs: fromMs + minute * MINUTE_MS + at * 10_000,
      price: price + offset,
    })),
  ).flat();
}

/** A rise, and trades behind it at which an order can be filled. */
function signalAt(minute: number, price: number): readonly Trade[] {
  const tsMs = START_MS + minute * MINUTE_MS + 5_000;
  const raised = price * (1 + RISE_FRACTION);
  return Array.from({ length: 10 }, (_, second) => ({
    tsMs: tsMs + second * 1_000,
    price: raised,
  }));
}

function ndjson(trades: readonly Trade[]): string {
  return trades
    .map(({ tsMs, price }, at) => {
      const texts = { price: price.toFixed(8), qty: QTY, side: 'buy', trade_id: String(at + 1) };
      return `${JSON.stringify({ ts_ms: tsMs, symbol: SYMBOL, ...texts, venue: 'proof' })}\n`;
    })
    .join('');
}
