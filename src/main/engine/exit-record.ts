import type { ExitChanged, ExitState, Output } from '../../engine/domain/events.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { noteOnce } from './note-once.js';

interface ExitRecordDeps {
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly onNotice: (text: string) => void;
}

/** Of a shard; another one may end its part with the same numbers only at another time. */
const ONE_END = ['killId', 'seq', 'ord', 'tsMs'];
/** It may get stuck again and again for the same reason. */
const ONE_REASON = ['killId', 'why'];

const ENDS: Readonly<Partial<Record<ExitState, readonly string[]>>> = {
  done: ONE_END,
  withdrawn: ONE_END,
  stuck: ONE_REASON,
};

/** Puts on record what became of cancelling and closing for a stop: done, stuck or withdrawn. */
export function exitRecord({ ledger, clock, onNotice }: ExitRecordDeps): (fact: Output) => void {
  return (fact) => {
    if (fact.kind !== 'ExitChanged') return;
    const identity = ENDS[fact.state];
    if (identity === undefined) return;
    try {
      noteOnce(ledger, exitEvent(fact, clock.nowMs()), identity);
    } catch (fault) {
      onNotice(`the ledger does not take the end of kill ${fact.killId}: ${String(fault)}`);
    }
  };
}

function exitEvent(fact: ExitChanged, atMs: number) {
  const { killId, cancelOpen, flatten, scopes, openOrders, positions, why, tsMs, ref } = fact;
  return {
    kind: 'control',
    action: `${flatten ? 'flatten' : 'cancel'} ${fact.state}`,
    ...{ atMs, who: 'cdb', why: why === '' ? 'nothing is left of it' : why },
    details: {
      ...{ killId, cancelOpen, flatten, scopes, openOrders, positions, why, tsMs },
      ...{ seq: ref.seq, ord: ref.ord },
    },
  } as const;
}
