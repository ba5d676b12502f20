import type { EngineLaunch } from '../../engine/ports/engine-client.js';
import { EXIT, OperatorError, type ExitCode } from '../../operator-error.js';
import { durationText } from '../../view/age.js';
import type { SystemView } from '../../view/system-view.js';
import { printResult } from '../output/envelope.js';
import { awaitEngine } from '../run/await-engine.js';
import { startAndWait, upJson, upText, type Detached, type Detaching } from '../run/detach.js';
import type { DetachedChild, DetachServices } from '../run/detached-child.js';
import { EXIT_OF } from '../run/stop-request.js';
import { commandByHand } from './command-by-hand.js';

export interface StartingAgain extends Detaching {
  /** Undefined: that it runs is enough. */
  readonly waitHealthyMs: number | undefined;
}

/** The old engine is gone: from here on every failure says what runs now, if anything does. */
export async function startAgain(
  services: DetachServices,
  launch: EngineLaunch,
  again: StartingAgain,
): Promise<number> {
  const { ports, io } = again;
  const started = await startLoudly(services, launch, again);
  if (started.state === 'taken back') return started.status;
  if (started.state === 'ended') {
    const other = ports.process.holder();
    if (other !== null) throw startedByOthers(other.pid);
    if (started.status !== EXIT.OK) throw notStarted(launch, started.status);
    io.stderr('the engine has started again, and has ended by itself: its feed is finished\n');
    return EXIT.OK;
  }
  const view = await healthy(started.child, started.view, again);
  if (view === null) return EXIT_OF[again.stop.cause ?? 'SIGINT'];
  printResult(io, {
    command: 'restart',
    data: { restarted: true, ...upJson(view, ports.stateDir) },
    text: () => upText(view, ports.stateDir),
  });
  return EXIT.OK;
}

async function startLoudly(
  services: DetachServices,
  launch: EngineLaunch,
  again: StartingAgain,
): Promise<Detached> {
  try {
    return await startAndWait(services, launch, again);
  } catch (fault) {
    // It has not answered yet and goes on: that is not the same as not started.
    if (fault instanceof OperatorError && fault.code === 'CDB-E0708') throw fault;
    throw notStarted(launch, EXIT.UNREACHABLE, fault);
  }
}

/** @returns null when somebody stopped waiting; the engine goes on */
async function healthy(
  child: DetachedChild,
  view: SystemView,
  { ports, io, stop, waitHealthyMs }: StartingAgain,
): Promise<SystemView | null> {
  if (waitHealthyMs === undefined) return view;
  const came = await awaitEngine(child, {
    ...ports,
    limitMs: waitHealthyMs,
    signal: stop.signal,
    until: ({ word }) => word === 'EFFECTS FLOW',
  });
  if (came.state === 'there') return came.view;
  if (came.state === 'ended')
    throw notHealthy(`it has ended with status ${came.status}`, came.status);
  if (stop.cause !== null && stop.cause !== '--timeout') {
    io.stderr(`interrupted: the engine (pid ${child.pid}) runs and goes on\n`);
    return null;
  }
  const { word, reasons } = came.view ?? view;
  const why = [`after ${durationText(waitHealthyMs)} it is ${word}`, ...reasons].join('\n');
  throw notHealthy(why, EXIT.TIMEOUT);
}

function notHealthy(why: string, status: number): OperatorError {
  const goesOn = status === EXIT.TIMEOUT;
  return new OperatorError({
    code: 'CDB-E0711',
    what: 'The engine was started again, but its effects do not flow',
    why,
    todo: goesOn ? 'it goes on; cdb status follows it, cdb stop ends it' : 'cdb logs says why',
    exit: goesOn ? EXIT.TIMEOUT : exitOf(status),
  });
}

function notStarted(launch: EngineLaunch, status: number, cause?: unknown): OperatorError {
  const why =
    cause instanceof Error
      ? cause.message
      : `it ended with status ${status}; what it said is printed above`;
  return new OperatorError({
    code: 'CDB-E0710',
    what: 'NO ENGINE RUNS NOW: the old one was stopped, the new one did not start',
    why,
    todo: `mend the cause, then start it by hand: ${commandByHand(launch)}`,
    exit: exitOf(status),
    cause,
  });
}

/** Two restarts at once: both stop the old engine, and one of the new ones gets the place. */
function startedByOthers(pid: number): OperatorError {
  return new OperatorError({
    code: 'CDB-E0202',
    what: `An engine runs (pid ${pid}), but somebody else started it meanwhile`,
    why: 'the old one was stopped; the one that this restart started found the place taken',
    todo: 'cdb status says how it runs, cdb logs how it was started',
    exit: EXIT.CONFLICT,
  });
}

/** A status of its own is passed on; of a signal or a finished feed it says that nothing runs. */
function exitOf(status: number): ExitCode {
  const known = Object.values(EXIT).find((code) => code === status);
  return known === undefined || known === EXIT.OK ? EXIT.UNREACHABLE : known;
}
