import { isLiveVenue, REDIS_FEED } from '../config/live-venues.js';
import type { LastRun, LatchWords } from '../engine/ports/engine-client.js';
import type { WatchdogStanding } from '../engine/ports/watchdog-standing.js';
import { agoText, utcText } from '../view/age.js';
import { countText } from '../view/figure.js';
import type { SystemView } from '../view/system-view.js';
import { readSystemView, systemViewJson } from '../view/view-json.js';
import { ASK_TIMEOUT_MS, askEngine } from './ask-engine.js';
import { EXIT, OperatorError } from '../operator-error.js';
import { stackJson } from '../view/stack-json.js';
import { readStack, type StackView } from '../view/stack-view.js';
import type { SharedStanding } from '../engine/ports/shared-standing.js';
import type { OperatorPorts, StackPort } from './operator-ports.js';
import { shellWord } from './output/printed-command.js';
import { stackText } from './stack-text.js';
import { LABEL_WIDTH, statusText } from './status-text.js';
import { plainText } from '../view/plain-text.js';
import { standingData, standingLines } from './status-shared-standing.js';
import { standingJson, standingText } from './watchdog/standing-text.js';

const NOT_RUNNING_LABEL_WIDTH = 8;

interface LeftBehind {
  readonly stateDir: string;
  readonly last: LastRun | null;
  readonly latch: LatchWords | null;
  /** What runs in the configured Redis; null where none is configured. */
  readonly stack: SeenStack | null;
  /** What other hosts know; null where none can be asked. */
  readonly shared: SharedStanding | null;
}

type SeenStack =
  | { readonly state: 'seen'; readonly where: string; readonly view: StackView }
  /** A configuration that can't be read must not hide what the state directory says. */
  | { readonly state: 'unknown'; readonly why: string };

/** What a state directory says of its engine, when it says anything. */
export type StatusAnswer =
  | {
      readonly state: 'running';
      readonly view: SystemView;
      readonly watchdog: WatchdogStanding;
    }
  | {
      readonly state: 'not running';
      readonly left: LeftBehind;
      readonly watchdog: WatchdogStanding;
    };

/**
 * Starts nothing.
 * @throws OperatorError when an engine holds the directory and does not answer, or a configured Redis
 */
export async function askStatus(ports: OperatorPorts): Promise<StatusAnswer> {
  const request = { method: 'GET', path: '/view', timeoutMs: ASK_TIMEOUT_MS } as const;
  const view = await askEngine(ports.engine, request, readSystemView);
  const watchdog = ports.watchdog();
  if (view !== null) return { state: 'running', view, watchdog };
  const last = await ports.lastRun();
  const left = { stateDir: ports.stateDir, last, latch: ports.latch() };
  const stack = await seeStack(ports);
  const shared = stack?.state === 'unknown' ? null : await ports.shared();
  return { state: 'not running', left: { ...left, stack, shared }, watchdog };
}

async function seeStack(ports: OperatorPorts): Promise<SeenStack | null> {
  const stack = configuredStack(ports);
  if (stack === null || 'state' in stack) return stack;
  const view = await stack.use((reader) => readStack(reader, ports.clock.nowMs()));
  return { state: 'seen', where: stack.where, view };
}

function configuredStack(ports: OperatorPorts): StackPort | Extract<SeenStack, Unknown> | null {
  try {
    return ports.stack();
  } catch (fault) {
    if (!(fault instanceof OperatorError) || fault.exit !== EXIT.CONFIG) throw fault;
    return { state: 'unknown', why: `${fault.what}: ${fault.why}` };
  }
}

interface Unknown {
  readonly state: 'unknown';
}

export function answerData(answer: StatusAnswer) {
  const watchdog = standingJson(answer.watchdog);
  if (answer.state === 'running') {
    return { running: true, ...systemViewJson(answer.view), watchdog };
  }
  const { stateDir, last, latch, stack, shared } = answer.left;
  return {
    running: false,
    state_dir: stateDir,
    word: 'NOT RUNNING',
    last_run: last === null ? null : lastRunJson(last),
    latch: latch === null ? null : latchJson(latch),
    watchdog,
    shared: shared === null ? null : standingData(shared),
    stack: stack?.state === 'seen' ? { where: stack.where, ...stackJson(stack.view) } : stack,
  };
}

/** @param columns as `statusText` takes them */
export function answerText(
  answer: StatusAnswer,
  nowMs: number,
  columns: number | null = null,
): string {
  const { watchdog } = answer;
  if (answer.state === 'running') {
    const standing = standingText(watchdog, nowMs, LABEL_WIDTH);
    return `${statusText(answer.view, nowMs, columns)}${standing}`;
  }
  const standing = standingText(watchdog, nowMs, NOT_RUNNING_LABEL_WIDTH);
  return notRunningText(answer.left, nowMs, standing);
}

function notRunningText(
  { stateDir, last, latch, stack, shared }: LeftBehind,
  nowMs: number,
  standing: string,
): string {
  const known = last ?? shared?.run ?? null;
  const lines = [
    `cdb NOT RUNNING: no engine holds ${stateDir}`,
    ...(last === null ? [nothingHere(shared)] : lastRunLines(last, nowMs)),
    ...(latch === null ? [] : [latchLine(latch)]),
    `${known === null ? 'start   ' : 'continue'} ${startCommand(stateDir, known)}`,
  ]
    .map((text) => `${plainText(text)}\n`)
    .join('');
  const words = `${lines}${standing}${shared === null ? '' : standingLines(shared)}`;
  if (stack === null) return words;
  if (stack.state === 'seen') return `${words}${stackText(stack.view, stack.where, nowMs)}`;
  return `${words}${plainText(`stack    unknown: ${stack.why}`)}\n`;
}

/** The same tuple continues the last run; any other starts a new one. A run keeps no path. */
export function startCommand(
  stateDir: string,
  last: Pick<LastRun, 'mode' | 'feed' | 'seed'> | null,
): string {
  const at = `--state-dir ${shellWord(stateDir)}`;
  if (last === null) return `cdb run --shadow --feed sample ${at}`;
  const rest = `--feed ${feedWords(last.feed)} --seed ${last.seed} ${at}`;
  return `cdb run --${last.mode} ${rest}`;
}

/** From the description of the feed that the run keeps. */
function feedWords(feed: string): string {
  if (feed.startsWith('sample ')) return 'sample';
  if (feed === `${REDIS_FEED} all symbols`) return REDIS_FEED;
  const [, venue = '', symbols] = /^(\S+) (.+)$/.exec(feed) ?? [];
  const isLive = isLiveVenue(venue) || venue === REDIS_FEED;
  if (!isLive || symbols === undefined) return shellWord(`PATH/${feed}`);
  return `${venue} --symbols ${shellWord(symbols.replaceAll(', ', ','))}`;
}

/** A process of a shared run keeps nothing of it in its own list of runs. */
function nothingHere(shared: SharedStanding | null): string {
  const isShared = (shared?.run ?? null) !== null;
  return isShared
    ? 'no run of its own was ever here; of the shared one see below'
    : 'nothing ever ran here';
}

function lastRunLines(last: LastRun, nowMs: number): readonly string[] {
  const end =
    last.endedAtMs === null
      ? 'it did not say goodbye (crash, kill or power); the next start continues it'
      : `ended ${agoText(last.endedAtMs, nowMs)}`;
  return [
    `last run ${last.runId}, ${last.mode}, feed ${last.feed}`,
    `         started ${utcText(last.startedAtMs)}, ${end}`,
    `left     ${leftText(last)}`,
  ];
}

/** What the next start still has to commit; "unknown" is said, never shown as nothing. */
export function leftText({ seqJournaled, seqCommitted, spoolBatches }: LastRun): string {
  const journaled = `${countText(seqJournaled)} inputs journaled`;
  if (seqCommitted === null) {
    return `${journaled}; how many are committed is known to the database only`;
  }
  const open = Math.max(0, seqJournaled - seqCommitted);
  if (open === 0 && spoolBatches === 0) return `nothing: ${journaled}, all committed`;
  return (
    `${journaled}, ${countText(open)} of them not committed, ` +
    `${countText(spoolBatches)} batches in the spool; the next start commits them`
  );
}

function latchLine({ level, mode, reason, operator, atMs }: LatchWords): string {
  const who = operator === null ? '' : ` by ${operator}`;
  const when = atMs === null ? '' : ` since ${utcText(atMs)}`;
  return `level    ${level}${when}${who} (${reason})${mode === null ? '' : `, mode ${mode}`}`;
}

function lastRunJson(last: LastRun) {
  return {
    run_id: last.runId,
    mode: last.mode,
    feed: last.feed,
    started_at: new Date(last.startedAtMs).toISOString(),
    ended_at: last.endedAtMs === null ? null : new Date(last.endedAtMs).toISOString(),
    seq_journaled: last.seqJournaled,
    seq_committed: last.seqCommitted,
    spool_batches: last.spoolBatches,
  };
}

function latchJson({ level, mode, reason, operator, atMs }: LatchWords) {
  const at = atMs === null ? null : new Date(atMs).toISOString();
  return { level, mode, reason, operator, at };
}
