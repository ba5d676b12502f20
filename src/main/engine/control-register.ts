import { latchPlace } from '../../adapters/files/latch-file.js';
import { isEmptyState, type StateDirectory } from '../../adapters/files/state-directory.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { operatorName } from '../../commands/operator-name.js';
import {
  effectiveRecord,
  initialRecord,
  raise,
  withMode,
  type EffectiveControl,
} from '../../engine/control/register.js';
import type { ControlRecord, Mode } from '../../engine/domain/control.js';
import type { Clock } from '../../engine/ports/clock.js';

/** The register of one state directory as a running engine uses it. */
export interface EngineRegister {
  /** What holds now; unreadable reads as HALTED. */
  effective(): EffectiveControl;
  /** Also when no place can be written any more: then this process alone remembers, until it ends. */
  engage(request: { readonly reason: string; readonly message: string }): ControlRecord;
  /** This session has ended in the fold: the register says so too. Nothing where it says something else. */
  endCanary(sessionId: string, why: string): void;
}

/**
 * Opens the register for `cdb run`: writes the first record of an empty directory, and the mode
 * where another one is asked for. The level is never touched here.
 */
export function openEngineRegister(
  state: StateDirectory,
  mode: Mode,
  { clock, onNotice }: { readonly clock: Clock; readonly onNotice: (text: string) => void },
): EngineRegister {
  const latch = latchPlace(state.control);
  // Looked at once, before this start leaves anything: later the directory is never empty.
  const stateDirEmpty = isEmptyState(state);
  let forced: ControlRecord | null = null;
  const read = (isEmpty: boolean): EffectiveControl =>
    effectiveRecord([{ place: latch.name, reading: latch.read() }], { stateDirEmpty: isEmpty });
  const first = read(stateDirEmpty);
  const change = { mode, operator: operatorName(process.env), atMs: clock.nowMs() };
  if (first.mayInitialise) latch.write(initialRecord(change));
  else if (first.record.mode !== mode && first.faults.length === 0) {
    const next = withMode(first, change);
    latch.write(next);
    noteMode(state, { from: first.record.mode, next, onNotice });
  }
  return {
    effective: () => {
      const current = read(false);
      return forced === null ? current : { ...current, record: stricter(forced, current.record) };
    },
    engage: ({ reason, message }) => {
      const current = read(false);
      if (current.record.level === 'HALTED' && current.faults.length === 0) return current.record;
      const request = { reason, message, operator: operatorName(process.env), atMs: clock.nowMs() };
      forced = raise(current, { ...request, level: 'HALTED', scopes: [] });
      try {
        latch.stop(forced);
      } catch (error) {
        onNotice(`the latch can't be written, only this process is halted: ${String(error)}`);
      }
      return forced;
    },
    endCanary: (sessionId, why) => {
      const current = read(false);
      const { mode: held, canary } = current.record;
      const isOther = canary !== undefined && canary.sessionId !== sessionId;
      if (held !== 'canary' || isOther || current.faults.length > 0) return;
      const next = withMode(current, { mode: 'shadow', operator: 'cdb', atMs: clock.nowMs(), why });
      latch.write({ ...next, reason: 'canary_rollback' });
    },
  };
}

/** The start has changed the mode: nothing undoes it if the ledger takes no entry, but somebody is told. */
function noteMode(
  { ledger }: StateDirectory,
  change: {
    readonly from: Mode;
    readonly next: ControlRecord;
    readonly onNotice: (text: string) => void;
  },
): void {
  const { from, next, onNotice } = change;
  const { mode, epoch, operator, atMs } = next;
  const why = 'cdb run was started in this mode';
  const details = { from, to: mode, epoch };
  try {
    const action = 'mode changed by a start';
    ledgerFiles(ledger).append({ kind: 'mode', action, atMs, who: operator, why, details });
  } catch (error) {
    onNotice(`the change of the mode is not in the ledger: ${String(error)}`);
  }
}

/** A forced halt ends when an operator releases with a newer epoch. */
function stricter(forced: ControlRecord, current: ControlRecord): ControlRecord {
  return current.epoch > forced.epoch ? current : forced;
}
