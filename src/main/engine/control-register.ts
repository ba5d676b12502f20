import { latchPlace } from '../../adapters/files/latch-file.js';
import { isEmptyState, type StateDirectory } from '../../adapters/files/state-directory.js';
import { operatorName } from '../../commands/operator-name.js';
import {
  effectiveRecord,
  initialRecord,
  raise,
  withMode,
  type EffectiveControl,
  type RaiseRequest,
} from '../../engine/control/register.js';
import { coversRequest, type ExitRequest } from '../../engine/control/exit-wish.js';
import {
  mostRestrictive,
  type ControlRecord,
  type Level,
  type Mode,
} from '../../engine/domain/control.js';
import type { Clock } from '../../engine/ports/clock.js';
import { DependencyError } from '../../operator-error.js';

/** Others may write at the same time; each round sees what they wrote. */
const ROUNDS_MAX = 5;

/** Everything, and to HALTED, where nothing else is said. */
export interface EngageRequest extends Pick<RaiseRequest, 'reason' | 'message'> {
  readonly level?: RaiseRequest['level'];
  readonly scopes?: RaiseRequest['scopes'];
  readonly exit?: ExitRequest;
  /** A part of cdb that acts by itself; else whoever runs the engine. */
  readonly operator?: string;
}

/** The register of one state directory as a running engine uses it. */
export interface EngineRegister {
  /** What holds now; unreadable reads as HALTED. */
  effective(): EffectiveControl;
  /** Also when no place can be written any more: then this process alone remembers, until it ends. */
  engage(request: EngageRequest): ControlRecord;
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
    latch.write(withMode(first, change));
  }
  const effective = (): EffectiveControl => {
    const current = read(false);
    return forced === null ? current : { ...current, record: stricter(forced, current.record) };
  };
  return {
    effective,
    engage: (asked) => {
      for (let round = 1; ; round += 1) {
        const current = effective();
        if (isHeld(current, asked)) return current.record;
        const request = { operator: operatorName(process.env), ...asked, atMs: clock.nowMs() };
        const next = raise(current, { level: 'HALTED', scopes: [], ...request });
        try {
          latch.stop(next);
        } catch (error) {
          const isChanged = error instanceof DependencyError && error.retryable;
          if (isChanged && round < ROUNDS_MAX) continue;
          onNotice(`the latch can't be written, only this process obeys: ${String(error)}`);
        }
        // Also what the crude ways of a full disk can't write down.
        forced = next;
        return next;
      }
    },
  };
}

/** Nothing would be restricted further by it, and nothing more would be cancelled or closed. */
function isHeld({ record, faults }: EffectiveControl, asked: EngageRequest): boolean {
  const { level = 'HALTED', scopes = [] } = asked;
  if (faults.length > 0) return false;
  const isAsStrict = (held: Level) => mostRestrictive([held, level]) === held;
  const isRestricted =
    isAsStrict(record.level) ||
    (scopes.length > 0 && scopes.every((scope) => isAsStrict(record.scopes[scope] ?? 'TRADING')));
  return isRestricted && holdsWish(record, asked);
}

/** What is on record is done once, and needs not be asked for again. */
export function holdsWish(
  { exits = [] }: Pick<ControlRecord, 'exits'>,
  { exit, scopes = [] }: Pick<EngageRequest, 'exit' | 'scopes'>,
): boolean {
  return exit === undefined || exits.some((wish) => coversRequest(wish, { ...exit, scopes }));
}

/** A forced halt ends when an operator releases with a newer epoch. */
function stricter(forced: ControlRecord, current: ControlRecord): ControlRecord {
  return current.epoch > forced.epoch ? current : forced;
}
