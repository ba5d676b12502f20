import type { Thresholds } from '../domain/thresholds.js';

/** A price level that contradicts the last one, until enough trades confirm it. */
export interface PriceJump {
  lowest: number;
  highest: number;
  trades: number;
  /** Of the trades so far, so that one trade sent three times confirms nothing. */
  readonly ids: string[];
}

/** One wrong price must not move the market; three that agree are the market. */
const CONFIRMING_TRADES = 3;

export function noJump(): PriceJump {
  return { lowest: 0, highest: 0, trades: 0, ids: [] };
}

interface JumpingTrade {
  readonly price: number;
  readonly id: string | null;
  readonly outOfOrder: boolean;
}

/** Null = the price stands: near the last one, or the third that agrees on a new level. */
export function jumpVerdict(
  jump: PriceJump,
  trade: JumpingTrade,
  lastPrice: number,
  limits: Thresholds['intake'],
): 'price_jump' | 'duplicate' | null {
  const { price, id, outOfOrder } = trade;
  const factor = limits.priceJumpFactorMax;
  if (price <= lastPrice * factor && lastPrice <= price * factor) {
    if (jump.trades > 0 && !outOfOrder) reset(jump);
    return null;
  }
  // An older trade is no evidence of a new level.
  if (outOfOrder) return 'price_jump';
  if (id !== null && jump.ids.includes(id)) return 'duplicate';
  const lowest = Math.min(jump.lowest, price);
  const highest = Math.max(jump.highest, price);
  if (jump.trades === 0 || highest > lowest * factor) {
    reset(jump);
    jump.lowest = price;
    jump.highest = price;
  } else {
    jump.lowest = lowest;
    jump.highest = highest;
  }
  jump.trades += 1;
  if (jump.trades >= CONFIRMING_TRADES) {
    reset(jump);
    return null;
  }
  if (id !== null) jump.ids.push(id);
  return 'price_jump';
}

function reset(jump: PriceJump): void {
  jump.lowest = 0;
  jump.highest = 0;
  jump.trades = 0;
  jump.ids.length = 0;
}
