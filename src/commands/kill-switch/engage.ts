import { locateStateDir } from '../../config/state-dir.js';
import type { EffectiveControl, RaiseRequest } from '../../engine/control/register.js';
import { raise, releaseTarget, STOP_REASONS } from '../../engine/control/register.js';
import type { StopOutcome } from '../../engine/control/stop-outcome.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { mostRestrictive } from '../../engine/domain/control.js';
import { DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../tables/plain-text.js';
import type { EngineAck, KillSwitch, KillSwitchServices } from './kill-switch-ports.js';
import { clockTime, engineLine, readControl, tellEngine } from './kill-switch-ports.js';

interface PlaceStopped {
  readonly place: string;
  readonly outcome: StopOutcome | null;
  readonly failures: readonly string[];
}

interface Stopped {
  readonly stateDir: string;
  readonly before: EffectiveControl;
  readonly record: ControlRecord;
  readonly places: readonly PlaceStopped[];
}

interface Words {
  /** Why the stop is not complete, null when it is. */
  readonly partial: string | null;
  readonly undo: string;
}

/** Others may write at the same time; each round sees what they wrote. */
const ROUNDS_MAX = 5;

/** Never prompts, and nothing on the command line or in the configuration prevents it. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: KillSwitchServices,
): Promise<number> {
  const { request, notes } = stopRequest(options, io);
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const stopped = { stateDir, ...stopPlaces(killSwitch, request) };
  const { record } = stopped;
  const ack = await tellEngine(killSwitch, io, {
    intent: 'engage',
    epoch: record.epoch,
    reason: record.reason,
    message: record.message,
  });
  const isWritten = stopped.places.some(({ outcome }) => outcome !== null);
  if (!isWritten && ack.state !== 'acknowledged') throw notEngaged(stopped, ack);
  for (const note of notes) io.stderr(`note: ${note}\n`);
  const partial = partialWords(isWritten, ack);
  const undo = atSamePlace(undoCommand(record), options);
  printResult(io, {
    command: 'kill-switch.engage',
    data: engagedData(stopped, ack, { partial, undo }),
    text: () => engagedText(stopped, ack, { partial, undo }),
  });
  return partial === null ? EXIT.OK : EXIT.UNREACHABLE;
}

/** Whatever can't be understood is read as the stricter thing, and said. */
function stopRequest(
  options: ParsedOptions,
  io: CommandIo,
): { readonly request: RaiseRequest; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const level = options.text('level') ?? 'halt';
  const isReduce = /^reduc(e|ing)$/i.test(level);
  if (!isReduce && !/^halt(ed)?$/i.test(level)) {
    notes.push(`required level halt or reduce, found "${plainText(level)}": took halt`);
  }
  const scopes = options.list('scope').filter((scope) => scope !== 'all');
  const isForAll = scopes.length < options.list('scope').length;
  const unknown = scopes.filter((scope) => !/^(strategy|symbol):./.test(scope));
  for (const scope of unknown) {
    notes.push(
      `required scope all, strategy:ID or symbol:S, found "${plainText(scope)}": took all`,
    );
  }
  const word = options.text('reason') ?? 'manual';
  const reason = STOP_REASONS.find((known) => known === word);
  const said = [options.text('message'), reason === undefined ? word : '', ...options.list('text')];
  return {
    notes,
    request: {
      level: isReduce ? 'REDUCING' : 'HALTED',
      scopes: isForAll || unknown.length > 0 ? [] : scopes,
      reason: reason ?? 'manual',
      message: said.filter((part) => part !== undefined && part !== '').join(' '),
      operator: operatorName(io.env),
      atMs: io.nowMs(),
    },
  };
}

/** Never throws: what could not be written is in the answer. */
export function stopPlaces(
  killSwitch: KillSwitch,
  request: RaiseRequest,
): Omit<Stopped, 'stateDir'> {
  const createFailures: string[] = [];
  try {
    killSwitch.createStateDir();
  } catch (fault) {
    createFailures.push(wordsOf(fault));
  }
  for (let round = 1; ; round += 1) {
    const before = readControl(killSwitch);
    const asked = raise(before, request);
    // After so many rounds somebody writes without end; HALTED replaces whatever is there.
    const record: ControlRecord = round < ROUNDS_MAX ? asked : { ...asked, level: 'HALTED' };
    const places = killSwitch.places.map((place): PlaceStopped => {
      try {
        const outcome = place.stop(record);
        return { place: place.name, outcome, failures: outcome.failures };
      } catch (fault) {
        if (round < ROUNDS_MAX && fault instanceof DependencyError && fault.retryable) {
          return { place: place.name, outcome: null, failures: [CHANGED] };
        }
        return { place: place.name, outcome: null, failures: [...createFailures, wordsOf(fault)] };
      }
    });
    if (!places.some(({ failures }) => failures.includes(CHANGED))) {
      return { before, record, places };
    }
  }
}

const CHANGED = 'changed in the meantime';

function wordsOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

/** @returns why the stop is not complete, null when it is */
function partialWords(isWritten: boolean, ack: EngineAck): string | null {
  if (!isWritten) return 'PARTIAL: the engine stopped, but nothing was written; keep it running';
  if (ack.state !== 'not-confirmed') return null;
  const pid = ack.pid === null ? '' : ` (pid ${ack.pid})`;
  return `PARTIAL: engine${pid} not confirmed; if orders still leave, kill -9 it`;
}

function levelReached({ record, places }: Stopped) {
  return mostRestrictive([
    record.level,
    ...places.flatMap(({ outcome }) => (outcome === null ? [] : [outcome.level])),
  ]);
}

function engagedText(stopped: Stopped, ack: EngineAck, { partial, undo }: Words): string {
  const { before, record, places } = stopped;
  const scopes = Object.entries(record.scopes).map(([scope, level]) => `${scope} ${level}`);
  return [
    ...(partial === null ? [] : [partial]),
    ...(before.mayInitialise ? [`NOTE: nothing ever ran here; is this the right directory?`] : []),
    `KILL-SWITCH ENGAGED   ${record.mode}   epoch ${record.epoch}   ${clockTime(record.atMs)}`,
    `  level        ${levelReached(stopped)} (was ${before.record.level})`,
    ...(scopes.length === 0 ? [] : [`  scopes       ${plainText(scopes.join(', '))}`]),
    `  why          ${plainText([record.reason, record.message].filter(Boolean).join(': '))}`,
    engineLine(ack),
    `  state dir    ${plainText(stopped.stateDir)}`,
    `written: ${places.map(placeWords).join(', ')}`,
    `undo: ${plainText(undo)}`,
    '',
  ].join('\n');
}

export function placeWords({ place, outcome, failures }: PlaceStopped): string {
  const trouble = failures.length === 0 ? '' : ` after ${plainText(failures.join(', '))}`;
  if (outcome === null) return `${place} FAILED${trouble}`;
  return outcome.how === 'record' ? `${place} OK` : `${place} OK by ${outcome.how}${trouble}`;
}

function engagedData(stopped: Stopped, ack: EngineAck, { partial, undo }: Words): unknown {
  const { before, record, places } = stopped;
  return {
    level: levelReached(stopped),
    previous_level: before.record.level,
    scopes: record.scopes,
    mode: record.mode,
    epoch: record.epoch,
    at: new Date(record.atMs).toISOString(),
    reason: record.reason,
    message: record.message,
    operator: record.operator,
    places: places.map(({ place, outcome, failures }) => ({
      place,
      written: outcome?.how ?? null,
      level: outcome?.level ?? null,
      failures,
    })),
    engine: { state: ack.state, pid: ack.pid, ack_ms: ack.ms, why: ack.why },
    partial,
    undo,
  };
}

function undoCommand({ mode }: ControlRecord): string {
  return (
    'cdb kill-switch release --operator NAME --justification "..." ' +
    `--confirm ${releaseTarget(mode)}`
  );
}

function notEngaged({ places }: Stopped, { pid }: EngineAck): OperatorError {
  const failures = places.flatMap((place) => place.failures);
  return new OperatorError({
    code: 'CDB-E0302',
    what: 'Cannot engage the kill switch: nothing could be written and no engine confirmed',
    why: plainText(failures.join('; ')),
    todo:
      pid === null
        ? 'check --state-dir; engage as the user who runs the engine (sudo); then check the disk'
        : `kill -9 ${pid} stops the engine at once; then repair the disk before the next start`,
    exit: EXIT.UNREACHABLE,
  });
}
