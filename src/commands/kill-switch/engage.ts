import { hostname } from 'node:os';
import { wordsOf } from '../../engine/domain/words-of.js';
import { locateStateDir } from '../../config/state-dir.js';
import type { EffectiveControl, RaiseRequest } from '../../engine/control/register.js';
import { raise } from '../../engine/control/register.js';
import { type ControlRecord, whyOf } from '../../engine/domain/control.js';
import { isEngineAt } from '../../engine/ports/engine-board.js';
import type { ObeyingEngine } from '../../engine/ports/shared-places.js';
import { ChangedMeanwhile, EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { stopRequest } from './engage-request.js';
import { isLatched, isWritten, partialWords } from './engage-partial.js';
import {
  engagedData,
  engagedText,
  undoCommand,
  type PlaceStopped,
  type Stopped,
} from './engage-text.js';
import {
  readControl,
  tellEngine,
  type EngineAck,
  type KillSwitch,
  type KillSwitchServices,
} from './kill-switch-ports.js';
import { recordInLedger } from '../ledger-record.js';
import { changeShared, notChanged, type SharedChange } from './shared-change.js';

/** Others may write at the same time; each round sees what they wrote. */
const ROUNDS_MAX = 5;

/**
 * Never prompts, and nothing on the command line or in the configuration prevents it. The latch comes
 * first and waits for nothing; everything else is told at the same time.
 */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: KillSwitchServices,
): Promise<number> {
  const { request, notes } = stopRequest(options, io);
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const calledMs = killSwitch.hostMs();
  const latched = stopPlaces(killSwitch, request);
  const latchedMs = killSwitch.hostMs();
  const { record } = latched;
  const [said, shared] = await Promise.all([
    tellEngine(killSwitch, io, {
      intent: 'engage',
      epoch: record.epoch,
      reason: record.reason,
      message: record.message,
      level: request.level,
      scopes: request.scopes,
      ...request.exit,
    }),
    stopShared(options, io, services, { request, latched, killSwitch }),
  ]);
  const ack = asStrict(said, request);
  // What is written elsewhere stops no engine here that hears of nothing.
  const isHeard = isLatched(latched) || ack.state === 'acknowledged';
  const signalled = isHeard ? null : signalHolder(killSwitch);
  const stopped: Stopped = {
    ...{ stateDir, ...latched, ack, signalled, shared: withoutOwn(shared.changes, ack) },
    unknownPlaces: shared.notes,
    hostMs: { called: calledMs, latched: latchedMs, acknowledged: killSwitch.hostMs() },
    ledger: recordInLedger(killSwitch.ledger, engagedEvent(record, request)),
  };
  if (!isWritten(stopped) && ack.state !== 'acknowledged') throw notEngaged(stopped);
  for (const note of [...notes, ...shared.notes]) io.stderr(`note: ${plainText(note)}\n`);
  const words = { partial: partialWords(stopped), undo: undoCommand(record) };
  const shown = { ...words, undo: atSamePlace(words.undo, options) };
  printResult(io, {
    command: 'kill-switch.engage',
    data: engagedData(stopped, shown),
    text: () => engagedText(stopped, shown),
  });
  return shown.partial === null ? EXIT.OK : EXIT.UNREACHABLE;
}

/** Never throws: what could not be written is in the answer. */
export function stopPlaces(
  killSwitch: KillSwitch,
  request: RaiseRequest,
): Pick<Stopped, 'before' | 'record' | 'places'> {
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
    const changed = new Set<string>();
    const places = killSwitch.places.map((place): PlaceStopped => {
      try {
        const outcome = place.stop(record, round === ROUNDS_MAX);
        return { place: place.name, outcome, failures: outcome.failures };
      } catch (fault) {
        if (fault instanceof ChangedMeanwhile) changed.add(place.name);
        return { place: place.name, outcome: null, failures: [...createFailures, wordsOf(fault)] };
      }
    });
    if (changed.size === 0 || round >= ROUNDS_MAX) return { before, record, places };
  }
}

/** In every other place what it says itself is raised, never lowered by what is known here. */
async function stopShared(
  options: ParsedOptions,
  io: CommandIo,
  services: KillSwitchServices,
  stop: {
    readonly request: RaiseRequest;
    readonly latched: Pick<Stopped, 'before' | 'record'>;
    readonly killSwitch: KillSwitch;
  },
): Promise<{ readonly changes: readonly SharedChange[]; readonly notes: readonly string[] }> {
  const { request, latched, killSwitch } = stop;
  // What can't even be loaded is one place, and takes nothing from what stands already.
  const opened = await services.sharedPlaces(options, io).catch((fault: unknown) => ({ fault }));
  if ('fault' in opened) return { changes: [notChanged('other places', opened.fault)], notes: [] };
  const { places, notes } = opened;
  const next = (current: EffectiveControl | null, epochMin: number): ControlRecord => {
    const record = raise(current ?? latched.before, request);
    return { ...record, epoch: Math.max(record.epoch, latched.record.epoch, epochMin) };
  };
  const changes = await Promise.all(
    places.map((place) => changeShared(place, next, killSwitch.clock)),
  );
  await Promise.all(places.map((place) => place.close().catch(() => undefined)));
  return { changes, notes };
}

/** An engine that obeys less than what was asked for has confirmed something else. */
function asStrict(ack: EngineAck, { level, scopes }: RaiseRequest): EngineAck {
  const said: unknown = Reflect.get(Object(ack.body), 'level');
  if (ack.state !== 'acknowledged' || scopes.length > 0) return ack;
  if (said === level || said === 'HALTED') return ack;
  return { ...ack, state: 'not-confirmed', why: `it obeys ${String(said)}` };
}

/** The engine of this state directory has answered for itself. */
function withoutOwn(changes: readonly SharedChange[], { pid }: EngineAck): readonly SharedChange[] {
  if (pid === null) return changes;
  const isOwn = ({ engineId }: ObeyingEngine) => isEngineAt(engineId, hostname(), pid);
  return changes.map((change) => ({
    ...change,
    engines: change.engines.filter((engine) => !isOwn(engine)),
  }));
}

/** The last means: a process that hears nothing else may still hear this. */
function signalHolder({ engine }: KillSwitch): boolean {
  const holder = engine.holder();
  return holder !== null && engine.signal(holder, 'SIGUSR2');
}

function engagedEvent(record: ControlRecord, request: RaiseRequest) {
  const { level, scopes, mode, epoch, operator, atMs, previousLevel } = record;
  return {
    kind: 'control',
    action: 'kill switch engaged',
    ...{ atMs, who: operator, why: whyOf(record) },
    details: { level, scopes, mode, epoch, previousLevel, asked: request.level, ...request.exit },
  } as const;
}

function notEngaged({ places, shared, ack, signalled }: Stopped): OperatorError {
  const failures = [
    ...places.flatMap((place) => place.failures),
    ...shared.map(({ failure }) => failure).filter(Boolean),
  ];
  const { pid } = ack;
  return new OperatorError({
    code: 'CDB-E0302',
    what: 'Cannot engage the kill switch: nothing could be written and no engine confirmed',
    why: plainText(
      `${failures.join('; ')}${signalled === true ? '; SIGUSR2 was sent, which an engine takes for a halt' : ''}`,
    ),
    todo:
      pid === null
        ? 'check --state-dir; engage as the user who runs the engine (sudo); then check the disk'
        : `kill -9 ${pid} stops the engine at once; then repair the disk before the next start`,
    exit: EXIT.UNREACHABLE,
  });
}
