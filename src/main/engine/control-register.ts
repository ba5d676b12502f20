import { unacknowledgedAlarm } from '../../adapters/files/alarm-file.js';
import { latchPlace } from '../../adapters/files/latch-file.js';
import { encodeLatch } from '../../adapters/files/latch-record.js';
import { isEmptyState, type StateDirectory } from '../../adapters/files/state-directory.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { operatorName } from '../../commands/operator-name.js';
import {
  effectiveRecord,
  followedRecord,
  initialRecord,
  raise,
  renumberedRecord,
  withMode,
  type EffectiveControl,
  type PlacedReading,
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
  /** What holds now, by the latch and all places that are listened to; unreadable reads as HALTED. */
  effective(): EffectiveControl;
  /** What the latch of this host says. */
  own(): EffectiveControl;
  /** From now on these places count as well. */
  listenTo(places: () => readonly PlacedReading[]): void;
  /**
   * Keeps in the latch what is ordered for all hosts, so that a halt outlives the place that told it; it
   * ends there with the newer order that ends it.
   */
  follow(): void;
  /** Also when no place can be written any more: then this process alone remembers, until it ends. */
  engage(request: EngageRequest): ControlRecord;
  /**
   * This session has ended in the fold: the latch says so too, and with it what this host tells the others,
   * whose modes are their own. Nothing where it says something else. @throws DependencyError
   */
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
  const listened: (() => readonly PlacedReading[])[] = [];
  /** The order for all hosts that the latch has on its word. */
  let followed: ControlRecord | null = null;
  /** The latch as it was when its epoch was last set against those of the other places. */
  let counted: ControlRecord | null = null;
  const read = (isEmpty: boolean, others: readonly PlacedReading[] = []): EffectiveControl =>
    effectiveRecord([{ place: latch.name, reading: latch.read() }, ...others], {
      stateDirEmpty: isEmpty,
    });
  const first = read(stateDirEmpty);
  const change = { mode, operator: operatorName(process.env), atMs: clock.nowMs() };
  if (first.mayInitialise) latch.write(initialRecord(change));
  else if (first.record.mode !== mode && first.faults.length === 0) {
    const next = withMode(first, change);
    latch.write(next);
    noteMode(state, { from: first.record.mode, next, onNotice });
  }
  const own = (): EffectiveControl => {
    const current = read(false);
    return forced === null ? current : { ...current, record: stricter(forced, current.record) };
  };
  const effective = (): EffectiveControl => {
    const others = listened.flatMap((places) => places());
    if (others.length === 0) return own();
    const current = own();
    const here = {
      place: latch.name,
      reading: { state: 'present', record: current.record },
    } as const;
    const all =
      forced === null && current.faults.length > 0
        ? read(false, others)
        : effectiveRecord([here, ...others], { stateDirEmpty: false });
    const renumbered = renumberedRecord(current.record, { others, counted });
    if (renumbered === null) return all;
    return { ...all, record: { ...all.record, epoch: renumbered.epoch } };
  };
  const write = (record: ControlRecord): void => {
    try {
      latch.write(record);
      counted = record;
    } catch (error) {
      // Tried again with the next look; until then the places themselves are what counts.
      onNotice(`the latch does not follow the other places: ${String(error)}`);
    }
  };
  const register: EngineRegister = {
    effective,
    own,
    listenTo: (places) => {
      counted ??= own().record;
      listened.push(places);
    },
    follow: () => {
      const current = own();
      if (current.faults.length > 0) return;
      const others = listened.flatMap((places) => places());
      const renumbered = renumberedRecord(current.record, { others, counted });
      if (renumbered !== null) write(renumbered);
      // The newest of all places; what another one still says holds as long as it says so.
      const order = others
        .flatMap(({ isOrder, reading }) =>
          isOrder === true && reading.state === 'present' ? [reading.record] : [],
        )
        .toSorted((a, b) => b.epoch - a.epoch)[0];
      if (order === undefined) return;
      const next = followedRecord(own().record, { order, followed });
      if (next !== null) write(next);
      if (encodeLatch(own().record) === encodeLatch({ ...order, mode: current.record.mode })) {
        followed = own().record;
      }
    },
    engage: (asked) => {
      for (let round = 1; ; round += 1) {
        const current = own();
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
    endCanary: (sessionId, why) => {
      for (let round = 1; ; round += 1) {
        const current = own();
        const { mode: held, canary } = current.record;
        const isOther = canary !== undefined && canary.sessionId !== sessionId;
        if (held !== 'canary' || isOther || current.faults.length > 0) return;
        const change = { mode: 'shadow', operator: 'cdb', atMs: clock.nowMs(), why } as const;
        try {
          latch.write({ ...withMode(current, change), reason: 'canary_rollback' });
          return;
        } catch (error) {
          const isChanged = error instanceof DependencyError && error.retryable;
          if (!isChanged || round >= ROUNDS_MAX) throw error;
        }
      }
    },
  };
  holdAlarm(state, register, onNotice);
  return register;
}

/** What the watchdog has halted stays halted, also where somebody has written the latch since. */
function holdAlarm(
  state: StateDirectory,
  register: EngineRegister,
  onNotice: (text: string) => void,
): void {
  const alarm = unacknowledgedAlarm(state.root);
  if (alarm === null) return;
  onNotice(
    `HALTED: an alarm of the watchdog is not acknowledged (${alarm.words}); ` +
      'look at it, then: cdb watchdog ack',
  );
  const message = `watchdog alarm ${alarm.id} is not acknowledged: ${alarm.words}`;
  register.engage({ reason: 'system_error', message });
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
