import type { CanaryChanged, Output } from '../../engine/domain/events.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import type { EngineRegister } from './control-register.js';
import { noteOnce } from './note-once.js';

interface GuardDeps {
  readonly register: Pick<EngineRegister, 'endCanary'>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
}

/**
 * Puts what the fold does with its canary on record, and writes a rollback to the register. The fold is
 * in shadow already, whatever becomes of that: a session that ended never begins again.
 */
export function canaryGuard(deps: GuardDeps): (fact: Output) => void {
  return (fact) => {
    if (fact.kind !== 'CanaryChanged') return;
    if (fact.phase === 'ended')
      attempt(deps, 'write the rollback', () => {
        deps.register.endCanary(fact.sessionId, wordsOf(fact));
      });
    attempt(deps, 'put the change of the canary on record', () => {
      note(deps, fact);
    });
  };
}

function note({ ledger, clock }: GuardDeps, fact: CanaryChanged): void {
  const { sessionId, planHash, phase, percent, trigger, detail, ...counts } = fact;
  const { ordersSent, notionalSentUsdt, heldQty } = counts;
  const event = {
    kind: 'canary',
    action: `canary ${phase}`,
    atMs: clock.nowMs(),
    who: 'cdb',
    why: wordsOf(fact),
    details: {
      ...{ sessionId, planHash, phase, percent, trigger, detail },
      ...{ ordersSent, notionalSentUsdt, heldQty, seq: fact.ref.seq, ord: fact.ref.ord },
    },
  } as const;
  noteOnce(ledger, event, ['sessionId', 'seq', 'ord']);
}

function wordsOf({ phase, trigger, detail }: CanaryChanged): string {
  return [phase, trigger ?? '', detail].filter((word) => word !== '').join(': ');
}

function attempt({ onNotice }: GuardDeps, what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    onNotice(`can't ${what}: ${String(error)}`);
  }
}
