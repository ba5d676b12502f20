import type { Output } from '../engine/domain/events.js';
import { ordersTo } from '../engine/engine-status.js';
import type { EngineLaunch } from '../engine/ports/engine-client.js';
import type { EngineStatus } from '../engine/ports/engine-status.js';
import type { Recovered } from '../engine/recovery.js';
import type { EndReason } from '../engine/runner.js';
import { findModeFlags } from '../config/mode-flags.js';
import { maskSecrets } from '../config/mask.js';
import { EXIT, OperatorError } from '../operator-error.js';
import type { Config } from '../config/parse-config.js';
import { commandConfig } from './command-config.js';
import { configLocation } from './config-location.js';
import type { CommandIo } from './command-io.js';
import type { ParsedOptions } from './parsed-options.js';
import { envelope, printResult } from './output/envelope.js';
import { atSamePlace } from './output/printed-command.js';
import { startAndWait, upJson, upText } from './run/detach.js';
import { endText, isOnRecord } from './run/end-text.js';
import { eventLine } from './run/event-lines.js';
import { launchOf } from './run/launch.js';
import { LinePrinter } from './run/line-printer.js';
import { EXIT_OF, StopRequest } from './run/stop-request.js';
import { plainText } from '../view/plain-text.js';
import type { EngineHandle, FinishedRun, PreflightStep, Services } from './services.js';

/** All of them are in the log; what stands in for the terminal must not grow for ever. */
const NOTICES_DETACHED_MAX = 100;

/** Runs the engine in front until the feed ends, the time is over, or someone stops it. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  refuseTwoModes(options);
  const config = commandConfig(options, io);
  const launch = launchOf(options, io, config);
  const stop = new StopRequest(io, (cause) => cause !== 'unwritable');
  try {
    if (options.flag('detach')) return await detach({ options, services, launch }, io, stop);
    const call = { options, services, config, launch };
    return await stop.orForced(openAndRun(call, screenOf(call, io, stop)));
  } catch (error) {
    // Whoever stopped the preflight wants no explanation of where it was.
    if (stop.cause !== null && stop.signal.aborted && error === stop.signal.reason) {
      return EXIT_OF[stop.cause];
    }
    throw error;
  } finally {
    stop.forget();
  }
}

function refuseTwoModes(options: ParsedOptions): void {
  if (!options.flag('shadow') || !options.flag('paper')) return;
  throw new OperatorError({
    code: 'CDB-E0002',
    what: 'Cannot run in two modes: --shadow and --paper are both given',
    why: 'shadow sends nothing, paper fills on the simulated venue',
    todo: 'give one of them',
    exit: EXIT.USAGE,
  });
}

/** Starts this very command in the background, and says where to look for it. */
async function detach(
  { options, services, launch }: Omit<Call, 'config'>,
  io: CommandIo,
  stop: StopRequest,
): Promise<number> {
  const ports = await services.operator(options, io);
  const timeoutMs = options.number('timeoutMs');
  const detached = await startAndWait(services, launch, { ports, io, stop, timeoutMs });
  if (detached.state !== 'up') return detached.status;
  const { view } = detached;
  if (options.flag('quiet') && io.outputFormat === 'text') return EXIT.OK;
  printResult(io, {
    command: 'run.detached',
    data: upJson(view, ports.stateDir),
    text: () => upText(view, ports.stateDir),
  });
  return EXIT.OK;
}

/** In the background nobody reads facts as they come, and the file in place of the terminal ends. */
function screenOf({ options, launch }: Call, io: CommandIo, stop: StopRequest): Screen {
  const lines = new LinePrinter(io);
  const isQuiet = options.flag('quiet');
  let notices = 0;
  return {
    io,
    lines,
    stop,
    say: (text) => {
      if (io.outputFormat === 'text' && !isQuiet)
        lines.print(maskSecrets(atSamePlace(text, options)));
    },
    showFact: (fact) => {
      if (!isQuiet && !launch.detached) showFact(fact, io, lines);
    },
    notice: (text) => {
      notices += 1;
      if (launch.detached && notices > NOTICES_DETACHED_MAX) return;
      io.stderr(`notice: ${plainText(text)}\n`);
    },
  };
}

interface Screen {
  readonly io: CommandIo;
  readonly lines: LinePrinter;
  readonly stop: StopRequest;
  readonly say: (text: string) => void;
  readonly showFact: (fact: Output) => void;
  readonly notice: (text: string) => void;
}

interface Call {
  readonly options: ParsedOptions;
  readonly services: Services;
  readonly config: Config;
  readonly launch: EngineLaunch;
}

async function openAndRun(call: Call, screen: Screen): Promise<number> {
  const { options, services, config, launch } = call;
  const { io, lines, stop, say, showFact, notice } = screen;
  const { mode } = config.run;
  say(`mode ${mode}   orders to exchange: ${ordersTo(mode)}   seed ${config.run.seed}`);
  const record = options.text('record');
  const opened = await services.openEngine({
    config,
    mode,
    flags: findModeFlags(configLocation(options, io)),
    restart: options.flag('restart'),
    ...(record !== undefined && { record }),
    launch,
    signal: stop.signal,
    onStep: (step) => {
      say(stepLine(step));
    },
    onCommitted: showFact,
    onNotice: notice,
  });
  if (opened.state === 'finished') {
    say(finishedLine(opened.run));
    const { runId, endedAtMs } = opened.run;
    const data = { reason: 'already finished', run_id: runId, ended_at_ms: endedAtMs };
    if (io.outputFormat !== 'text') lines.print(envelope('run.summary', data, io.nowMs()));
    return EXIT.OK;
  }
  const { engine } = opened;
  try {
    return await runEngine(engine, options.number('durationMs'), screen);
  } finally {
    await engine.close();
  }
}

async function runEngine(
  engine: EngineHandle,
  durationMs: number | undefined,
  { io, lines, stop, say }: Screen,
): Promise<number> {
  stop.whenAsked((cause) => {
    say(`${cause}: draining; once more ends at once, the next start then recovers`);
    engine.stop();
  });
  const timer =
    durationMs === undefined
      ? undefined
      : setTimeout(() => {
          engine.stop();
        }, durationMs);
  try {
    const reason = await engine.start((recovered) => {
      say(runningLine(engine, recovered));
    });
    lines.flush();
    const status = engine.status();
    say(endText(status, reason, stop.cause));
    if (io.outputFormat !== 'text') lines.print(summaryJson(status, reason, io.nowMs()));
    if (stop.cause !== null) return EXIT_OF[stop.cause];
    return isOnRecord(status, reason) ? EXIT.OK : EXIT.UNREACHABLE;
  } finally {
    clearTimeout(timer);
  }
}

function showFact(fact: Output, io: CommandIo, lines: LinePrinter): void {
  if (io.outputFormat !== 'text') {
    lines.print(envelope('run.event', fact, io.nowMs()));
    return;
  }
  const line = eventLine(fact);
  if (line !== null) lines.print(maskSecrets(line));
}

function stepLine({ name, words, ms }: PreflightStep): string {
  return `OK ${name.padEnd(16)} ${plainText(words)}   ${(ms / 1000).toFixed(2)} s`;
}

function runningLine(engine: EngineHandle, recovered: Recovered | null): string {
  const from = engine.continued
    ? `run ${engine.runId} goes on: ${whereFrom(recovered)}`
    : `run ${engine.runId} is new`;
  return `OK ${'running'.padEnd(16)} ${from}; Ctrl-C drains and ends; cdb status in a second terminal`;
}

function whereFrom(recovered: Recovered | null): string {
  if (recovered === null) return 'every shard from its own snapshot';
  const { fromSnapshotSeq, inputsFolded } = recovered;
  return `snapshot at ${fromSnapshotSeq}, ${inputsFolded} inputs folded again`;
}

function finishedLine(run: FinishedRun): string {
  return `run ${run.runId} of this feed is finished: nothing to do. cdb run --restart repeats it as a new run`;
}

function summaryJson(status: EngineStatus, reason: EndReason, nowMs: number): string {
  const { runId, digest, trades, tradesRefused, allowed, blocked, audit } = status;
  const data = {
    reason,
    run_id: runId,
    digest,
    trades: trades.count,
    trades_refused: tradesRefused,
    allowed: allowed.count,
    blocked: blocked.count,
    seq_journaled: status.seqJournaled,
    seq_committed: status.seqCommitted,
    audit_state: audit.state,
  };
  return envelope('run.summary', data, nowMs);
}
