import { wordsOf } from '../../engine/domain/words-of.js';
import { locateStateDir } from '../../config/state-dir.js';
import { withMode, type EffectiveControl } from '../../engine/control/register.js';
import type { CanaryTerms } from '../../engine/domain/canary-terms.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import type { KillSwitch } from '../kill-switch/kill-switch-ports.js';
import { readControl } from '../kill-switch/kill-switch-ports.js';
import {
  engineWords,
  noteFirst,
  requireReadable,
  tellMode,
  writeLess,
  writeRecord,
} from '../mode/mode-ports.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../tables/plain-text.js';

export interface RunningCanary {
  readonly killSwitch: KillSwitch;
  readonly ledger: Ledger;
  readonly control: EffectiveControl;
  /** Null after a stop, which keeps the mode and drops what a canary may do. */
  readonly terms: CanaryTerms | null;
}

/** @throws OperatorError (exit 6) when the register says no canary */
export async function runningCanary(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<RunningCanary> {
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const control = readControl(killSwitch);
  requireReadable(control, 'Cannot change the canary');
  const { mode, canary: terms = null } = control.record;
  if (mode !== 'canary') throw noneRuns(`the mode of the register is ${mode}`);
  return { killSwitch, control, terms, ledger: killSwitch.ledger };
}

/** @throws OperatorError (exit 6) where only the way back is left */
export function requireTerms({ terms }: RunningCanary): CanaryTerms {
  if (terms === null) throw noneRuns('it was stopped; cdb canary rollback ends it');
  return terms;
}

function noneRuns(why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0318',
    what: 'Cannot change the canary: none runs',
    why,
    todo: 'cdb canary status',
    exit: EXIT.CONFLICT,
  });
}

export interface CanaryChange {
  /** Of its answer. */
  readonly command: 'canary.step' | 'canary.hold' | 'canary.rollback';
  readonly isMore: boolean;
  /** Null: back to shadow. */
  readonly terms: CanaryTerms | null;
  readonly words: string;
}

/** What takes risk away is done first and put on record then. */
export async function changeCanary(
  { killSwitch, ledger, control, terms: before }: RunningCanary,
  { command, isMore, terms, words }: CanaryChange,
  options: ParsedOptions,
  io: CommandIo,
): Promise<number> {
  const operator = options.text('operator') ?? operatorName(io.env);
  const atMs = io.nowMs();
  const reason = options.text('reason') ?? '';
  const why = reason === '' ? words : `${words}: ${reason}`;
  const mode = terms === null ? 'shadow' : 'canary';
  const change = { mode, operator, atMs, why, ...(terms !== null && { canary: terms }) } as const;
  const next = (current: EffectiveControl): ControlRecord => ({
    ...withMode(current, change),
    reason: 'canary',
  });
  const detailsOf = ({ epoch }: ControlRecord) => ({
    epoch,
    session_id: before?.sessionId ?? null,
    percent: terms?.percent ?? 0,
  });
  const eventOf = (record: ControlRecord) =>
    ({
      kind: 'canary',
      action: command.replace('.', ' '),
      ...{ atMs, who: operator, why },
      details: detailsOf(record),
    }) as const;
  let note: string | null = null;
  let record = next(control);
  if (isMore) noteFirst(ledger, eventOf(record), io);
  if (terms === null) record = writeLess(killSwitch, next);
  else writeRecord(killSwitch, record);
  if (!isMore) {
    try {
      ledger.append(eventOf(record));
    } catch (fault) {
      note = `it holds, but it is not in the ledger: ${wordsOf(fault)}`;
    }
  }
  const { epoch } = record;
  const details = detailsOf(record);
  const word = await tellMode(killSwitch, epoch);
  if (note !== null) io.stderr(`note: ${plainText(note)}\n`);
  printResult(io, {
    command,
    data: { ...details, mode, operator, engine: word, note },
    text: () =>
      `CANARY ${plainText(words)}   epoch ${epoch}   by ${plainText(operator)}\n` +
      `  engine       ${plainText(engineWords(word))}\n`,
  });
  if (word.state === 'follows' && word.mode !== mode) return EXIT.FINDING;
  return word.state === 'not-confirmed' || note !== null ? EXIT.UNREACHABLE : EXIT.OK;
}
