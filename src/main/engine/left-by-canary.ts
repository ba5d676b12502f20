import { operatorName } from '../../commands/operator-name.js';
import { leftByCanary } from '../../engine/open-run.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import type { RegisteredRun, RunRegistry } from '../../engine/ports/run-registry.js';
import { EXIT, OperatorError } from '../../operator-error.js';

interface Start {
  /** The run that goes on; null: a new one begins. */
  readonly known: RegisteredRun | null;
  /** Somebody asked for a new run by name. */
  readonly restart: boolean;
}

interface Parts {
  readonly registry: Pick<RunRegistry, 'list' | 'update'>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
}

/**
 * Another mode, feed or seed is another run, and what the canary of an earlier one holds would be in nobody's
 * book any more. `--restart` gives it up, on record.
 * @throws OperatorError (exit 5) where nobody gave it up, DependencyError where that can't be put on record
 */
export function keepLeftByCanary({ known, restart }: Start, parts: Parts): void {
  const { registry, ledger, clock, onNotice } = parts;
  const left = leftByCanary(registry, known);
  if (left.length > 0 && !restart) throw wouldForget(left);
  for (const { runId, canaryHeld } of left) {
    const why = 'cdb run --restart began another run';
    const who = operatorName(process.env);
    const event = { kind: 'canary', action: 'canary remainder given up' } as const;
    const details = { run_id: runId, held: canaryHeld };
    ledger.append({ ...event, atMs: clock.nowMs(), who, why, details });
    registry.update(runId, { canaryHeld: null });
    onNotice(`given up by --restart: ${canaryHeld ?? ''}, which the canary of run ${runId} holds`);
  }
}

function wouldForget(left: readonly RegisteredRun[]): OperatorError {
  const held = left.map(({ runId, canaryHeld }) => `${canaryHeld ?? ''} (run ${runId})`);
  const again = left.map(({ mode, feed }) => `cdb run --${mode} with the feed "${feed}"`);
  return new OperatorError({
    code: 'CDB-E0324',
    what: `Cannot start another run: left by canaries: ${held.join(', ')}`,
    why: 'another mode, feed, seed or place of the run has books of its own, in which that is forgotten',
    todo:
      `${[...new Set(again)].join(', ')} goes on with it, and cdb kill-switch engage --flatten closes it; ` +
      '--restart gives it up, on record',
    exit: EXIT.REFUSED,
  });
}
