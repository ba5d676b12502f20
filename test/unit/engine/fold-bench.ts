import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { Level, Mode, Scopes } from '../../../src/engine/domain/control.js';
import type { Output, OutputKind } from '../../../src/engine/domain/events.js';
import type { Ref } from '../../../src/engine/domain/ids.js';
import type { ControlChanged, Input, TradeObserved } from '../../../src/engine/domain/inputs.js';
import { THRESHOLD_SETS, type Thresholds } from '../../../src/engine/domain/thresholds.js';
import { Fold } from '../../../src/engine/fold.js';
import { T0, observed } from './stages/market-fold.js';

export type FactOf<K extends OutputKind> = Extract<Output, { kind: K }>;
type Change = { readonly [K in keyof Thresholds]?: Partial<Thresholds[K]> };

/** Threshold groups with some members replaced. */
export function thresholds(change: Change, base: Thresholds = EAGER): Thresholds {
  const groups = Object.keys(base) as (keyof Thresholds)[];
  return Object.fromEntries(
    groups.map((group) => [group, { ...base[group], ...change[group] }]),
  ) as unknown as Thresholds;
}

const DEFAULT = THRESHOLD_SETS.default;
const WIDE_GATE: Thresholds['gate'] = {
  return1mPpMin: -1e6,
  return5mPpMin: -1e6,
  priceChange5mPpAbsMax: 1e6,
  stalenessSecMax: 1e6,
  dataSilenceSecMax: 1e6,
  pctChange15mPpMin: -1e6,
  volume15mMin: 0,
  dailyDrawdownPpMax: 1e6,
  totalExposurePpMax: 1e6,
  slippagePpMax: 1e6,
};

/** A fold that decides within twenty trades, and in which only the money layers refuse. */
const EAGER: Thresholds = thresholds(
  {
    candle: { intervalSec: 10 },
    regime: {
      adxPeriod: 2,
      atrPeriod: 2,
      adxTrend: 0,
      adxRange: -1,
      atrHighVol: null,
      atrHighVolBps: null,
      confirmationBars: 1,
      heartbeatSec: 10,
      stalenessSec: 1e6,
    },
    allocation: { earlyFraction: 0.3, earlyEnabled: true },
    gate: WIDE_GATE,
    risk: { autoUnwind: false },
    breaker: {
      drawdownMaxFraction: 1e6,
      lossMaxFraction: 1e6,
      ordersPerMinMax: 1e6,
      confirmBreaches: 1,
    },
    paper: { rejectFraction: 0, partialFraction: 0 },
  },
  DEFAULT,
);

export const eager = (change: Change = {}): Thresholds => thresholds(change);

export interface BenchOptions {
  readonly limits?: Thresholds;
  readonly mode?: Mode;
  readonly seed?: number;
  readonly seqFrom?: number;
  readonly epoch?: number;
}

/** One fold with its facts; inputs get their sequence here. */
export class FoldBench {
  readonly fold = new Fold(nodeHash);
  readonly facts: Output[] = [];
  readonly inputs = new Map<number, Input>();
  readonly mode: Mode;
  #seq: number;
  #nowMs = T0;

  constructor({
    limits = eager(),
    mode = 'paper',
    seed = 7,
    seqFrom = 0,
    epoch = 1,
  }: BenchOptions = {}) {
    this.#seq = seqFrom;
    this.mode = mode;
    this.apply(config(limits, seed));
    this.control({ epoch });
  }

  get state() {
    return this.fold.state;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  apply(input: Input): readonly Output[] {
    this.#seq += 1;
    this.inputs.set(this.#seq, input);
    const outputs = this.fold.apply({ seq: this.#seq, input });
    this.facts.push(...outputs);
    return outputs;
  }

  control(
    change: Partial<ControlChanged> & { level?: Level; scopes?: Scopes } = {},
  ): readonly Output[] {
    return this.apply({
      kind: 'ControlChanged',
      level: 'TRADING',
      scopes: {},
      mode: this.mode,
      epoch: 1,
      reason: 'test',
      message: '',
      operator: 'test',
      previousLevel: 'HALTED',
      atMs: this.#nowMs,
      ...change,
    });
  }

  /** A trade `afterMs` later than the newest one. */
  trade(
    price: number | string,
    change: Partial<TradeObserved> & { afterMs?: number } = {},
  ): readonly Output[] {
    const { afterMs = 1_000, ...rest } = change;
    this.#nowMs += afterMs;
    const text = typeof price === 'number' ? price.toFixed(8) : price;
    return this.apply(observed({ price: text, tsMs: this.#nowMs, ...rest }));
  }

  /** Sixteen minutes of a quiet market, after which every indicator has a value. */
  warmUp(symbols: readonly string[] = ['BTCUSDT'], price = 10_000): void {
    for (let i = 0; i < 20; i += 1) {
      for (const symbol of symbols) {
        this.trade(price - (i % 2) * price * 1e-5, {
          symbol,
          afterMs: i === 0 ? 0 : Math.round(50_000 / symbols.length),
        });
      }
    }
  }

  of<K extends OutputKind>(kind: K): FactOf<K>[] {
    return of(this.facts, kind);
  }

  at(ref: Ref): Output | Input | undefined {
    if (ref.ord === -1) return this.inputs.get(ref.seq);
    return this.facts.find((fact) => fact.ref.seq === ref.seq && fact.ref.ord === ref.ord);
  }
}

export function of<K extends OutputKind>(facts: readonly Output[], kind: K): FactOf<K>[] {
  return facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
}

export function config(limits: Thresholds, seed = 7): Input {
  return {
    kind: 'ConfigChanged',
    codeVersion: 'test',
    configHash: 'test',
    thresholds: limits,
    seed,
    atMs: 0,
  };
}
