import { unacknowledgedAlarm } from '../../adapters/files/alarm-file.js';
import { latchPlace } from '../../adapters/files/latch-file.js';
import { encodeLatch } from '../../adapters/files/latch-record.js';
import { isEmptyState, type StateDirectory } from '../../adapters/files/state-directory.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { recordInLedger } from '../../commands/ledger-record.js';
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
import { releasedMember } from '../../engine/control/releases.js';
import {
  mostRestrictive,
  type ControlReading,
  type ControlRecord,
  type Level,
  type Mode,
} from '../../engine/domain/control.js';
import type { Clock } from '../../engine/ports/clock.js';
import { ChangedMeanwhile } from '../../operator-error.js';

/** Others may write at the same time; each round sees what they wrote. */
const ROUNDS_MAX = 5;
/** Some milliseconds of looking, once, at a latch that was there. */
const ABSENT_LOOKS = 200;

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
  shell: Shell,
): EngineRegister {
  const latch = latchPlace(state.control);
  // Looked at once, before this start leaves anything: later the directory is never empty.
  const first = effectiveRecord([{ place: latch.name, reading: latch.read() }], {
    stateDirEmpty: isEmptyState(state),
  });
  const change = { mode, operator: operatorName(process.env), atMs: shell.clock.nowMs() };
  if (first.mayInitialise) latch.write(initialRecord(change));
  else if (first.record.mode !== mode && first.faults.length === 0) {
    const next = withMode(first, change);
    latch.write(next);
    noteMode(state, { from: first.record.mode, next, onNotice: shell.onNotice });
  }
  const register = new LatchRegister(latch, shell);
  holdAlarm(state, register, shell.onNotice);
  return register;
}

interface Shell {
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
}

type Latch = ReturnType<typeof latchPlace>;

export class LatchRegister implements EngineRegister {
  readonly #latch: Latch;
  readonly #shell: Shell;
  readonly #listened: (() => readonly PlacedReading[])[] = [];
  /** What this process obeys although no place could be written. */
  #forced: ControlRecord | null = null;
  /** The order for all hosts that the latch has on its word. */
  #followed: ControlRecord | null = null;
  /** The latch as it was when its epoch was last set against those of the other places. */
  #counted: ControlRecord | null = null;

  #absentLooks = ABSENT_LOOKS;

  constructor(latch: Latch, shell: Shell) {
    this.#latch = latch;
    this.#shell = shell;
  }

  own(): EffectiveControl {
    return effectiveRecord(this.#readings(), { stateDirEmpty: false });
  }

  effective(): EffectiveControl {
    const others = this.#others();
    const readings = this.#readings();
    const own = effectiveRecord(readings, { stateDirEmpty: false });
    if (others.length === 0) return own;
    const all = effectiveRecord([...readings, ...others], { stateDirEmpty: false });
    const renumbered = renumberedRecord(own.record, { others, counted: this.#counted });
    if (renumbered === null) return all;
    const { epoch } = renumbered;
    return { ...all, record: { ...all.record, epoch, ...renumberedReleases(all, renumbered) } };
  }

  listenTo(places: () => readonly PlacedReading[]): void {
    this.#counted ??= this.own().record;
    this.#listened.push(places);
  }

  follow(): void {
    const current = this.own();
    if (current.faults.length > 0) return;
    const others = this.#others();
    const renumbered = renumberedRecord(current.record, { others, counted: this.#counted });
    if (renumbered !== null) this.#keep(renumbered);
    const order = newestOrder(others);
    if (order === undefined) return;
    const next = followedRecord(this.own().record, { order, followed: this.#followed });
    if (next !== null) this.#keep(next);
    const { record } = this.own();
    const asOrdered = { ...order, mode: current.record.mode, ...releasedMember([record, order]) };
    if (encodeLatch(record) === encodeLatch(asOrdered)) {
      this.#followed = record;
    }
  }

  engage(asked: EngageRequest): ControlRecord {
    const { clock, onNotice } = this.#shell;
    for (let round = 1; ; round += 1) {
      const current = this.own();
      if (isHeld(current, asked)) return current.record;
      const request = { operator: operatorName(process.env), ...asked, atMs: clock.nowMs() };
      const next = raise(current, { level: 'HALTED', scopes: [], ...request });
      try {
        this.#latch.stop(next, round === ROUNDS_MAX);
      } catch (error) {
        if (error instanceof ChangedMeanwhile && round < ROUNDS_MAX) continue;
        onNotice(`the latch can't be written, only this process obeys: ${String(error)}`);
      }
      // Also what the crude ways of a full disk can't write down.
      this.#forced = next;
      return next;
    }
  }

  endCanary(sessionId: string, why: string): void {
    for (let round = 1; ; round += 1) {
      const current = this.own();
      const { mode, canary } = current.record;
      const isOther = canary !== undefined && canary.sessionId !== sessionId;
      if (mode !== 'canary' || isOther || current.faults.length > 0) return;
      const atMs = this.#shell.clock.nowMs();
      const change = { mode: 'shadow', operator: 'cdb', atMs, why } as const;
      try {
        this.#latch.write({ ...withMode(current, change), reason: 'canary_rollback' });
        return;
      } catch (error) {
        if (!(error instanceof ChangedMeanwhile) || round >= ROUNDS_MAX) throw error;
      }
    }
  }

  /** A halt of this process ends with a newer record that can be read; until then both count. */
  #readings(): readonly PlacedReading[] {
    const reading = this.#look();
    const latch: PlacedReading = { place: this.#latch.name, reading };
    const forced = this.#forced;
    if (forced === null) return [latch];
    if (reading.state === 'present' && reading.record.epoch > forced.epoch) return [latch];
    return [{ place: 'this process', reading: { state: 'present', record: forced } }, latch];
  }

  /** Whoever changes the latch takes it away for a moment; one that stays away is gone. */
  #look(): ControlReading {
    let reading = this.#latch.read();
    for (let again = 0; reading.state === 'absent' && again < this.#absentLooks; again += 1) {
      reading = this.#latch.read();
    }
    this.#absentLooks = reading.state === 'absent' ? 0 : ABSENT_LOOKS;
    return reading;
  }

  #others(): readonly PlacedReading[] {
    return this.#listened.flatMap((places) => places());
  }

  #keep(record: ControlRecord): void {
    try {
      this.#latch.write(record);
      this.#counted = record;
    } catch (error) {
      // Tried again with the next look; until then the places themselves are what counts.
      this.#shell.onNotice(`the latch does not follow the other places: ${String(error)}`);
    }
  }
}

function renumberedReleases(
  all: EffectiveControl,
  renumbered: ControlRecord,
): Pick<ControlRecord, 'released'> {
  return all.faults.length > 0 ? {} : releasedMember([all.record, renumbered]);
}

/** What one of the places still says beside it holds as long as it says so. */
function newestOrder(others: readonly PlacedReading[]): ControlRecord | undefined {
  return others
    .flatMap(({ isOrder, reading }) =>
      isOrder === true && reading.state === 'present' ? [reading.record] : [],
    )
    .toSorted((a, b) => b.epoch - a.epoch)[0];
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
export function isHeld({ record, faults }: EffectiveControl, asked: EngageRequest): boolean {
  const { level = 'HALTED', scopes = [] } = asked;
  if (faults.length > 0) return false;
  const isAsStrict = (held: Level) => mostRestrictive([held, level]) === held;
  const isRestricted =
    isAsStrict(record.level) ||
    (scopes.length > 0 && scopes.every((scope) => isAsStrict(record.scopes[scope] ?? 'TRADING')));
  return isRestricted && holdsWish(record, asked);
}

/** What is on record is done once, and needs not be asked for again. */
function holdsWish(
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
  const action = 'mode changed by a start';
  const event = { kind: 'mode', action, atMs, who: operator, why, details } as const;
  const outcome = recordInLedger(ledgerFiles(ledger), event);
  if (outcome.state === 'failed')
    onNotice(`the change of the mode is not in the ledger: ${outcome.why}`);
}
