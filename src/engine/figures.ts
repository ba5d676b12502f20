import type { Output, OutputKind, RiskDecided } from './domain/events.js';
import type { LatencyHistogram, Seen } from './ports/engine-status.js';

const BOUNDS_MS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000];

class Histogram {
  readonly #counts = new Array<number>(BOUNDS_MS.length + 1).fill(0);
  #sumMs = 0;
  #count = 0;

  add(ms: number): void {
    const found = BOUNDS_MS.findIndex((bound) => ms <= bound);
    const at = found === -1 ? BOUNDS_MS.length : found;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sumMs += ms;
    this.#count += 1;
  }

  read(): LatencyHistogram {
    let sum = 0;
    const cumulative = this.#counts.map((count) => (sum += count));
    return { boundsMs: BOUNDS_MS, cumulative, count: this.#count, sumMs: this.#sumMs };
  }
}

type EffectStep = 'journal' | 'fold' | 'audit' | 'publish' | 'total';

/** Counts of this process since its start, each with the wall time of its newest evidence. */
export class EngineFigures {
  inputs: Seen = { count: 0, lastAtMs: null };
  trades: Seen = { count: 0, lastAtMs: null };
  allowed: Seen = { count: 0, lastAtMs: null };
  blocked: Seen = { count: 0, lastAtMs: null };
  reduceOnlyAllowed = 0;
  unwinds = 0;
  readonly outputs: Partial<Record<OutputKind, Seen>> = {};
  readonly tradesRefused: Record<string, number> = {};
  readonly blockedByCode: Record<string, Seen> = {};
  readonly ordersRefusedBy: Record<string, number> = {};
  readonly #latency: Record<EffectStep, Histogram> = {
    journal: new Histogram(),
    fold: new Histogram(),
    audit: new Histogram(),
    publish: new Histogram(),
    total: new Histogram(),
  };

  noteStep(step: EffectStep, ms: number): void {
    this.#latency[step].add(ms);
  }

  noteInputs(count: number, trades: number, atMs: number): void {
    this.inputs = { count: this.inputs.count + count, lastAtMs: atMs };
    if (trades > 0) this.trades = { count: this.trades.count + trades, lastAtMs: atMs };
  }

  noteOutputs(outputs: readonly Output[], atMs: number): void {
    for (const fact of outputs) {
      this.outputs[fact.kind] = seenMore(this.outputs[fact.kind], atMs);
      if (fact.kind === 'TradeRefused') countMore(this.tradesRefused, fact.fault);
      else if (fact.kind === 'OrderRefused') countMore(this.ordersRefusedBy, fact.by);
      else if (fact.kind === 'SignalRaised') this.unwinds += fact.origin === 'signal' ? 0 : 1;
      else if (fact.kind === 'RiskDecided') this.#noteDecision(fact, atMs);
    }
  }

  latency(): Readonly<Record<EffectStep, LatencyHistogram>> {
    return {
      journal: this.#latency.journal.read(),
      fold: this.#latency.fold.read(),
      audit: this.#latency.audit.read(),
      publish: this.#latency.publish.read(),
      total: this.#latency.total.read(),
    };
  }

  #noteDecision({ reasonCode, reduceOnly }: RiskDecided, atMs: number): void {
    if (reasonCode === null) {
      this.reduceOnlyAllowed += reduceOnly ? 1 : 0;
      this.allowed = seenMore(this.allowed, atMs);
      return;
    }
    this.blocked = seenMore(this.blocked, atMs);
    this.blockedByCode[reasonCode] = seenMore(this.blockedByCode[reasonCode], atMs);
  }
}

function seenMore(seen: Seen | undefined, atMs: number): Seen {
  return { count: (seen?.count ?? 0) + 1, lastAtMs: atMs };
}

function countMore(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
