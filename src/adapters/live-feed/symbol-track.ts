import type { FeedGapReason, FeedRestored } from '../../engine/domain/inputs.js';
import type { StreamTrade } from './venue-stream.js';

/** Opaque ids that are remembered per symbol: several times what two sockets can overlap by. */
const IDS_MAX = 20_000;
/** Trades of a second connection that wait until the first has said what it knows. */
const WAITING_MAX = 20_000;
/** A connection that says nothing for this long while another does has lost its turn. */
const OWNER_SILENT_MS = 2_000;
/** Trades are sent in batches; one that was under way is there after this. */
const BATCH_MS = 1_000;
/** A time further from now than this belongs to a broken trade. */
const AHEAD_MS_MAX = 60_000;
const BEHIND_MS_MAX = 86_400_000;
/** A venue that starts its ids again must not be silenced for ever. */
const RESTARTED_IDS_MS = 10_000;

/** Of one connection, shared by all the symbols that it carries. */
export interface ConnectionLife {
  readonly id: number;
  /** Local time of the newest sign of life, whatever it was. */
  aliveAtMs: number;
}

/** What one connection has said of the symbol. */
interface Carrier {
  readonly life: ConnectionLife;
  /** Local time since when the venue sends the symbol here; null = not yet. */
  acceptedAtMs: number | null;
  /** Local time of its newest trades. */
  dataAtMs: number;
  /** Venue time of its first trade: it covers everything from there on. */
  firstMs: number | null;
  /** Said while another connection had the turn. */
  waiting: StreamTrade[];
  /** Something that it said meanwhile can't be read. */
  isHoled: boolean;
}

type Gap = Pick<FeedRestored, 'reason' | 'fromMs' | 'toMs' | 'tradesMissing'>;

/** In the order in which it is to be folded: a trade, or what is known to be missing before one. */
export type Taken = { readonly gap: Gap } | { readonly trade: StreamTrade };

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

  carry(life: ConnectionLife): void {
    const carrier = {
      life,
      acceptedAtMs: null,
      dataAtMs: 0,
      firstMs: null,
      waiting: [],
      isHoled: false,
    };
    this.#carriers.set(life.id, carrier);
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

  /** @returns whether nobody knows from now on what trades there are */
  drop(connection: number): { readonly taken: readonly Taken[]; readonly isLost: boolean } {
    const dropped = this.#carriers.get(connection);
    this.#carriers.delete(connection);
    if (dropped === undefined || this.#turn !== connection) return { taken: [], isLost: false };
    this.#turn = null;
    for (const [next, carrier] of this.#carriers) {
      if (carrier.firstMs === null && !this.#covers(carrier, dropped)) continue;
      return { taken: this.#passTurn(next, dropped), isLost: false };
    }
    if (this.#lost !== null) return { taken: [], isLost: false };
    this.#lost = 'connection_lost';
    this.#lossTold = true;
    return { taken: [], isLost: true };
  }

  isCarriedBy(connection: number): boolean {
    return this.#carriers.has(connection);
  }

  /** Trades that a full queue could not take: they are a gap before the next one. */
  noteOverflow(): void {
    this.#lost ??= 'overflow';
  }

  /** @param at local time, and the venue's time as it is believed to be */
  /** A frame of the connection can't be read: it may have held trades. */
  noteUnreadable(connection: number): void {
    const carrier = this.#carriers.get(connection);
    if (carrier === undefined) return;
    if (this.#turn === connection) this.#lost ??= 'unreadable';
    else carrier.isHoled = true;
  }

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
    if (turn === connection) {
      const taken = this.#admit(trades);
      this.#forgetCovered();
      return taken;
    }
    this.#wait(carrier, trades);
    const owner = this.#carriers.get(turn);
    if (owner === undefined || carrier.waiting.length === 0) return [];
    return at.localMs - owner.dataAtMs > OWNER_SILENT_MS ? this.#passTurn(connection, owner) : [];
  }

  /** `old` was alive after the venue sent to `successor`, or said what `successor` began with. */
  #covers(successor: Carrier, old: Carrier): boolean {
    const { firstMs, acceptedAtMs } = successor;
    if (firstMs !== null) return this.#lastMs !== null && firstMs <= this.#lastMs;
    return acceptedAtMs !== null && old.life.aliveAtMs >= acceptedAtMs + BATCH_MS;
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
    carrier.waiting = [];
    this.#beginTurn(next);
    if (!this.#covers(carrier, old)) this.#lost ??= 'connection_lost';
    // Trades of the same millisecond can't be told apart without ids.
    else if (carrier.isHoled) this.#lost ??= 'unreadable';
    else if (this.#lastMs !== null && !this.#hasIds()) this.#lost ??= 'overlap_cut';
    carrier.isHoled = false;
    return this.#admit(waiting);
  }

  #hasIds(): boolean {
    return this.#lastId !== null || this.#ids.size > 0;
  }

  #wait(carrier: Carrier, trades: readonly StreamTrade[]): void {
    for (const trade of trades) {
      if (this.#isKnown(trade, this.#lastMs)) this.duplicates += 1;
      else carrier.waiting.push(trade);
    }
    const over = carrier.waiting.length - WAITING_MAX;
    if (over <= 0) return;
    carrier.waiting.splice(0, over);
    this.overflowed += over;
    this.noteOverflow();
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
    return tsMs !== null && this.#lastMs !== null && tsMs > this.#lastMs + RESTARTED_IDS_MS;
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
