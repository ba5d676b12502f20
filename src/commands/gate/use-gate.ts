import { wordsOf } from '../../engine/domain/words-of.js';
import type { Opening } from '../../engine/control/delivery-gate.js';
import type { DeliveryGate } from '../../engine/ports/delivery-gate.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { closeGate } from './close-gate.js';
import { endedBy, GATE_USED, lookAtGate } from './gate-look.js';

export interface GateUse {
  readonly scope: string;
  /** What is done: `cdb migrate up`. */
  readonly command: string;
  readonly who: string;
  readonly nowMs: () => number;
  /** Something an operator should read; the effect has happened all the same. */
  readonly onNotice: (text: string) => void;
}

/** @throws OperatorError (exit 5) unless the scope is open now; changes nothing */
export async function requireGate(
  gate: DeliveryGate,
  { scope, nowMs }: Pick<GateUse, 'scope' | 'nowMs'>,
): Promise<{ readonly opening: Opening; readonly commits: readonly string[] }> {
  const verdict = (await lookAtGate(gate, nowMs())).judge(scope);
  if (!verdict.open) throw gateClosed(scope, verdict.why);
  return verdict;
}

export interface GateUsed<T> {
  readonly result: T;
  /** False: the opening is spent, but a file still has it, or the closing is not on record. */
  readonly isClosed: boolean;
}

/**
 * One effect under an opening of its scope: looks again, puts the use on record, does it, and closes
 * the scope, whether it succeeded or not. An opening is good for one use; of several at once one goes
 * through. @throws OperatorError (exit 5) when the scope is not open, DependencyError when the use
 * can't be recorded (nothing was done then), and whatever `effect` throws
 */
export async function useGate<T>(
  gate: DeliveryGate,
  use: GateUse,
  effect: (opening: Opening) => Promise<T>,
): Promise<GateUsed<T>> {
  const { opening, commits } = await requireGate(gate, use);
  recordUse(gate, use, opening, commits);
  try {
    const result = await effect(opening);
    return { result, isClosed: await closeAfterUse(gate, use, opening) };
  } catch (fault) {
    await closeAfterUse(gate, use, opening);
    throw fault;
  }
}

/** The ledger has one order for all processes: the first who used or closed it ended it. */
function recordUse(
  { ledger }: DeliveryGate,
  { scope, command, who, nowMs }: GateUse,
  opening: Opening,
  commits: readonly string[],
): void {
  const { id, approvedBy, expiresAtMs, reason } = opening;
  const mine = ledger.append({
    kind: 'gate',
    action: GATE_USED,
    atMs: nowMs(),
    who,
    why: reason,
    details: {
      scope,
      openings: [id],
      command,
      approved_by: approvedBy,
      expires_at: new Date(expiresAtMs).toISOString(),
      commits,
    },
  });
  for (const entry of ledger.entries()) {
    if (entry.n >= mine.n) return;
    if (endedBy(entry).includes(id)) {
      throw gateClosed(scope, `its opening was used or closed just before (entry ${entry.n})`);
    }
  }
}

/** Never throws: whether the effect happened must not depend on it. */
async function closeAfterUse(gate: DeliveryGate, use: GateUse, opening: Opening): Promise<boolean> {
  const { scope, command, who, nowMs, onNotice } = use;
  try {
    const closing = { scope, atMs: nowMs(), by: who, reason: `used by ${command}` };
    const { files, recordFault } = await closeGate(gate, closing, [opening.id]);
    const faults = files.filter(({ outcome }) => outcome === 'failed').map(({ why }) => why);
    if (recordFault !== '') faults.push(recordFault);
    for (const fault of faults) onNotice(`the opening is spent, but not closed as usual: ${fault}`);
    return faults.length === 0;
  } catch (fault) {
    const why = wordsOf(fault);
    onNotice(`the opening is spent, but not closed as usual: ${why}`);
    return false;
  }
}

export function gateClosed(scope: string, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0605',
    what: `No open gate covers "${scope}"`,
    why: `${why}; nothing was changed`,
    todo: `cdb gate open ${scope} --ttl 15m --by NAME --reason "...", then commit the file`,
    exit: EXIT.REFUSED,
  });
}
