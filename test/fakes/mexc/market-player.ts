import type { SourceTrade, TradeSource } from '../venue/trade-source.js';
import type { VenueClock } from '../venue/venue-clock.js';
import type { Market, MarketTrade } from './market.js';

/** Lets the source's trades happen when their time has come. */
export class MarketPlayer {
  readonly #source: TradeSource;
  readonly #market: Market;
  readonly #clock: VenueClock;
  /** Elapsed ms at which the source's time begins; null while it waits. */
  #beganMs: number | null = null;

  constructor(source: TradeSource, market: Market, clock: VenueClock) {
    this.#source = source;
    this.#market = market;
    this.#clock = clock;
    // What lies before the start happens now; nobody hears of it but through REST.
    for (const trade of source.due(-1)) this.#happen(trade, trade.atMs);
  }

  begin(): void {
    this.#beganMs ??= this.#clock.elapsedMs();
  }

  /** What has happened since the last call. */
  play(): readonly MarketTrade[] {
    const beganMs = this.#beganMs;
    if (beganMs === null) return [];
    const due = this.#source.due(this.#clock.elapsedMs() - beganMs);
    return due.map((trade) => this.#happen(trade, trade.atMs + beganMs));
  }

  #happen(trade: SourceTrade, atElapsedMs: number): MarketTrade {
    const agoMs = this.#clock.elapsedMs() - atElapsedMs;
    return this.#market.happen(trade, Math.floor(this.#clock.nowMs() - agoMs));
  }
}
