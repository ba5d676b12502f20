import type { FeedGapReason, FeedRestored } from '../../engine/domain/inputs.js';
import { newCarrier, type Carrier, type ConnectionLife, type Said } from './carrier.js';
import type { StreamTrade } from './venue-stream.js';

/** Opaque ids that are remembered per symbol: several times what two sockets can overlap by. */
const IDS_MAX = 20_000;
/** Trades of one connection that wait for what another one has to say before them. */
const SAID_MAX = 20_000;
/** So long a connection may keep waiting what another one has said; then it has lost its turn. */
const PATIENCE_MS = 2_000;
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
 * missing is known. One connection has the turn: what it says is given at once, unless another has
 * said something that may come before it. Nothing that was read is thrown away because its
 * connection has ended or has not the turn.
 */
export class SymbolTrack {
  readonly #contiguousIds: boolean;
  readonly #carriers = new Map<number, Carrier>();
  readonly #ids = new Set<string>();
  /** Null as long as nobody has said anything since the last one ended. */
  #owner: Carrier | null = null;
  /** The owner has given nothing yet. */
  #isTurnNew = true;
  #lastMs: number | null = null;
  #lastNumber: number | null = null;
  #lastTradeId: string | null = null;
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

  isCarriedBy(connection: number): boolean {
    const carrier = this.#carriers.get(connection);
    return carrier !== undefined && !carrier.hasEnded;
  }

  /** The venue sends the symbol over this connection from now on. */
  accept(connection: number, nowMs: number): void {
    const carrier = this.#carriers.get(connection);
    if (carrier !== undefined) carrier.acceptedAtMs ??= nowMs;
  }

  /** True when `old` can go without a trade being missed. */
  isCovered(old: number, successor: number): boolean {
    const owner = this.#owner;
    if (owner?.life.id !== old) return true;
    const to = this.#carriers.get(successor);
    return to !== undefined && this.#covers(to, owner);
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
    this.#hear(carrier, trades);
    if (this.#owner === null) this.#beginTurn(carrier);
    return this.#giveWhatIsDue(at.localMs);
  }

  /** A frame of the connection can't be read: it may have held trades. */
  noteUnreadable(connection: number, localMs: number): readonly Taken[] {
    const carrier = this.#carriers.get(connection);
    if (carrier !== undefined) carrier.hole ??= 'unreadable';
    return this.#giveWhatIsDue(localMs);
  }

  /** A full queue could not take trades, whoever has said them. */
  noteOverflow(): readonly Taken[] {
    return this.#lose('overflow');
  }

  drop(connection: number, localMs: number): readonly Taken[] {
    const carrier = this.#carriers.get(connection);
    if (carrier === undefined) return [];
    carrier.hasEnded = true;
    if (this.#owner === null) this.#carriers.delete(connection);
    return this.#giveWhatIsDue(localMs);
  }

  /** A connection that keeps others waiting for too long loses its turn. */
  passTime(localMs: number): readonly Taken[] {
    return this.#carriers.size < 2 ? [] : this.#giveWhatIsDue(localMs);
  }

  #hear(carrier: Carrier, trades: readonly StreamTrade[]): void {
    const { said, dataAtMs } = carrier;
    for (const trade of trades) {
      said.push({ trade, atMs: dataAtMs, afterId: carrier.newestId, hole: carrier.hole });
      carrier.newestId = trade.tradeId;
      carrier.hole = null;
    }
    const over = said.length - SAID_MAX;
    if (over <= 0) return;
    said.splice(0, over);
    this.overflowed += over;
    if (said[0] !== undefined) said[0].hole = 'overflow';
  }

  /** Everything of which it is known that nothing comes before it. */
  #giveWhatIsDue(localMs: number): readonly Taken[] {
    const taken: Taken[] = [];
    for (let owner = this.#owner; owner !== null; owner = this.#owner) {
      const [own] = owner.said;
      const rival = this.#firstRivalOf(owner);
      if (own === undefined) {
        if (owner.hole !== null) taken.push(...this.#lose(owner.hole));
        owner.hole = null;
        const isRivalDue = owner.hasEnded || isOverdue(localMs, owner.dataAtMs, rival?.said[0]);
        if (rival !== null && isRivalDue) taken.push(...this.#passTurn(owner, rival));
        else if (owner.hasEnded) taken.push(...this.#handOver(owner));
        else return taken;
        continue;
      }
      if (rival === null) {
        for (const said of owner.said) this.#give(said, taken);
        owner.said = [];
        continue;
      }
      const order = this.#order(owner, rival);
      if (order !== null && order > 0) {
        taken.push(...this.#passTurn(owner, rival));
        continue;
      }
      const isHeld = order === null && !owner.hasEnded;
      if (isHeld && !isOverdue(localMs, own.atMs, rival.said[0])) return taken;
      owner.said.shift();
      this.#give(own, taken);
    }
    return taken;
  }

  /** Of those that have said something which is not given yet, the one whose word comes first. */
  #firstRivalOf(owner: Carrier): Carrier | null {
    let first: Carrier | null = null;
    if (this.#carriers.size < 2) return null;
    for (const carrier of this.#carriers.values()) {
      if (carrier === owner) continue;
      const known = carrier.said.findIndex(({ trade }) => !this.#isKnown(trade, this.#lastMs));
      const gone = carrier.said.splice(0, known < 0 ? carrier.said.length : known);
      this.duplicates += gone.length;
      if (carrier.said.length > 0) {
        if (first === null || (this.#order(first, carrier) ?? 0) > 0) first = carrier;
      } else if (carrier.hasEnded) this.#carriers.delete(carrier.life.id);
    }
    return first;
  }

  /**
   * Negative when what `one` says next comes before what `other` says next, 0 when it is the same,
   * null when it can't be told yet.
   */
  #order(one: Carrier, other: Carrier): number | null {
    const [a, b] = [one.said[0]?.trade, other.said[0]?.trade];
    if (a === undefined || b === undefined) return null;
    const [aNumber, bNumber] = [this.#numberOf(a.tradeId), this.#numberOf(b.tradeId)];
    if (aNumber !== null && bNumber !== null) return aNumber - bNumber;
    const aPlace = placeOf(a, other.said);
    if (aPlace >= 0) return aPlace;
    if (placeOf(b, one.said) > 0) return -1;
    if (!this.#isCredible(a.tsMs) || !this.#isCredible(b.tsMs)) return null;
    const areNamed = a.tradeId !== null && b.tradeId !== null;
    return a.tsMs === b.tsMs && areNamed ? null : a.tsMs - b.tsMs;
  }

  /**
   * `old` has said what `successor` began with, or was alive after the venue sent to `successor`. The
   * second is no proof where `successor` has said something that `old` kept to itself.
   */
  #covers(successor: Carrier, old: Carrier): boolean {
    const { firstMs, acceptedAtMs, said } = successor;
    if (firstMs !== null && this.#lastMs !== null && firstMs <= this.#lastMs) return true;
    const { aliveAtMs } = old.life;
    if (old.leavesOut || acceptedAtMs === null) return false;
    if (said[0] !== undefined && aliveAtMs >= said[0].atMs + BATCH_MS) return false;
    return aliveAtMs >= acceptedAtMs + BATCH_MS;
  }

  #beginTurn(carrier: Carrier): void {
    this.#cutMs = this.#lastMs;
    this.#isTurnNew = true;
    this.#owner = carrier;
  }

  /** `next` has said what `old` has not, so `old` covers nothing before what it says from now on. */
  #passTurn(old: Carrier, next: Carrier): readonly Taken[] {
    // One that has ended may only not have come to it.
    old.leavesOut = !old.hasEnded || old.said.length > 0;
    const taken = this.#letBegin(next, old);
    old.firstMs = null;
    old.acceptedAtMs = null;
    const said = next.said.shift();
    if (said !== undefined) this.#give(said, taken);
    return taken;
  }

  /** The owner has ended and nobody has said more than it. */
  #handOver(owner: Carrier): readonly Taken[] {
    this.#carriers.delete(owner.life.id);
    for (const carrier of this.#carriers.values()) {
      if (carrier.firstMs === null && !this.#covers(carrier, owner)) continue;
      return this.#letBegin(carrier, owner);
    }
    this.#owner = null;
    return this.#lose('connection_lost');
  }

  #letBegin(next: Carrier, old: Carrier): Taken[] {
    if (!this.#covers(next, old)) this.#lost ??= 'connection_lost';
    // Trades of the same millisecond can't be told apart without ids.
    else if (this.#lastMs !== null && !this.#hasIds()) this.#lost ??= 'overlap_cut';
    this.#beginTurn(next);
    return [...this.#tellLoss()];
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
    return this.#lastNumber !== null || this.#ids.size > 0;
  }

  #give({ trade, hole, afterId }: Said, taken: Taken[]): void {
    if (this.#isKnown(trade, this.#cutMs)) {
      this.duplicates += 1;
      return;
    }
    // Where the turn passed, the owner of before has said something that this one has not.
    const isJoined = afterId === null || afterId === this.#lastTradeId;
    if (this.#isTurnNew && !isJoined && !this.#contiguousIds) this.#lost ??= 'connection_lost';
    this.#isTurnNew = false;
    if (hole !== null) taken.push(...this.#lose(hole));
    const gap = this.#gapBefore(trade);
    if (gap !== null) taken.push({ gap });
    taken.push({ trade });
    this.#remember(trade);
  }

  #isCredible(tsMs: number | null): tsMs is number {
    if (tsMs === null) return false;
    return tsMs <= this.#venueMs + AHEAD_MS_MAX && tsMs > this.#venueMs - BEHIND_MS_MAX;
  }

  #isKnown(trade: StreamTrade, untilMs: number | null): boolean {
    const { tradeId, tsMs } = trade;
    const number = this.#numberOf(tradeId);
    if (number !== null) {
      return this.#lastNumber !== null && number <= this.#lastNumber && !this.#idsRestarted(tsMs);
    }
    if (tradeId !== null) return this.#ids.has(idWithVenue(trade));
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
    const idsSkip = number !== null && this.#lastNumber !== null && number !== this.#lastNumber + 1;
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
    if (number === null || this.#lastNumber === null) return null;
    return number > this.#lastNumber ? number - this.#lastNumber - 1 : null;
  }

  #remember(trade: StreamTrade): void {
    const { tradeId, tsMs } = trade;
    if (this.#isCredible(tsMs) && tsMs > (this.#lastMs ?? 0)) this.#lastMs = tsMs;
    this.#lastTradeId = tradeId;
    const number = this.#numberOf(tradeId);
    if (number !== null) {
      this.#lastNumber = number;
    } else if (tradeId !== null) {
      this.#ids.add(idWithVenue(trade));
      if (this.#ids.size > IDS_MAX) forgetOldest(this.#ids);
    }
  }

  #numberOf(tradeId: string | null): number | null {
    if (!this.#contiguousIds || tradeId === null || !/^\d{1,15}$/.test(tradeId)) return null;
    return Number(tradeId);
  }
}

/** Where somebody else has said the same; -1 when nowhere. */
function placeOf(one: StreamTrade, said: readonly Said[]): number {
  if (one.tradeId === null) return -1;
  return said.findIndex(({ trade }) => idWithVenue(trade) === idWithVenue(one));
}

function idWithVenue({ venue, tradeId }: StreamTrade): string {
  return venue === undefined ? (tradeId ?? '') : `${venue} ${tradeId ?? ''}`;
}

/** What somebody has said waits for longer than the one with the turn may take. */
function isOverdue(nowMs: number, sinceMs: number, said: Said | undefined): boolean {
  return said !== undefined && nowMs - Math.max(sinceMs, said.atMs) > PATIENCE_MS;
}

function forgetOldest(ids: Set<string>): void {
  for (const oldest of ids) {
    ids.delete(oldest);
    return;
  }
}
