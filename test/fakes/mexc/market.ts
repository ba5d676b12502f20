import { fromUnits, timesUnits, toUnits, withoutTrailingZeros } from '../venue/decimal-text.js';
import type { SourceTrade } from '../venue/trade-source.js';

/** A trade as it happened at this venue. */
export interface MarketTrade {
  readonly symbol: string;
  /** Without trailing zeros. */
  readonly price: string;
  readonly quantity: string;
  readonly side: 'buy' | 'sell';
  /** As the venue's clock showed it. */
  readonly timeMs: number;
  /** Opaque, two joined by `_`; unique, in no order. */
  readonly tradeId: string;
  /** From 1, over all symbols. */
  readonly sequence: number;
}

/** Of one minute; amounts in 10^-8. */
export interface MinuteCandle {
  readonly startMs: number;
  readonly open: bigint;
  high: bigint;
  low: bigint;
  close: bigint;
  /** Base asset. */
  volume: bigint;
  /** Quote asset. */
  amount: bigint;
}

interface SymbolState {
  /** Oldest first, at most TRADES_MAX. */
  readonly trades: MarketTrade[];
  readonly candles: MinuteCandle[];
  happened: number;
}

const TRADES_MAX = 1000;
const CANDLES_MAX = 1500;
/** A ring is cut back when it has grown by this much, not at every trade. */
const SLACK = 500;
const MINUTE_MS = 60_000;

/** What is publicly known of the venue's market, whether anybody listens or not. */
export class Market {
  readonly #states = new Map<string, SymbolState>();
  readonly #idBase: bigint;
  #sequence = 0;

  constructor(startedAtMs: number) {
    this.#idBase = BigInt(Math.floor(startedAtMs)) * 400_000n;
  }

  get sequence(): number {
    return this.#sequence;
  }

  happen(trade: Omit<SourceTrade, 'atMs' | 'id'>, timeMs: number): MarketTrade {
    this.#sequence += 1;
    const happened: MarketTrade = {
      symbol: trade.symbol,
      price: withoutTrailingZeros(trade.price),
      quantity: withoutTrailingZeros(trade.quantity),
      side: trade.side,
      timeMs,
      tradeId: this.#tradeId(trade.side),
      sequence: this.#sequence,
    };
    const state = this.#state(trade.symbol);
    state.happened += 1;
    state.trades.push(happened);
    if (state.trades.length > TRADES_MAX + SLACK) state.trades.splice(0, SLACK);
    addToCandles(state.candles, happened);
    return happened;
  }

  /** How many trades there were in all, delivered to anybody or not. */
  happened(symbol: string): number {
    return this.#states.get(symbol)?.happened ?? 0;
  }

  /** Newest first. */
  newest(symbol: string, limit: number): readonly MarketTrade[] {
    const trades = this.#states.get(symbol)?.trades ?? [];
    return trades.slice(-Math.min(limit, TRADES_MAX)).reverse();
  }

  /** Candles of `seconds`, oldest first, those without a trade left out. */
  candles(symbol: string, seconds: number): readonly MinuteCandle[] {
    const merged: MinuteCandle[] = [];
    for (const minute of this.#states.get(symbol)?.candles ?? []) {
      const startMs = minute.startMs - (minute.startMs % (seconds * 1000));
      const last = merged.at(-1);
      if (last?.startMs !== startMs) merged.push({ ...minute, startMs });
      else merge(last, minute);
    }
    return merged;
  }

  /** Best prices around the last trade, one tick apart; null before the first. */
  best(
    symbol: string,
  ): { readonly bid: bigint; readonly ask: bigint; readonly tick: bigint } | null {
    const last = this.#states.get(symbol)?.trades.at(-1);
    if (last === undefined) return null;
    const price = toUnits(last.price);
    // Eight decimals are what cheap symbols are quoted in; the others in hundredths.
    const tick = price < 100_000_000n ? 1n : 1_000_000n;
    return last.side === 'buy'
      ? { bid: price - tick, ask: price, tick }
      : { bid: price, ask: price + tick, tick };
  }

  #state(symbol: string): SymbolState {
    const known = this.#states.get(symbol);
    if (known !== undefined) return known;
    const state: SymbolState = { trades: [], candles: [], happened: 0 };
    this.#states.set(symbol, state);
    return state;
  }

  /** Multiplying by a generator modulo a prime visits every number once, in no apparent order. */
  #tradeId(side: 'buy' | 'sell'): string {
    const mixed = (BigInt(this.#sequence) * 48_271n) % 2_147_483_647n;
    const first = this.#idBase + 2n * mixed;
    const [a, b] = side === 'buy' ? [first, first + 1n] : [first + 1n, first];
    return `${a}X0_${b}X0`;
  }
}

function addToCandles(candles: MinuteCandle[], trade: MarketTrade): void {
  const price = toUnits(trade.price);
  const volume = toUnits(trade.quantity);
  const one: MinuteCandle = {
    startMs: trade.timeMs - (trade.timeMs % MINUTE_MS),
    open: price,
    high: price,
    low: price,
    close: price,
    volume,
    amount: timesUnits(price, volume),
  };
  const last = candles.at(-1);
  // A shown time that jumped back adds to the candle that is there: candles never go back.
  if (last !== undefined && one.startMs <= last.startMs) merge(last, one);
  else candles.push(one);
  if (candles.length > CANDLES_MAX + SLACK) candles.splice(0, SLACK);
}

function merge(into: MinuteCandle, more: MinuteCandle): void {
  if (more.high > into.high) into.high = more.high;
  if (more.low < into.low) into.low = more.low;
  into.close = more.close;
  into.volume += more.volume;
  into.amount += more.amount;
}

export function candleTexts(candle: MinuteCandle) {
  return {
    open: fromUnits(candle.open),
    high: fromUnits(candle.high),
    low: fromUnits(candle.low),
    close: fromUnits(candle.close),
    volume: fromUnits(candle.volume),
    amount: fromUnits(candle.amount),
  };
}
