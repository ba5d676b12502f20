import { recordInLedger } from '../../commands/ledger-record.js';
import type { CanaryChanged, ExitChanged, ExitState, Output } from '../../engine/domain/events.js';
import type { LedgerEvent } from '../../engine/domain/ledger.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { DependencyError } from '../../operator-error.js';
import { canaryWords } from './canary-guard.js';

interface FactNotesDeps {
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly onNotice: (text: string) => void;
}

/**
 * Puts on record what the fold does with its canary, and what became of cancelling and closing for a stop.
 * A start that folds the tail of its journal again sees the same facts, and puts none of them on record
 * twice. The ledger is read once, at the start: a fact is noted between two publications.
 */
export class FactNotes {
  readonly #deps: FactNotesDeps;
  readonly #known = new Set<string>();

  constructor(deps: FactNotesDeps) {
    this.#deps = deps;
    const { ledger, onNotice } = deps;
    try {
      // What an entry says that can't be read may be said a second time; to say nothing more is worse.
      const entries = ledger.entries(0, (fault) => {
        onNotice(`passed over: ${fault.message}`);
      });
      for (const { event } of entries) this.#know(event);
    } catch (fault) {
      if (!(fault instanceof DependencyError)) throw fault;
      onNotice(`what stands in the ledger may be noted again: ${fault.message}`);
    }
  }

  note(fact: Output): void {
    const { ledger, clock, onNotice } = this.#deps;
    const event = eventOf(fact, clock.nowMs());
    const key = event === null ? null : keyOf(event);
    if (event === null || key === null || this.#known.has(key)) return;
    const outcome = recordInLedger(ledger, event);
    if (outcome.state === 'written') this.#known.add(key);
    else onNotice(`the ledger does not take "${event.action}": ${outcome.why}`);
  }

  #know(event: LedgerEvent): void {
    const key = keyOf(event);
    if (key !== null) this.#known.add(key);
  }
}

const SESSION = ['sessionId', 'seq', 'ord'];
/** Of a shard; another one may end its part with the same numbers only at another time. */
const ONE_END = ['killId', 'seq', 'ord', 'tsMs'];
/** It may get stuck again and again for the same reason. */
const ONE_REASON = ['killId', 'why'];

const ENDS: Readonly<Partial<Record<ExitState, readonly string[]>>> = {
  done: ONE_END,
  withdrawn: ONE_END,
  stuck: ONE_REASON,
};

/** Names of details that make it the same event, with its kind and action; null for what is not noted here. */
function identityOf({ kind, action }: LedgerEvent): readonly string[] | null {
  if (kind === 'canary') return SESSION;
  const [what = '', state = ''] = action.split(' ');
  const isExit = kind === 'control' && (what === 'flatten' || what === 'cancel');
  return isExit ? (ENDS[state as ExitState] ?? null) : null;
}

function keyOf(event: LedgerEvent): string | null {
  const { kind, action, details } = event;
  const values = identityOf(event)?.map((name) => details[name]);
  return values === undefined ? null : JSON.stringify([kind, action, ...values]);
}

function eventOf(fact: Output, atMs: number): LedgerEvent | null {
  if (fact.kind === 'CanaryChanged') return canaryEvent(fact, atMs);
  return fact.kind === 'ExitChanged' && ENDS[fact.state] !== undefined
    ? exitEvent(fact, atMs)
    : null;
}

function canaryEvent(fact: CanaryChanged, atMs: number): LedgerEvent {
  const { sessionId, planHash, phase, percent, trigger, detail, ...counts } = fact;
  const { ordersSent, notionalSentUsdt, heldQty } = counts;
  return {
    kind: 'canary',
    action: `canary ${phase}`,
    ...{ atMs, who: 'cdb', why: canaryWords(fact) },
    details: {
      ...{ sessionId, planHash, phase, percent, trigger, detail },
      ...{ ordersSent, notionalSentUsdt, heldQty, seq: fact.ref.seq, ord: fact.ref.ord },
    },
  };
}

function exitEvent(fact: ExitChanged, atMs: number): LedgerEvent {
  const { killId, cancelOpen, flatten, scopes, openOrders, positions, why, tsMs, ref } = fact;
  return {
    kind: 'control',
    action: `${flatten ? 'flatten' : 'cancel'} ${fact.state}`,
    ...{ atMs, who: 'cdb', why: why === '' ? 'nothing is left of it' : why },
    details: {
      ...{ killId, cancelOpen, flatten, scopes, openOrders, positions, why, tsMs },
      ...{ seq: ref.seq, ord: ref.ord },
    },
  };
}
