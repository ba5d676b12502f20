import type { Output } from '../engine/domain/events.js';
import { ordersTo } from '../engine/engine-status.js';
import type { EngineStatus } from '../engine/ports/engine-status.js';
import type { RegisteredRun } from '../engine/ports/run-registry.js';
import type { Recovered } from '../engine/recovery.js';
import type { EndReason } from '../engine/runner.js';
import { EXIT } from '../operator-error.js';
import { countText } from '../view/figure.js';
import { commandConfig } from './command-config.js';
import type { CommandIo, StopCause } from './command-io.js';
import type { ParsedOptions } from './parsed-options.js';
import { envelope } from './output/envelope.js';
import { eventLine } from './run/event-lines.js';
import { LinePrinter } from './run/line-printer.js';
import type { EngineHandle, PreflightStep, Services } from './services.js';

const EXIT_OF: Readonly<Record<StopCause, number>> = {
  SIGINT: EXIT.SIGINT,
  SIGTERM: EXIT.SIGTERM,
  EPIPE: EXIT.OK,
};

/** Runs the engine in front until the feed ends, the time is over, or someone stops it. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const config = commandConfig(options, io);
  const { mode } = config.run;
  const lines = new LinePrinter(io);
  const say = (text: string): void => {
    if (io.outputFormat === 'text') lines.print(text);
  };
  say(`mode ${mode}   orders to exchange: ${ordersTo(mode)}   seed ${config.run.seed}`);
  const opened = await services.openEngine({
    config,
    mode,
    restart: options.flag('restart'),
    onStep: (step) => {
      say(stepLine(step));
    },
    onCommitted: (fact) => {
      showFact(fact, io, lines);
    },
    onNotice: (text) => {
      io.stderr(`notice: ${text}\n`);
    },
  });
  if (opened.state === 'finished') {
    say(finishedLine(opened.run));
    return EXIT.OK;
  }
  const { engine } = opened;
  try {
    return await runEngine(engine, { options, io, lines, say });
  } finally {
    await engine.close();
  }
}

interface Screen {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly lines: LinePrinter;
  readonly say: (text: string) => void;
}

async function runEngine(engine: EngineHandle, screen: Screen): Promise<number> {
  const { options, io, lines, say } = screen;
  const stopped: { by: StopCause | null } = { by: null };
  const forget = io.onStop((cause) => {
    if (stopped.by !== null) return;
    stopped.by = cause;
    say(`${cause}: draining; a second one is not needed, nothing is lost either way`);
    engine.stop();
  });
  const timer = stopAfter(engine, options.number('durationMs'), io.deadline);
  try {
    const reason = await engine.start((recovered) => {
      say(runningLine(engine, recovered));
    });
    lines.flush();
    say(endText(engine.status(), reason, stopped.by));
    return stopped.by === null ? EXIT.OK : EXIT_OF[stopped.by];
  } finally {
    clearTimeout(timer);
    forget();
  }
}

/** Both ends are ordinary: what was taken is drained. */
function stopAfter(
  engine: EngineHandle,
  durationMs: number | undefined,
  deadline: AbortSignal,
): NodeJS.Timeout | undefined {
  deadline.addEventListener('abort', () => {
    engine.stop();
  });
  return durationMs === undefined
    ? undefined
    : setTimeout(() => {
        engine.stop();
      }, durationMs);
}

function showFact(fact: Output, io: CommandIo, lines: LinePrinter): void {
  if (io.outputFormat !== 'text') {
    lines.print(envelope('run.event', fact, io.nowMs()));
    return;
  }
  const line = eventLine(fact);
  if (line !== null) lines.print(line);
}

function stepLine({ name, words, ms }: PreflightStep): string {
  return `OK ${name.padEnd(16)} ${words}   ${(ms / 1000).toFixed(2)} s`;
}

function runningLine(engine: EngineHandle, recovered: Recovered): string {
  const from = engine.continued
    ? `run ${engine.runId} goes on: snapshot at ${recovered.fromSnapshotSeq}, ${recovered.inputsFolded} inputs folded again`
    : `run ${engine.runId} is new`;
  return `OK ${'running'.padEnd(16)} ${from}; Ctrl-C drains and ends; cdb status in a second terminal`;
}

function finishedLine(run: RegisteredRun): string {
  return `run ${run.runId} of this feed is finished: nothing to do. cdb run --restart repeats it as a new run`;
}

function endText(status: EngineStatus, reason: EndReason, cause: StopCause | null): string {
  const { audit, portfolio, allowed, blocked } = status;
  const filled = status.outputs.OrderFilled?.count ?? 0;
  const rows = Object.values(audit.rowsCommitted).reduce((sum, count) => sum + count, 0);
  const waiting =
    audit.state === 'ok'
      ? 'drained: every decision is in the audit trail'
      : `audit ${audit.state.toUpperCase()}: ${audit.reason}; the next start commits what waits`;
  return [
    `${reason.toUpperCase()}${cause === null ? '' : ` by ${cause}`}`,
    `  trades ${countText(status.trades.count)}   decisions ${countText(allowed.count + blocked.count)} (ALLOW ${countText(allowed.count)}, BLOCK ${countText(blocked.count)})   fills ${countText(filled)} (${portfolio.book})`,
    `  audit rows ${countText(rows)}   inputs journaled up to ${status.seqJournaled}, committed up to ${status.seqCommitted}`,
    `  equity ${portfolio.equityUsdt.slice(0, -6)} USDT   realised ${portfolio.realizedPnlUsdt.slice(0, -4)}   digest ${status.digest}`,
    `  ${waiting}`,
  ].join('\n');
}
