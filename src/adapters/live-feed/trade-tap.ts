import type { FeedInput } from '../../engine/domain/inputs.js';
import type { ClockOffset } from '../../engine/ports/feed.js';
import type { ConnectionLife } from './carrier.js';
import { ClockOffsetEstimate } from './clock-offset.js';
import type { FeedEvent } from './feed-event.js';
import { SymbolTrack, type Taken } from './symbol-track.js';
import type { StreamMessage, StreamTrade, TradeStream } from './venue-stream.js';

interface Connection {
  readonly life: ConnectionLife;
  /** Null = whatever comes. */
  readonly symbols: ReadonlySet<string> | null;
}

/** A symbol that nobody asked for needs a bound as well. */
const SYMBOLS_MAX = 1_000;

/**
 * From what happened on the wire to what the engine is fed with. Pure and the same live and from a
 * recording: equal events give equal inputs, times included.
 */
export class TradeTap {
  readonly #venue: string;
  readonly #contiguousIds: boolean;
  readonly #wanted: ReadonlySet<string>;
  readonly #clock = new ClockOffsetEstimate();
  readonly #connections = new Map<number, Connection>();
  readonly #tracks = new Map<string, SymbolTrack>();
  #tickedMs = 0;
  readonly counts = { frames: 0, trades: 0, unreadable: 0, unwanted: 0, gaps: 0, losses: 0 };

  /** @param symbols to take; none = all that come */
  constructor(
    stream: Pick<TradeStream, 'venue' | 'contiguousTradeIds'>,
    symbols: readonly string[],
  ) {
    this.#venue = stream.venue;
    this.#contiguousIds = stream.contiguousTradeIds;
    this.#wanted = new Set(symbols);
  }

  get clock(): ClockOffset {
    return this.#clock.current;
  }

  get duplicates(): number {
    return this.#sum(({ duplicates }) => duplicates);
  }

  get overflowed(): number {
    return this.#sum(({ overflowed }) => overflowed);
  }

  /** True when `old` can go without a trade being missed. */
  isCovered(old: number, successor: number): boolean {
    return [...this.#tracks.values()].every((track) => track.isCovered(old, successor));
  }

  /** @param atMs local clock */
  take(event: FeedEvent, atMs: number): readonly FeedInput[] {
    switch (event.kind) {
      case 'begun':
        return this.#begin(event.symbols, atMs);
      case 'opened':
        this.#open(event.connection, event.symbols, atMs);
        return [];
      case 'closed':
        return this.#close(event.connection, atMs);
      case 'message':
        return this.#message(event.connection, event.message, atMs);
      case 'venue_time':
        this.#clock.addAnswer(event.venueMs, atMs, event.roundTripMs);
        return [];
      case 'clock_set':
        this.#clock.reset();
        return [];
      case 'overflow':
        return this.#tell(event.symbol, atMs, (track) => track.noteOverflow());
      case 'tick':
        return this.#tick(atMs);
    }
  }

  #begin(symbols: readonly string[], atMs: number): readonly FeedInput[] {
    return symbols
      .filter((symbol) => this.#isWanted(symbol) && this.#track(symbol) !== undefined)
      .flatMap((symbol) => this.#tell(symbol, atMs, (track) => track.begin()));
  }

  #open(id: number, symbols: readonly string[], atMs: number): void {
    const life = { id, aliveAtMs: atMs };
    const wanted = symbols.filter((symbol) => this.#isWanted(symbol));
    this.#connections.set(id, { life, symbols: symbols.length === 0 ? null : new Set(wanted) });
    for (const symbol of wanted) this.#track(symbol)?.carry(life);
  }

  #close(id: number, atMs: number): readonly FeedInput[] {
    if (!this.#connections.delete(id)) return [];
    this.counts.losses += 1;
    return this.#tellAll(atMs, (track) => track.drop(id, atMs));
  }

  #message(id: number, message: StreamMessage, atMs: number): readonly FeedInput[] {
    const connection = this.#connections.get(id);
    if (connection === undefined) return [];
    connection.life.aliveAtMs = atMs;
    switch (message.kind) {
      case 'trades': {
        this.counts.frames += 1;
        if (message.sentAtMs !== null) this.#clock.addFrame(message.sentAtMs, atMs);
        return this.#trades(connection, message.symbol, message.trades, atMs);
      }
      case 'data':
        this.counts.frames += 1;
        if (message.sentAtMs !== null) this.#clock.addFrame(message.sentAtMs, atMs);
        return [];
      case 'answered':
        for (const symbol of message.accepted) this.#tracks.get(symbol)?.accept(id, atMs);
        return [];
      case 'unreadable':
        this.counts.unreadable += 1;
        return this.#tellAll(atMs, (track) => track.noteUnreadable(id, atMs));
      case 'pong':
      case 'closing':
      case 'nothing':
        return [];
    }
  }

  #trades(
    { life, symbols }: Connection,
    symbol: string,
    trades: readonly StreamTrade[],
    atMs: number,
  ): readonly FeedInput[] {
    const isAsked = symbols?.has(symbol) ?? this.#isWanted(symbol);
    const track = isAsked ? this.#track(symbol) : undefined;
    if (track === undefined) {
      this.counts.unwanted += trades.length;
      return [];
    }
    if (symbols === null && !track.isCarriedBy(life.id)) track.carry(life);
    const at = { localMs: atMs, venueMs: this.#trustedMs(atMs) };
    return this.#tell(symbol, atMs, () => track.take(life.id, trades, at));
  }

  #tick(atMs: number): readonly FeedInput[] {
    const inputs = this.#tellAll(atMs, (track) => track.passTime(atMs));
    // Time that has passed does not come back: none passes before the venue's is known.
    if (!this.#clock.isSettled) return inputs;
    const trustedMs = this.#trustedMs(atMs);
    if (trustedMs <= this.#tickedMs) return inputs;
    this.#tickedMs = trustedMs;
    return [...inputs, { kind: 'TimerElapsed', atMs: trustedMs }];
  }

  #tellAll(atMs: number, ask: (track: SymbolTrack) => readonly Taken[]): readonly FeedInput[] {
    const inputs: FeedInput[] = [];
    for (const symbol of this.#tracks.keys()) {
      for (const input of this.#tell(symbol, atMs, ask)) inputs.push(input);
    }
    return inputs;
  }

  #tell(
    symbol: string,
    atMs: number,
    ask: (track: SymbolTrack) => readonly Taken[],
  ): readonly FeedInput[] {
    const track = this.#tracks.get(symbol);
    const taken = track === undefined ? [] : ask(track);
    if (taken.length === 0) return [];
    const inputs: FeedInput[] = [];
    const trustedMs = this.#trustedMs(atMs);
    for (const one of taken) {
      if ('lost' in one) {
        inputs.push({ kind: 'FeedLost', symbol, reason: one.lost, atMs: trustedMs });
        continue;
      }
      if ('gap' in one) {
        this.counts.gaps += one.gap.reason === 'start' ? 0 : 1;
        inputs.push({ kind: 'FeedRestored', symbol, ...one.gap, atMs: trustedMs });
        continue;
      }
      this.counts.trades += 1;
      const { price, qty, side, tradeId, tsMs, venue = this.#venue } = one.trade;
      inputs.push({
        kind: 'TradeObserved',
        venue,
        symbol,
        price,
        qty,
        side,
        tradeId,
        tsMs,
        receivedAtMs: trustedMs,
      });
    }
    return inputs;
  }

  #isWanted(symbol: string): boolean {
    return this.#wanted.size === 0 || this.#wanted.has(symbol);
  }

  #trustedMs(atMs: number): number {
    return atMs + (this.#clock.current.offsetMs ?? 0);
  }

  #track(symbol: string): SymbolTrack | undefined {
    const known = this.#tracks.get(symbol);
    if (known !== undefined || this.#tracks.size >= SYMBOLS_MAX) return known;
    const track = new SymbolTrack(this.#contiguousIds);
    this.#tracks.set(symbol, track);
    return track;
  }

  #sum(count: (track: SymbolTrack) => number): number {
    return [...this.#tracks.values()].reduce((sum, track) => sum + count(track), 0);
  }
}
