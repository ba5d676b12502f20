import type { EffectiveControl } from '../../engine/control/register.js';
import type { ControlRecord, Mode } from '../../engine/domain/control.js';
import type { LedgerEvent } from '../../engine/domain/ledger.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import {
  ChangedMeanwhile,
  DependencyError,
  EXIT,
  OperatorError,
  type ExitCode,
} from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { readControl, type KillSwitch } from '../kill-switch/kill-switch-ports.js';
import { recordInLedger } from '../ledger-record.js';
import { plainText } from '../../view/plain-text.js';
import { tellMode, type EngineWord } from './mode-ports.js';

const ROUNDS_MAX = 5;

export interface RegisterChange {
  /** On what it was decided. */
  readonly before: EffectiveControl;
  /** More risk is put on record first, and not done without; less is done first and put on record then. */
  readonly isMore: boolean;
  /** Of less risk it is asked again where somebody wrote meanwhile; throws where it is none any more. */
  readonly next: (current: EffectiveControl) => ControlRecord;
  readonly eventOf: (record: ControlRecord) => LedgerEvent;
}

export interface RegisterChanged {
  readonly record: ControlRecord;
  readonly engine: EngineWord;
  /** What went wrong without keeping the change from holding. */
  readonly note: string | null;
}

/**
 * Changes the register in every place, puts it on record and tells the engine.
 * @throws OperatorError (exit 6) when somebody else wrote meanwhile, (exit 4) when register or ledger can't be written
 */
export async function changeRegister(
  killSwitch: KillSwitch,
  change: RegisterChange,
  io: CommandIo,
): Promise<RegisterChanged> {
  const { ledger } = killSwitch;
  const { before, isMore, next, eventOf } = change;
  let record = next(before);
  let note: string | null = null;
  if (isMore) {
    recordedFirst(ledger, eventOf(record), io, () => {
      writeRecord(killSwitch, record);
    });
  } else {
    record = writeLess(killSwitch, next);
    const outcome = recordInLedger(ledger, eventOf(record));
    if (outcome.state === 'failed') note = `it holds, but it is not in the ledger: ${outcome.why}`;
  }
  return { record, engine: await tellMode(killSwitch, io, record.epoch), note };
}

/** Says what went wrong. @returns how the command exits */
export function exitAfter({ record, engine, note }: RegisterChanged, io: CommandIo): ExitCode {
  if (note !== null) io.stderr(`note: ${plainText(note)}\n`);
  if (isOther(engine, record.mode)) return EXIT.FINDING;
  return engine.state === 'not-confirmed' || note !== null ? EXIT.UNREACHABLE : EXIT.OK;
}

/** The engine has looked, and decides in something else: its own flags or fold allow no more. */
export function isOther({ state, mode }: EngineWord, asked: Mode): boolean {
  return state === 'follows' && mode !== asked;
}

/**
 * On record before it holds, and once more where nothing came of it.
 * @throws OperatorError (exit 4) where it can't be put on record, and what `work` throws
 */
export function recordedFirst(
  ledger: Ledger,
  event: LedgerEvent,
  io: CommandIo,
  work: () => void,
): void {
  noteFirst(ledger, event);
  try {
    work();
  } catch (fault) {
    const why = fault instanceof OperatorError ? `${fault.what}: ${fault.why}` : wordsOf(fault);
    const outcome = recordInLedger(ledger, {
      ...event,
      ...{ action: `${event.action}: not done`, atMs: io.nowMs(), why },
      details: { ...event.details, saidAtMs: event.atMs },
    });
    if (outcome.state === 'failed')
      io.stderr(`note: the ledger says that it was done: ${plainText(outcome.why)}\n`);
    throw fault;
  }
}

function noteFirst(ledger: Ledger, event: LedgerEvent): void {
  try {
    ledger.append(event);
  } catch (fault) {
    if (!(fault instanceof DependencyError)) throw fault;
    throw new OperatorError({
      code: 'CDB-E0315',
      what: `Cannot put "${event.action}" on record, so it was not done`,
      why: fault.message,
      todo: 'repair the ledger directory; stopping and cdb mode set shadow work without it',
      exit: EXIT.UNREACHABLE,
      cause: fault,
    });
  }
}

/** Writes every place, or it does not count. */
function writeRecord({ places }: KillSwitch, record: ControlRecord): void {
  for (const place of places) {
    try {
      place.write(record);
    } catch (fault) {
      if (!(fault instanceof DependencyError)) throw fault;
      const isConflict = fault instanceof ChangedMeanwhile;
      throw new OperatorError({
        code: isConflict ? 'CDB-E0313' : 'CDB-E0314',
        what: `Cannot set the mode to ${record.mode}: the ${place.name} was not written`,
        why: fault.message,
        todo: isConflict ? 'cdb mode show, and decide again' : 'repair what is named above',
        exit: isConflict ? EXIT.CONFLICT : EXIT.UNREACHABLE,
        cause: fault,
      });
    }
  }
}

/** Whoever wrote meanwhile is looked at, and it is written all the same. */
function writeLess(
  killSwitch: KillSwitch,
  next: (current: EffectiveControl) => ControlRecord,
): ControlRecord {
  for (let round = 1; ; round += 1) {
    const record = next(readControl(killSwitch));
    try {
      writeRecord(killSwitch, record);
      return record;
    } catch (fault) {
      const isConflict = fault instanceof OperatorError && fault.cause instanceof ChangedMeanwhile;
      if (!isConflict || round >= ROUNDS_MAX) throw fault;
    }
  }
}
