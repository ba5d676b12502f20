import type { EngineLaunch } from '../../engine/ports/engine-client.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { durationText } from '../../view/age.js';
import type { SystemView } from '../../view/system-view.js';
import type { CommandIo } from '../command-io.js';
import type { OperatorPorts } from '../operator-ports.js';
import { shellWord } from '../output/printed-command.js';
import { plainText } from '../../view/plain-text.js';
import { awaitEngine } from './await-engine.js';
import type { DetachedChild, DetachServices } from './detached-child.js';
import { EXIT_OF, type StopRequest } from './stop-request.js';

const START_MS_DEFAULT = 30_000;
const END_MS_MAX = 10_000;
const LOOK_EVERY_MS = 50;

export interface Detaching {
  readonly ports: OperatorPorts;
  readonly io: CommandIo;
  readonly stop: StopRequest;
  readonly timeoutMs: number | undefined;
}

/** How a start in the background ended for whoever waited for it. */
export type Detached =
  /** It runs, or recovers and answers. */
  | { readonly state: 'up'; readonly child: DetachedChild; readonly view: SystemView }
  /** It has ended by itself, well (a finished feed) or not; what it printed was passed on. */
  | { readonly state: 'ended'; readonly status: number }
  /** Ctrl-C while waiting: it was told to end. */
  | { readonly state: 'taken back'; readonly status: number };

/**
 * Starts an engine in the background and waits until it runs. Whoever interrupts the wait has not
 * seen it run: the engine is then ended too.
 * @throws OperatorError when the time is over and it does not answer; it goes on with its start
 */
export async function startAndWait(
  services: DetachServices,
  launch: EngineLaunch,
  waiting: Detaching,
): Promise<Detached> {
  const { ports, io, stop } = waiting;
  const limitMs = waiting.timeoutMs ?? START_MS_DEFAULT;
  const child = await services.startDetached(ports.stateDir, launch);
  const interrupted = new AbortController();
  stop.whenAsked((cause) => {
    // A reader that has gone asks for nothing: the engine was started for others.
    if (cause !== 'EPIPE') interrupted.abort();
  });
  const came = await awaitEngine(child, {
    ...ports,
    limitMs,
    signal: interrupted.signal,
    until: ({ run }) => !['starting', 'recovering'].includes(run.phase),
  });
  if (came.state === 'ended') {
    passOn(child, came.status, io);
    return came;
  }
  if (interrupted.signal.aborted && stop.cause !== '--timeout') {
    await takeBack(child, ports, io);
    return { state: 'taken back', status: EXIT_OF[stop.cause ?? 'SIGINT'] };
  }
  child.release();
  if (came.view === null) throw stillStarting(child.pid, limitMs, ports.stateDir);
  return { state: 'up', child, view: came.view };
}

/** What it printed instead of starting is what the operator would have read in front. */
function passOn(child: DetachedChild, status: number, io: CommandIo): void {
  const lines = child.said().trimEnd().split('\n').map(plainText);
  const text = `${lines.join('\n')}\n`;
  if (status === EXIT.OK && io.outputFormat === 'text') io.stdout(text);
  else io.stderr(text);
}

async function takeBack(child: DetachedChild, { clock }: OperatorPorts, io: CommandIo) {
  io.stderr(`interrupted: ending the engine that was starting (pid ${child.pid})\n`);
  child.terminate();
  const endMs = clock.monotonicMs() + END_MS_MAX;
  while (child.status() === null && clock.monotonicMs() < endMs) await clock.sleep(LOOK_EVERY_MS);
  const words =
    child.status() === null
      ? `pid ${child.pid} still ends; cdb stop waits for it`
      : `pid ${child.pid} has ended; nothing runs`;
  io.stderr(`${words}\n`);
}

function stillStarting(pid: number, limitMs: number, stateDir: string): OperatorError {
  const at = `--state-dir ${shellWord(stateDir)}`;
  return new OperatorError({
    code: 'CDB-E0708',
    what: `The engine (pid ${pid}) does not answer ${durationText(limitMs)} after its start`,
    why: 'it has not ended either: it goes on with its start in the background',
    todo: `cdb logs -f ${at} shows how far it is; cdb stop ${at} ends it`,
    exit: EXIT.TIMEOUT,
  });
}

/** What the operator needs next; the same for `run --detach` and `restart`. */
export function upText(view: SystemView, stateDir: string): string {
  const { run, control, word } = view;
  const at = `--state-dir ${shellWord(stateDir)}`;
  const orders = `orders to ${run.ordersTo}`;
  const phase =
    run.phase === 'recovering'
      ? 'recovering: it takes no trade before its state is what it was'
      : run.phase;
  return [
    `engine   pid ${run.pid} in the background, ${phase}`,
    `run      ${run.runId}, mode ${control.mode}, level ${control.level}, ${orders}`,
    `effects  ${word}`,
    `watch    cdb status ${at}   cdb logs -f ${at}`,
    `stop     cdb stop ${at}`,
  ]
    .map((text) => `${plainText(text)}\n`)
    .join('');
}

export function upJson({ run, control, word, reasons }: SystemView, stateDir: string) {
  return {
    pid: run.pid,
    run_id: run.runId,
    phase: run.phase,
    mode: control.mode,
    level: control.level,
    word,
    reasons,
    state_dir: stateDir,
  };
}
