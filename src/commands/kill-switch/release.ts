import { locateStateDir } from '../../config/state-dir.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import { lower, releaseTarget } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../tables/plain-text.js';
import type { EngineAck, KillSwitch, KillSwitchServices } from './kill-switch-ports.js';
import { refuseOpenAlarm } from '../watchdog/open-alarm.js';
import { clockTime, engineLine, readControl, tellEngine } from './kill-switch-ports.js';

/** Allows trading again. Hard on purpose: a name, a reason and the target retyped. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: KillSwitchServices,
): Promise<number> {
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const before = readControl(killSwitch);
  refuseOpenAlarm(killSwitch.unacknowledgedAlarm());
  // A running engine may have tripped a breaker of its own, which only a release resets.
  const isRunning = killSwitch.engine.holder() !== null;
  if (isNothingToRelease(before) && !isRunning) return sayNothingToRelease(before, io);
  const result = lower(before, {
    operator: options.text('operator') ?? '',
    justification: options.text('justification') ?? '',
    confirm: options.text('confirm') ?? '',
    atMs: io.nowMs(),
  });
  if (!result.ok) throw refused(before, result.missing);
  writeEverywhere(killSwitch, result.record);
  const ack = await tellEngine(killSwitch, io, { intent: 'release' });
  printResult(io, {
    command: 'kill-switch.release',
    data: releasedData(before, result.record, ack),
    text: () =>
      releasedText(before, result.record, ack) +
      `stop again: ${plainText(atSamePlace('cdb kill-switch engage', options))}\n`,
  });
  return ack.state === 'not-confirmed' ? EXIT.UNREACHABLE : EXIT.OK;
}

function isNothingToRelease({ record, mayInitialise }: EffectiveControl): boolean {
  const isFree = record.level === 'TRADING' && Object.keys(record.scopes).length === 0;
  return mayInitialise || isFree;
}

function sayNothingToRelease({ record, mayInitialise }: EffectiveControl, io: CommandIo): number {
  const words = mayInitialise
    ? 'nothing ran here yet; the first cdb run starts with TRADING'
    : `the level is TRADING already (epoch ${record.epoch})`;
  printResult(io, {
    command: 'kill-switch.release',
    data: { released: false, level: record.level, mode: record.mode, epoch: record.epoch },
    text: () => `nothing to release: ${words}\n`,
  });
  return EXIT.OK;
}

/** Every place, or it does not count: one that is left behind keeps the level where it was. */
function writeEverywhere({ places }: KillSwitch, record: ControlRecord): void {
  for (const place of places) {
    try {
      place.write(record);
    } catch (fault) {
      if (!(fault instanceof DependencyError)) throw fault;
      throw notReleased(place.name, fault);
    }
  }
}

function releasedText(before: EffectiveControl, record: ControlRecord, ack: EngineAck): string {
  return [
    `KILL-SWITCH RELEASED   ${record.mode}   epoch ${record.epoch}   ${clockTime(record.atMs)}`,
    `  level        ${record.level} (was ${before.record.level})`,
    `  by           ${plainText(record.operator)}: ${plainText(record.message)}`,
    engineLine(ack),
    '',
  ].join('\n');
}

function releasedData(before: EffectiveControl, record: ControlRecord, ack: EngineAck): unknown {
  return {
    released: true,
    level: record.level,
    previous_level: before.record.level,
    mode: record.mode,
    epoch: record.epoch,
    at: new Date(record.atMs).toISOString(),
    operator: record.operator,
    justification: record.message,
    engine: { state: ack.state, pid: ack.pid, ack_ms: ack.ms, why: ack.why },
  };
}

function refused(
  { record, faults }: EffectiveControl,
  missing: readonly ('operator' | 'justification' | 'confirm')[],
): OperatorError {
  const forms = {
    operator: '--operator NAME',
    justification: '--justification "why it is safe again"',
    confirm: `--confirm ${releaseTarget(record.mode)}`,
  };
  const wanted = missing.map((name) => forms[name]);
  const why = [record.reason, record.message].filter(Boolean).join(': ');
  return new OperatorError({
    code: 'CDB-E0301',
    what: `Cannot release the kill switch: required ${wanted.join(', ')}`,
    why: plainText(
      `the level is ${record.level} (${why})${faults.length > 0 ? '; see status' : ''}`,
    ),
    todo: `cdb kill-switch release ${Object.values(forms).join(' ')}`,
    exit: EXIT.REFUSED,
  });
}

function notReleased(place: string, fault: DependencyError): OperatorError {
  const isConflict = fault.message.includes('changed in the meantime');
  return new OperatorError({
    code: isConflict ? 'CDB-E0303' : 'CDB-E0304',
    what: `Cannot release the kill switch: the ${place} was not written`,
    why: fault.message,
    todo: isConflict ? 'cdb kill-switch status' : 'repair what is named above and release again',
    exit: isConflict ? EXIT.CONFLICT : EXIT.UNREACHABLE,
    cause: fault,
  });
}
