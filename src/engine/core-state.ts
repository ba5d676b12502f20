import type { Thresholds } from './domain/thresholds.js';
import { initialBreakers } from './stages/breakers.js';
import { initialCandles, type CandleState } from './stages/candles.js';
import { initialIntake, type IntakeState } from './stages/intake.js';
import { initialMarketState, type MarketState } from './stages/market-state.js';
import { openPortfolio } from './stages/portfolio.js';
import { initialRegime, type RegimeState } from './stages/regime.js';
import { initialBreakout, type BreakoutState } from './stages/signal-breakout.js';
import { initialTickChange, type TickChangeState } from './stages/signal-momentum.js';
import { initialCanary } from './control/canary.js';
import { initialVenue } from './stages/simulated-venue.js';
import type { ParkedBook } from './books.js';
import { initialWindow15m, type Window15mState } from './stages/window-15m.js';
import type { TradingState } from './trading.js';

/**
 * All that the fold remembers. Plain data, owned by the fold: a step changes it in place and the
 * previous value must not be used afterwards (docs/adr: one owner instead of copies per trade).
 */
export interface CoreState extends TradingState {
  /** Null until the first ConfigChanged; until then trades are counted and nothing else. */
  limits: Thresholds | null;
  seed: number;
  /** Highest control epoch so far. */
  epochMax: number;
  /** Up to here releases have reset the breakers; absent before the first control change, and in older states. */
  releasedEpoch?: number;
  codeVersion: string;
  configHash: string;
  /** Trades folded in this run, refused ones included. */
  tradesSeen: number;
  /** All that the feed said in this run: where a file feed resumes. */
  feedInputsSeen: number;
  /** Maximum accepted time of all symbols. */
  nowMs: number;
  /** Minute of the newest PortfolioMarked. */
  markedMinute: number;
  /** The book that is not decided on now; null until a mode has used a second one. */
  parked: ParkedBook | null;
  intake: IntakeState;
  candles: CandleState;
  regime: RegimeState;
  market: MarketState;
  window15m: Window15mState;
  ticks: TickChangeState;
  breakout: BreakoutState;
}

/** The members of a fresh state by name, nested ones included. */
export function stateShape(state: object = initialCore(), path = ''): string {
  return Object.entries(state)
    .map(([name, value]: [string, unknown]) => {
      const own = `${path}${name}`;
      const isPlain = value?.constructor === Object;
      return isPlain && typeof value === 'object' ? stateShape(value, `${own}.`) : own;
    })
    .sort()
    .join(',');
}

export function initialCore(): CoreState {
  return {
    limits: null,
    seed: 0,
    epochMax: 0,
    codeVersion: '',
    configHash: '',
    tradesSeen: 0,
    feedInputsSeen: 0,
    nowMs: 0,
    markedMinute: 0,
    // Nothing is known yet, and unknown is HALTED.
    control: { level: 'HALTED', scopes: {}, mode: 'shadow', epoch: 0 },
    auditStalled: null,
    exits: [],
    exitsEnded: [],
    allocation: new Map(),
    portfolio: openPortfolio('real', 0n),
    venue: initialVenue(),
    breakers: initialBreakers(),
    alarms: new Map(),
    slippageBps: null,
    canary: initialCanary(),
    parked: null,
    intake: initialIntake(),
    candles: initialCandles(),
    regime: initialRegime(),
    market: initialMarketState(),
    window15m: initialWindow15m(),
    ticks: initialTickChange(),
    breakout: initialBreakout(),
  };
}
