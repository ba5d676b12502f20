import type { CanaryChanged, Output } from '../../engine/domain/events.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { EngineRegister } from './control-register.js';

interface GuardDeps {
  readonly register: Pick<EngineRegister, 'endCanary'>;
  readonly onNotice: (text: string) => void;
}

/**
 * Writes a rollback of the fold to the register. The fold is in shadow already, whatever becomes of that: a
 * session that ended never begins again.
 */
export function canaryGuard({ register, onNotice }: GuardDeps): (fact: Output) => void {
  return (fact) => {
    if (fact.kind !== 'CanaryChanged' || fact.phase !== 'ended') return;
    try {
      register.endCanary(fact.sessionId, canaryWords(fact));
    } catch (error) {
      onNotice(`can't write the rollback: ${wordsOf(error)}`);
    }
  };
}

export function canaryWords({ phase, trigger, detail }: CanaryChanged): string {
  return [phase, trigger ?? '', detail].filter((word) => word !== '').join(': ');
}
