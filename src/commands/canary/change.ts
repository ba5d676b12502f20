import { locateStateDir } from '../../config/state-dir.js';
import { withMode, type EffectiveControl } from '../../engine/control/register.js';
import type { CanaryTerms } from '../../engine/domain/canary-terms.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import type { KillSwitch } from '../kill-switch/kill-switch-ports.js';
import { readControl } from '../kill-switch/kill-switch-ports.js';
import { changeRegister, exitAfter } from '../mode/change-register.js';
import { engineWords, requireReadable } from '../mode/mode-ports.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../../view/plain-text.js';

export interface RunningCanary {
  readonly killSwitch: KillSwitch;
  readonly control: EffectiveControl;
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
  const { mode } = control.record;
  if (mode !== 'canary') throw noneRuns(`the mode of the register is ${mode}`);
  return { killSwitch, control };
}

/**
 * A stop keeps the mode and drops what a canary may do.
 * @throws OperatorError (exit 6) where only the way back is left, or not even that
 */
export function requireTerms({ record }: EffectiveControl): CanaryTerms {
  const { mode, canary } = record;
  if (mode !== 'canary') throw noneRuns(`the mode of the register is ${mode}`);
  if (canary === undefined) throw noneRuns('it was stopped; cdb canary rollback ends it');
  return canary;
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
  /** From what the register says then; null: back to shadow. */
  readonly termsOf: (current: EffectiveControl) => CanaryTerms | null;
  readonly words: string;
}

export async function changeCanary(
  { killSwitch, control }: RunningCanary,
  { command, isMore, termsOf, words }: CanaryChange,
  options: ParsedOptions,
  io: CommandIo,
): Promise<number> {
  const operator = options.text('operator') ?? operatorName(io.env);
  const atMs = io.nowMs();
  const reason = options.text('reason') ?? '';
  const why = reason === '' ? words : `${words}: ${reason}`;
  const next = (current: EffectiveControl): ControlRecord => {
    const terms = termsOf(current);
    const mode = terms === null ? 'shadow' : 'canary';
    const change = { mode, operator, atMs, why, ...(terms !== null && { canary: terms }) } as const;
    return { ...withMode(current, change), reason: 'canary' };
  };
  const detailsOf = ({ epoch, canary }: ControlRecord) => ({
    epoch,
    session_id: control.record.canary?.sessionId ?? null,
    percent: canary?.percent ?? 0,
  });
  const eventOf = (record: ControlRecord) => ({
    ...({ kind: 'canary', action: command.replace('.', ' ') } as const),
    ...{ atMs, who: operator, why, details: detailsOf(record) },
  });
  const changed = await changeRegister(killSwitch, { before: control, isMore, next, eventOf }, io);
  const { record, engine, note } = changed;
  printResult(io, {
    command,
    data: { ...detailsOf(record), mode: record.mode, operator, engine, note },
    text: () =>
      `CANARY ${plainText(words)}   epoch ${record.epoch}   by ${plainText(operator)}\n` +
      `  engine       ${plainText(engineWords(engine))}\n`,
  });
  return exitAfter(changed, io);
}

/** What takes risk away; never asks. */
export async function lessenCanary(
  change: Omit<CanaryChange, 'isMore'>,
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const running = await runningCanary(options, io, services);
  return changeCanary(running, { ...change, isMore: false }, options, io);
}
