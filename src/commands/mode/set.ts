import { modeUnder } from '../../config/mode-flags.js';
import { locateStateDir } from '../../config/state-dir.js';
import { askedBy } from '../../engine/control/effective-mode.js';
import { withMode, type EffectiveControl } from '../../engine/control/register.js';
import { MODES, type ControlRecord, type Mode } from '../../engine/domain/control.js';
import { assertInvariant } from '../../engine/domain/invariant.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { requireYes } from '../confirmation.js';
import type { KillSwitch } from '../kill-switch/kill-switch-ports.js';
import { readControl } from '../kill-switch/kill-switch-ports.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../../view/plain-text.js';
import { setRestricted } from './set-restricted.js';
import { changeRegister, exitAfter, isOther, type RegisterChanged } from './change-register.js';
import { engineCanary, whatCanaryHolds } from './engine-canary.js';
import { countingFlags } from './engine-flags.js';
import { engineWords, requireReadable } from './mode-ports.js';

interface Setting {
  readonly mode: 'shadow' | 'paper';
  readonly before: EffectiveControl;
  readonly killSwitch: KillSwitch;
}

/** Changes what a running engine does with its orders, without a restart. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const mode = MODES.find((known) => known === options.text('mode'));
  assertInvariant(mode !== undefined, 'the argument is one of the modes');
  if (mode === 'canary' || mode === 'live') return setRestricted(mode, options, io, services);
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const before = readControl(killSwitch);
  requireReadable(before, `Cannot set the mode to ${mode}`);
  if (before.mayInitialise) throw nothingRuns(mode);
  if (before.record.mode === mode) return sayNothing(mode, before, io);
  if (mode === 'paper') await askForPaper({ killSwitch, before }, options, io);
  const change = await setMode({ mode, before, killSwitch }, options, io);
  return report(before.record.mode, change, options, io);
}

async function setMode(
  { mode, before, killSwitch }: Setting,
  options: ParsedOptions,
  io: CommandIo,
): Promise<RegisterChanged> {
  const who = options.text('operator') ?? operatorName(io.env);
  const from = before.record.mode;
  const why = options.text('reason') ?? '';
  const words = `mode ${from} to ${mode}${why === '' ? '' : `: ${why}`}`;
  const atMs = io.nowMs();
  const next = (current: EffectiveControl) =>
    withMode(current, { mode, operator: who, atMs, why: words });
  const eventOf = ({ epoch, level }: ControlRecord) =>
    ({
      kind: 'mode',
      action: 'mode set',
      ...{ atMs, who, why },
      details: { from, to: mode, epoch, level },
    }) as const;
  return changeRegister(killSwitch, { before, isMore: mode === 'paper', next, eventOf }, io);
}

async function askForPaper(
  { killSwitch, before: { record } }: Pick<Setting, 'killSwitch' | 'before'>,
  options: ParsedOptions,
  io: CommandIo,
): Promise<void> {
  const { whose, words, found } = await countingFlags(killSwitch, io, configLocation(options, io));
  const { why, verdict } = modeUnder(askedBy({ mode: 'paper' }), found);
  if (verdict === 'NO-GO') {
    throw new OperatorError({
      code: 'CDB-E0310',
      what: 'Cannot set the mode to paper: the flags do not allow it',
      why: plainText(whose === 'unknown' ? words : `${words}: ${why.join('; ')}`),
      todo: atSamePlace('cdb mode show', options),
      exit: EXIT.REFUSED,
    });
  }
  const holds = whatCanaryHolds(await engineCanary(killSwitch, io));
  if (holds !== null) throw heldByCanary(holds);
  const target = `target  mode ${record.mode} to paper: orders go to the simulated venue`;
  io.stderr(`${target}, in the real book, which a canary on paper fills too\n`);
  await requireYes(options, io, {
    code: 'CDB-E0322',
    what: 'Cannot set the mode without a yes',
    question: 'Set it?',
    command: atSamePlace('cdb mode set paper', options),
  });
}

/** Its orders would be netted with what paper does, and sold as paper's. */
function heldByCanary([why, todo]: readonly [string, string]): OperatorError {
  return new OperatorError({
    code: 'CDB-E0325',
    what: 'Cannot set the mode to paper: its book is a canary’s',
    why: plainText(why),
    todo,
    exit: EXIT.REFUSED,
  });
}

function report(
  from: Mode,
  changed: RegisterChanged,
  options: ParsedOptions,
  io: CommandIo,
): number {
  const { record, engine, note } = changed;
  const { mode, epoch, operator } = record;
  const drift = isOther(engine, mode)
    ? `PARTIAL: the engine decides in ${engine.mode ?? '?'}: its own flags allow no more; cdb logs says which\n`
    : '';
  const { state, pid, why } = engine;
  printResult(io, {
    command: 'mode.set',
    data: {
      changed: true,
      from,
      mode,
      epoch,
      operator,
      engine: { state, mode: engine.mode, pid, why },
      note,
    },
    text: () =>
      `${plainText(drift).trimEnd()}${drift === '' ? '' : '\n'}` +
      `MODE ${mode}   was ${from}   epoch ${epoch}   by ${plainText(operator)}\n` +
      `  engine       ${plainText(engineWords(engine))}\n` +
      `undo: ${atSamePlace(`cdb mode set ${from === 'paper' ? 'paper' : 'shadow'}`, options)}\n`,
  });
  return exitAfter(changed, io);
}

function sayNothing(mode: Mode, { record }: EffectiveControl, io: CommandIo): number {
  const { epoch } = record;
  printResult(io, {
    command: 'mode.set',
    data: { changed: false, from: mode, mode, epoch },
    text: () => `nothing to do: the mode is ${mode} already (epoch ${epoch})\n`,
  });
  return EXIT.OK;
}

function nothingRuns(mode: 'shadow' | 'paper'): OperatorError {
  return new OperatorError({
    code: 'CDB-E0316',
    what: `Cannot set the mode to ${mode}: nothing ever ran in this state directory`,
    why: 'the first start writes the register, in the mode that it is started in',
    todo: `cdb run --${mode}; or name the right directory with --state-dir`,
    exit: EXIT.NOT_FOUND,
  });
}
