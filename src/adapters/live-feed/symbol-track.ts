import type { FeedGapReason, FeedRestored } from '../../engine/domain/inputs.js';
import { newCarrier, type Carrier, type ConnectionLife } from './carrier.js';
import type { StreamTrade } from './venue-stream.js';

/** Opaque ids that are remembered per symbol: several times what two sockets can overlap by. */
const IDS_MAX = 20_000;
/** Trades of a second connection that wait until the first has said what it knows. */
const WAITING_MAX = 20_000;
/** A connection that has not said for this long what another one has said has lost its turn. */
const OWNER_SILENT_MS = 2_000;
/** Trades are sent in batches; one that was under way is there after this. */
const BATCH_MS = 1_000;
/** A time further from now than this belongs to a broken trade. */
const AHEAD_MS_MAX = 60_000;
const BEHIND_MS_MAX = 86_400_000;
/** A venue that starts its ids again must not be silenced for ever. */
const RESTARTED_IDS_MS = 10_000;

type Gap = Pick<FeedRestored, 'reason' | 'fromMs' | 'toMs' | 'tradesMissing'>;

/**
 * In the order in which it is to be folded: a trade, what is known to be missing before one, or that
 * from here on trades may be missing.
 */
export type Taken =
  { readonly gap: Gap } | { readonly trade: StreamTrade } | { readonly lost: FeedGapReason };

/**
 * One symbol over all the connections that carry it: every trade once, in order, and what is
 * missing is known. One connection has the turn; what others say waits and is used when the turn
 * passes on, so that a rotation of sockets loses nothing and repeats nothing.
 */
export class SymbolTrack {
  readonly #contiguousIds: boolean;
  readonly #carriers = new Map<number, Carrier>();
  readonly #ids = new Set<string>();
  #turn: number | null = null;
  #lastMs: number | null = null;
  #lastId: number | null = null;
  #venueMs = 0;
  /** Without ids: trades up to this venue time were taken from the connection before. */
  #cutMs: number | null = null;
  /** Why trades before the next one may be missing. */
  #lost: FeedGapReason | null = 'start';
  /** Somebody was told of the loss, and has to be told of its end. */
  #lossTold = false;
  duplicates = 0;
  overflowed = 0;

  constructor(contiguousIds: boolean) {
    this.#contiguousIds = contiguousIds;
  }

  /** Windows that are open from before must not close as if they were whole. */
  begin(): readonly Taken[] {
    return this.#tellLoss();
  }

  carry(life: ConnectionLife): void {
    this.#carriers.set(life.id, newCarrier(life));
  }

  /** The venue sends the symbol over this connection from now on. */
  accept(connection: number, nowMs: number): void {
    const carrier = this.#carriers.get(connection);
    if (carrier !== undefined) carrier.acceptedAtMs ??= nowMs;
  }

  /** True when `old` can go without a trade being missed. */
  isCovered(old: number, successor: number): boolean {
    if (this.#turn !== old) return true;
    const [from, to] = [this.#carriers.get(old), this.#carriers.get(successor)];
    return from !== undefined && to !== undefined && this.#covers(to, from);
  }

  drop(connection: number): readonly Taken[] {
    const dropped = this.#carriers.get(connection);
    this.#carriers.delete(connection);
    if (dropped === undefined) return [];
    if (this.#turn !== connection) return this.#admitLastWords(dropped);
    this.#turn = null;
    for (const [next, carrier] of this.#carriers) {
      if (carrier.firstMs === null && !this.#covers(carrier, dropped)) continue;
      return this.#passTurn(next, dropped);
    }
    return this.#lose('connection_lost');
  }

  /** What only the ended connection has said must not go with it. */
  #admitLastWords(ended: Carrier): readonly Taken[] {
    const owner = this.#turn === null ? undefined : this.#carriers.get(this.#turn);
    if (owner === undefined || ended.waiting.length === 0) return [];
    const isCovered = this.#covers(ended, owner);
    // The owner has spoken since, so it will say them itself, and what came before them.
    if (!isCovered && owner.dataAtMs >= ended.waitingSinceMs) return [];
    if (!isCovered) this.#lost ??= 'connection_lost';
    else if (ended.isHoled) this.#lost ??= 'unreadable';
    const taken = this.#admit(ended.waiting);
    this.#beginTurn(owner.life.id);
    return [...taken, ...this.#tellLoss()];
  }

  isCarriedBy(connection: number): boolean {
    return this.#carriers.has(connection);
  }

  /** A full queue could not take trades. */
  noteOverflow(): readonly Taken[] {
    return this.#lose('overflow');
  }

  /** A frame of the connection can't be read: it may have held trades. */
  noteUnreadable(connection: number): readonly Taken[] {
    const carrier = this.#carriers.get(connection);
    if (carrier === undefined) return [];
    if (this.#turn === connection) return this.#lose('unreadable');
    carrier.isHoled = true;
    return [];
  }

  /** A connection that keeps others waiting for too long loses its turn. */
  passTime(localMs: number): readonly Taken[] {
    if (this.#turn === null || this.#carriers.size < 2) return [];
    const owner = this.#carriers.get(this.#turn);
    for (const [id, carrier] of this.#carriers) {
      if (owner === undefined || carrier.waiting.length === 0) continue;
      const silentSinceMs = Math.max(owner.dataAtMs, carrier.waitingSinceMs);
      if (localMs - silentSinceMs > OWNER_SILENT_MS) return this.#passTurn(id, owner);
    }
    return [];
  }

  /** @param at local time, and the venue's time as it is believed to be */
  take(
    connection: number,
    trades: readonly StreamTrade[],
    at: { readonly localMs: number; readonly venueMs: number },
  ): readonly Taken[] {
    const carrier = this.#carriers.get(connection);
    if (carrier === undefined) return [];
    this.#venueMs = at.venueMs;
    carrier.acceptedAtMs ??= at.localMs;
    carrier.dataAtMs = at.localMs;
    carrier.firstMs ??= trades.find(({ tsMs }) => this.#isCredible(tsMs))?.tsMs ?? null;
    const turn = this.#turn ?? this.#beginTurn(connection);
    const better = turn === connection ? this.#whoKnowsMore(trades) : null;
    if (better !== null) {
      return [...this.#passTurn(better, carrier), ...this.#wait(carrier, trades)];
    }
    if (turn === connection) {
      const taken = this.#admit(trades);
      this.#forgetCovered();
      return taken;
    }
    return [...this.#wait(carrier, trades), ...this.passTime(at.localMs)];
  }

  /** A connection that has said something before these trades which the one with the turn left out. */
  #whoKnowsMore(trades: readonly StreamTrade[]): number | null {
    if (this.#carriers.size < 2) return null;
    const ids = new Set(trades.map(({ tradeId }) => tradeId));
    for (const [id, { waiting }] of this.#carriers) {
      if (id === this.#turn) continue;
      const at = waiting.findIndex(({ tradeId }) => tradeId !== null && ids.has(tradeId));
      if (at > 0) return id;
    }
    return null;
  }

  /**
   * `old` has said what `successor` began with, or was alive after the venue sent to `successor`. The
   * second is no proof where `successor` has said something since that `old` kept to itself.
   */
  #covers(successor: Carrier, old: Carrier): boolean {
    const { firstMs, acceptedAtMs, waiting, waitingSinceMs } = successor;
    if (firstMs !== null && this.#lastMs !== null && firstMs <= this.#lastMs) return true;
    const { aliveAtMs } = old.life;
    if (waiting.length > 0 && aliveAtMs >= waitingSinceMs + BATCH_MS) return false;
    return acceptedAtMs !== null && aliveAtMs >= acceptedAtMs + BATCH_MS;
  }

  #beginTurn(connection: number): number {
    this.#cutMs = this.#lastMs;
    this.#turn = connection;
    return connection;
  }

  #isCredible(tsMs: number | null): tsMs is number {
    if (tsMs === null) return false;
    return tsMs <= this.#venueMs + AHEAD_MS_MAX && tsMs > this.#venueMs - BEHIND_MS_MAX;
  }

  #passTurn(next: number, old: Carrier): readonly Taken[] {
    const carrier = this.#carriers.get(next);
    if (carrier === undefined) return [];
    const { waiting } = carrier;
    const isCovered = this.#covers(carrier, old);
    carrier.waiting = [];
    this.#beginTurn(next);
    if (!isCovered) this.#lost ??= 'connection_lost';
    // Trades of the same millisecond can't be told apart without ids.
    else if (carrier.isHoled) this.#lost ??= 'unreadable';
    else if (this.#lastMs !== null && !this.#hasIds()) this.#lost ??= 'overlap_cut';
    carrier.isHoled = false;
    return [...this.#admit(waiting), ...this.#tellLoss()];
  }

  #lose(reason: FeedGapReason): readonly Taken[] {
    this.#lost ??= reason;
    return this.#tellLoss();
  }

  /** At once, not at the next trade: a window may close before that comes. */
  #tellLoss(): readonly Taken[] {
    if (this.#lost === null || this.#lossTold) return [];
    this.#lossTold = true;
    return [{ lost: this.#lost }];
  }

  #hasIds(): boolean {
    return this.#lastId !== null || this.#ids.size > 0;
  }

  #wait(carrier: Carrier, trades: readonly StreamTrade[]): readonly Taken[] {
    if (carrier.waiting.length === 0) carrier.waitingSinceMs = carrier.dataAtMs;
    for (const trade of trades) {
      if (this.#isKnown(trade, this.#lastMs)) this.duplicates += 1;
      else carrier.waiting.push(trade);
    }
    const over = carrier.waiting.length - WAITING_MAX;
    if (over <= 0) return [];
    carrier.waiting.splice(0, over);
    this.overflowed += over;
    return this.noteOverflow();
  }

  /** What has been said by now needs not wait any longer. */
  #forgetCovered(): void {
    if (this.#carriers.size < 2) return;
    for (const carrier of this.#carriers.values()) {
      const before = carrier.waiting.length;
      if (before === 0) continue;
      carrier.waiting = carrier.waiting.filter((trade) => !this.#isKnown(trade, this.#lastMs));
      this.duplicates += before - carrier.waiting.length;
    }
  }

  #admit(trades: readonly StreamTrade[]): readonly Taken[] {
    const taken: Taken[] = [];
    for (const trade of trades) {
      if (this.#isKnown(trade, this.#cutMs)) {
        this.duplicates += 1;
        continue;
      }
      const gap = this.#gapBefore(trade);
      if (gap !== null) taken.push({ gap });
      taken.push({ trade });
      this.#remember(trade);
    }
    return taken;
  }

  #isKnown(trade: StreamTrade, untilMs: number | null): boolean {
    const { tradeId, tsMs } = trade;
    const number = this.#numberOf(tradeId);
    if (number !== null) {
      return this.#lastId !== null && number <= this.#lastId && !this.#idsRestarted(tsMs);
    }
    if (tradeId !== null) return this.#ids.has(tradeId);
    return untilMs !== null && tsMs !== null && tsMs <= untilMs;
  }

  #idsRestarted(tsMs: number | null): boolean {
    if (!this.#isCredible(tsMs) || this.#lastMs === null) return false;
    return tsMs > this.#lastMs + RESTARTED_IDS_MS;
  }

  #gapBefore({ tradeId, tsMs }: StreamTrade): Gap | null {
    // The end of a gap is a trade's time; a trade without a credible one ends none.
    if (!this.#isCredible(tsMs)) return null;
    const number = this.#numberOf(tradeId);
    const idsSkip = number !== null && this.#lastId !== null && number !== this.#lastId + 1;
    const tradesMissing = this.#missingBefore(number);
    const reason = this.#lost ?? (idsSkip ? 'ids_missing' : null);
    if (reason === null) return null;
    const isTold = this.#lossTold;
    this.#lost = null;
    this.#lossTold = false;
    if (tradesMissing === 0 && !isTold) return null;
    return { reason, fromMs: this.#lastMs, toMs: tsMs, tradesMissing };
  }

  #missingBefore(number: number | null): number | null {
    if (number === null || this.#lastId === null) return null;
    return number > this.#lastId ? number - this.#lastId - 1 : null;
  }

  #remember({ tradeId, tsMs }: StreamTrade): void {
    if (this.#isCredible(tsMs) && tsMs > (this.#lastMs ?? 0)) this.#lastMs = tsMs;
    const number = this.#numberOf(tradeId);
    if (number !== null) {
      this.#lastId = number;
    } else if (tradeId !== null) {
      this.#ids.add(tradeId);
      if (this.#ids.size > IDS_MAX) forgetOldest(this.#ids);
    }
  }

  #numberOf(tradeId: string | null): number | null {
    if (!this.#contiguousIds || tradeId === null || !/^\d{1,15}$/.test(tradeId)) return null;
    return Number(tradeId);
  }
}

function forgetOldest(ids: Set<string>): void {
  for (const oldest of ids) {
    ids.delete(oldest);
    return;
  }
}
