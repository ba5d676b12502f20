import { decodeLatch, encodeLatch } from '../../../../src/adapters/files/latch-record.js';
import {
  effectiveRecord,
  initialRecord,
  lower,
  raise,
  releaseTarget,
  withMode,
  type EffectiveControl,
  type PlacedReading,
  type RaiseRequest,
} from '../../../../src/engine/control/register.js';
import { gateRefusal } from '../../../../src/engine/control/venue-gate.js';
import {
  levelFor,
  type ControlReading,
  type ControlRecord,
  type Level,
} from '../../../../src/engine/domain/control.js';

const SYMBOLS = ['A', 'B'] as const;
type Name = 'Redis' | 'PostgreSQL';

export type Step =
  | {
      readonly do: 'engage';
      readonly level: 'REDUCING' | 'HALTED';
      readonly scope: 'symbol:A' | null;
    }
  | { readonly do: 'release begins' | 'release writes' | 'mode' | 'follow' | 'gate' | 'crash' }
  | { readonly do: 'away' | 'back'; readonly place: Name }
  | { readonly do: 'latch'; readonly becomes: 'cut off' | 'missing' }
  | { readonly do: 'decide'; readonly symbol: 'A' | 'B'; readonly reduceOnly: boolean };

/** What is looked at; a test breaks one of them and sees the model notice. */
export interface Rules {
  readonly effective: typeof effectiveRecord;
  readonly refusal: typeof gateRefusal;
}
export const RULES: Rules = { effective: effectiveRecord, refusal: gateRefusal };

interface Order {
  readonly symbol: string;
  readonly strategyId: string;
  readonly reduceOnly: boolean;
  readonly origin: 'signal';
  readonly epoch: number;
  readonly mode: 'shadow';
  /** Of the step in which it was decided. */
  readonly bornAt: number;
}

/**
 * One host with its latch as the text of a file, two places that others reach, one engine, and the
 * commands step by step. Beside it what an operator was promised, counted without any of the rules.
 */
export class StopModel {
  passed = 0;
  releases = 0;
  readonly #rules: Rules;
  #step = 0;
  #latch: string | null;
  readonly #shared: Record<Name, { record: ControlRecord | null; isAway: boolean }> = {
    Redis: { record: null, isAway: false },
    PostgreSQL: { record: null, isAway: false },
  };
  /** What the fold was told last; the journal brings it back after a crash. */
  #told: ControlRecord;
  #decided: Order[] = [];
  #release: { readonly effective: EffectiveControl; readonly latch: string | null } | null = null;
  /** The promise: by symbol what was ordered and not released since, and when. */
  readonly #promised = new Map<string, { readonly level: Level; readonly at: number }>();
  #stoppedAt = -1;

  constructor(rules: Rules) {
    this.#rules = rules;
    this.#told = initialRecord({ mode: 'paper', operator: 'ops', atMs: this.#nowMs() });
    this.#latch = encodeLatch(this.#told);
  }

  /** @throws when a promise is broken */
  take(step: Step): void {
    this.#step += 1;
    switch (step.do) {
      case 'engage':
        this.#engage(step);
        break;
      case 'release begins':
        this.#release = { effective: this.#effective(), latch: this.#latch };
        break;
      case 'release writes':
        this.#writeRelease();
        break;
      case 'mode':
        this.#changeMode();
        break;
      case 'follow':
        this.#told = this.#effective().record;
        break;
      case 'decide':
        this.#decide(step.symbol, step.reduceOnly);
        break;
      case 'gate':
        this.#gate();
        break;
      case 'crash':
        // What was decided is in the journal and comes back with the epoch that it had.
        this.#release = null;
        break;
      case 'away':
      case 'back':
        this.#shared[step.place].isAway = step.do === 'away';
        break;
      case 'latch':
        this.#latch = step.becomes === 'missing' ? null : (this.#latch?.slice(0, -9) ?? null);
        break;
    }
  }

  #nowMs(): number {
    return 1_700_000_000_000 + this.#step * 400;
  }

  #readings(): readonly PlacedReading[] {
    const shared = (['Redis', 'PostgreSQL'] as const).map((place): PlacedReading => {
      const { record, isAway } = this.#shared[place];
      if (isAway) return { place, isShared: true, reading: { state: 'unreadable', why: 'away' } };
      const reading: ControlReading =
        record === null ? { state: 'absent' } : { state: 'present', record };
      return { place, isShared: true, isOrder: true, reading };
    });
    return [{ place: 'latch file', reading: latchReading(this.#latch) }, ...shared];
  }

  #effective(): EffectiveControl {
    return this.#rules.effective(this.#readings(), { stateDirEmpty: false });
  }

  #engage({ level, scope }: Extract<Step, { do: 'engage' }>): void {
    const request: RaiseRequest = {
      ...{ level, scopes: scope === null ? [] : [scope], reason: 'manual', message: '' },
      ...{ operator: 'ops', atMs: this.#nowMs() },
    };
    const own = this.#rules.effective(this.#readings().slice(0, 1), { stateDirEmpty: false });
    const record = raise(own, request);
    this.#latch = encodeLatch(record);
    for (const place of Object.values(this.#shared)) {
      if (place.isAway) continue;
      const reading = {
        place: 'it',
        reading: { state: 'present', record: place.record! },
      } as const;
      const current =
        place.record === null ? own : effectiveRecord([reading], { stateDirEmpty: false });
      const next = raise(current, request);
      place.record = { ...next, epoch: Math.max(next.epoch, record.epoch) };
    }
    // It has returned: from here on the promise holds.
    this.#stoppedAt = this.#step;
    for (const symbol of scope === null ? SYMBOLS : ['A']) {
      const before = this.#promised.get(symbol)?.level;
      const promised = before === 'HALTED' ? before : level;
      this.#promised.set(symbol, { level: promised, at: this.#step });
    }
  }

  #writeRelease(): void {
    const begun = this.#release;
    this.#release = null;
    if (begun === null) return;
    const { effective } = begun;
    const isAnyAway = effective.faults.some((fault) => !fault.startsWith('latch file'));
    if (isAnyAway) return;
    const { mode } = effective.record;
    const words = { operator: 'ops', justification: 'over', confirm: releaseTarget(mode) };
    const lowered = lower(effective, { ...words, atMs: this.#nowMs() });
    if (!lowered.ok) throw new Error('the right words were refused');
    for (const place of Object.values(this.#shared)) {
      if (place.isAway) return;
      if ((place.record?.epoch ?? 0) > effective.record.epoch) return;
      place.record = lowered.record;
    }
    const found = latchReading(this.#latch);
    const isSeen = this.#latch === begun.latch;
    const isNewer = found.state === 'present' && found.record.epoch >= lowered.record.epoch;
    if (found.state === 'present' && (isNewer || !isSeen)) return;
    this.#latch = encodeLatch(lowered.record);
    if (Object.values(this.#shared).some(({ isAway }) => isAway)) {
      throw new Error('released with a place missing');
    }
    this.releases += 1;
    this.#promised.clear();
  }

  #changeMode(): void {
    const own = this.#rules.effective(this.#readings().slice(0, 1), { stateDirEmpty: false });
    if (own.faults.length > 0) return;
    const mode = own.record.mode === 'paper' ? 'shadow' : 'paper';
    const change = { mode, operator: 'ops', atMs: this.#nowMs() } as const;
    this.#latch = encodeLatch(withMode(own, change));
  }

  /** The fold decides by what it was told, which may be old. */
  #decide(symbol: string, reduceOnly: boolean): void {
    const told = levelFor(this.#told, { symbol, strategyId: 's' });
    if (told === 'HALTED' || (told === 'REDUCING' && !reduceOnly)) return;
    const { epoch } = this.#told;
    const order = { symbol, strategyId: 's', reduceOnly, epoch } as const;
    this.#decided.push({ ...order, origin: 'signal', mode: 'shadow', bornAt: this.#step });
  }

  #gate(): void {
    const [order, ...rest] = this.#decided;
    if (order === undefined) return;
    this.#decided = rest;
    if (this.#rules.refusal(order, this.#effective().record) !== null) return;
    this.passed += 1;
    const level = this.#promised.get(order.symbol)?.level ?? 'TRADING';
    if (level === 'HALTED') throw new Error('an order left after the stop had returned');
    if (level === 'REDUCING' && !order.reduceOnly) throw new Error('an entry left while reducing');
    if (order.bornAt < this.#stoppedAt && level === 'TRADING') {
      throw new Error('an order from before a stop left after its release');
    }
  }
}

function latchReading(text: string | null): ControlReading {
  if (text === null) return { state: 'absent' };
  const decoded = decodeLatch(text);
  return decoded.ok
    ? { state: 'present', record: decoded.record }
    : { state: 'unreadable', why: decoded.why };
}
