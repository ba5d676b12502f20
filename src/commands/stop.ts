import type { EngineHolder } from '../engine/ports/engine-client.js';
import { EXIT, OperatorError } from '../operator-error.js';
import { durationText } from '../view/age.js';
import { ASK_TIMEOUT_MS, engineSilent } from './ask-engine.js';
import type { CommandIo } from './command-io.js';
import type { OperatorPorts, OperatorServices } from './operator-ports.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';
import { leftText } from './status-answer.js';
import { plainText } from '../view/plain-text.js';

export const GRACE_MS_DEFAULT = 10_000;
/** `--drain` waits as long as a drain can reasonably take; even that must end. */
const DRAIN_MS_MAX = 3_600_000;
const TERM_MS_MAX = 3_000;
const KILL_MS_MAX = 5_000;
const LOOK_EVERY_MS = 50;

/** How it ended, from the gentlest to the hardest. */
export type Ended = 'nothing ran' | 'drained' | 'terminated' | 'killed';

/** 0 stopped or nothing ran, 7 when it had to be killed or would not go. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const ports = await services.operator(options, io);
  const holder = ports.process.holder();
  if (holder === null) return report(ports, io, { ended: 'nothing ran', tookMs: 0 });
  const startedMs = ports.clock.monotonicMs();
  const ended = await stopEngine(ports, io, { holder, limitMs: limitOf(options) });
  return report(ports, io, { ended, tookMs: ports.clock.monotonicMs() - startedMs });
}

function limitOf(options: ParsedOptions): { readonly graceMs: number; readonly drain: boolean } {
  const drain = options.flag('drain');
  return { drain, graceMs: drain ? DRAIN_MS_MAX : (options.number('graceMs') ?? GRACE_MS_DEFAULT) };
}

interface Stopping {
  readonly holder: EngineHolder;
  readonly limitMs: { readonly graceMs: number; readonly drain: boolean };
}

/** Ask, then SIGTERM, then SIGKILL; each only to the process that holds the lock. */
export async function stopEngine(
  ports: OperatorPorts,
  io: CommandIo,
  { holder, limitMs: { graceMs, drain } }: Stopping,
): Promise<Ended> {
  const refusal = await askToStop(ports);
  const accepted = refusal === null;
  if (accepted && (await gone(ports, io, holder, graceMs))) return 'drained';
  if (drain) {
    throw accepted ? stillDraining(holder, graceMs) : engineSilent(refusal, holder.pid);
  }
  if (!accepted) {
    say(io, `pid ${holder.pid} takes no request (${refusal}): SIGTERM`);
    ports.process.signal(holder, 'SIGTERM');
    if (await gone(ports, io, holder, graceMs)) return 'terminated';
  } else {
    say(io, `pid ${holder.pid} still drains after ${durationText(graceMs)}: SIGTERM`);
    ports.process.signal(holder, 'SIGTERM');
    if (await gone(ports, io, holder, TERM_MS_MAX)) return 'terminated';
  }
  say(io, `pid ${holder.pid} does not end: SIGKILL`);
  ports.process.signal(holder, 'SIGKILL');
  if (await gone(ports, io, holder, KILL_MS_MAX)) return 'killed';
  throw willNotGo(holder);
}

/** @returns null when the engine ends by itself now, else why it can't be asked */
async function askToStop({ engine }: OperatorPorts): Promise<string | null> {
  const answer = await engine.call({
    method: 'POST',
    path: '/intents',
    body: { intent: 'stop' },
    timeoutMs: ASK_TIMEOUT_MS,
  });
  if (answer.state === 'silent') return answer.why;
  // Absent: it ended before it was asked, and waiting for it returns at once.
  if (answer.state === 'absent' || answer.status === 200) return null;
  return `it answers with status ${answer.status}`;
}

async function gone(
  { process, clock }: OperatorPorts,
  io: CommandIo,
  holder: EngineHolder,
  limitMs: number,
): Promise<boolean> {
  const untilMs = clock.monotonicMs() + limitMs;
  for (;;) {
    const now = process.holder();
    // Another engine may have taken the directory over: that one is not ours to end.
    if (now === null || now.pid !== holder.pid || now.startedAtMs !== holder.startedAtMs)
      return true;
    // --timeout limits this command; it must never be the reason for a harder signal.
    if (io.deadline.aborted) throw outOfTime(holder);
    if (clock.monotonicMs() >= untilMs) return false;
    await clock.sleep(LOOK_EVERY_MS, io.deadline);
  }
}

async function report(
  ports: OperatorPorts,
  io: CommandIo,
  { ended, tookMs }: { readonly ended: Ended; readonly tookMs: number },
): Promise<number> {
  const last = ended === 'nothing ran' ? null : await ports.lastRun();
  const left = last === null ? null : leftText(last);
  printResult(io, {
    command: 'stop',
    data: { state_dir: ports.stateDir, ended, took_ms: Math.round(tookMs), left },
    text: () => plainLines([endedText(ports.stateDir, ended, tookMs), ...leftLines(left)]),
  });
  return ended === 'killed' ? EXIT.TIMEOUT : EXIT.OK;
}

function endedText(stateDir: string, ended: Ended, tookMs: number): string {
  const took = durationText(tookMs);
  switch (ended) {
    case 'nothing ran':
      return `nothing to stop: no engine holds ${stateDir}`;
    case 'drained':
      return `stopped: drained and ended after ${took}`;
    case 'terminated':
      return `stopped by SIGTERM after ${took}`;
    case 'killed':
      return `KILLED after ${took}: the drain did not finish; the journal has everything`;
  }
}

function leftLines(left: string | null): readonly string[] {
  return left === null ? [] : [`left: ${left}`];
}

function stillDraining(holder: EngineHolder, graceMs: number): OperatorError {
  return new OperatorError({
    code: 'CDB-E0707',
    what: `The engine (pid ${holder.pid}) still drains after ${durationText(graceMs)}`,
    why: 'with --drain it is not ended by force; "cdb status" says what it waits for',
    todo: 'wait, bring the database back, or: cdb stop --grace 10s',
    exit: EXIT.TIMEOUT,
  });
}

function outOfTime(holder: EngineHolder): OperatorError {
  return new OperatorError({
    code: 'CDB-E0707',
    what: `The engine (pid ${holder.pid}) did not end within --timeout`,
    why: 'it was asked to stop and goes on with that; no harder signal was sent',
    todo: 'cdb status says what it waits for; cdb stop --grace 10s ends it',
    exit: EXIT.TIMEOUT,
  });
}

function willNotGo(holder: EngineHolder): OperatorError {
  return new OperatorError({
    code: 'CDB-E0707',
    what: `Cannot end the engine (pid ${holder.pid})`,
    why: 'it is still there after SIGKILL; it may hang in the kernel, for instance on a dead disk',
    todo: 'cdb kill-switch engage keeps its orders back; then look at the machine',
    exit: EXIT.TIMEOUT,
  });
}

function say(io: CommandIo, text: string): void {
  io.stderr(`${plainText(text)}\n`);
}

function plainLines(lines: readonly string[]): string {
  return lines.map((text) => `${plainText(text)}\n`).join('');
}
