import type { LastRun } from '../../engine/ports/engine-client.js';
import { utcText } from '../age.js';
import type { StackView } from '../stack-view.js';
import type { SystemView } from '../system-view.js';
import type { EngineRow, StageRow, StagesBoard } from './board.js';
import { boundedRows, boundedText } from './bounded.js';
import type { EnginePush } from './engine-push.js';
import { figureNumber } from './figure-number.js';
import { latencyRows } from './latency-rows.js';

const WELL_PHASES = ['running', 'draining'];
const ALL_ROLES = ['ingest', 'pipeline', 'writer'];

/** What the dashboard has seen of the engine's process. */
export interface SeenProcess {
  /** Of one core, between the last two looks; null before the second. */
  readonly cpuFraction: number | null;
  readonly restarts: number;
}

export function stagesOfEngine({ view, latency }: EnginePush, seen: SeenProcess): StagesBoard {
  const { word, reasons, notes, effects } = view;
  return {
    word,
    reasons: reasons.map(boundedText),
    notes: notes.map(boundedText),
    stages: effects.map(stageRow),
    latencies: latencyRows(latency),
    engines: engineRows(view, seen),
  };
}

function stageRow({ name, word, reason, cause, effect }: SystemView['effects'][number]): StageRow {
  return {
    ...{ name, word },
    reason: boundedText(reason),
    causes: figureNumber(cause),
    effects: figureNumber(effect),
    causeAtMs: cause.lastAtMs,
    effectAtMs: effect.lastAtMs,
  };
}

/** This process first, then the others of a run that is shared, of which only the board is known. */
function engineRows(view: SystemView, seen: SeenProcess): readonly EngineRow[] {
  const { run, shared } = view;
  const own: EngineRow = {
    name: boundedText(shared?.engineId ?? `engine ${run.pid}`),
    roles: shared?.roles ?? ALL_ROLES,
    state: run.phase,
    isWell: WELL_PHASES.includes(run.phase),
    heartbeatAtMs: view.observedAtMs,
    cpuFraction: seen.cpuFraction,
    rssBytes: figureNumber(view.rssBytes),
    startedAtMs: run.startedAtMs,
    restarts: seen.restarts,
    note: boundedText(`pid ${run.pid}, ${run.codeVersion}`),
  };
  const others = (shared?.engines ?? []).filter(({ engineId }) => engineId !== shared?.engineId);
  return [own, ...boundedRows(others).map(otherRow)];
}

type OtherEngine = NonNullable<SystemView['shared']>['engines'][number];

function otherRow({ engineId, host, pid, roles, trouble, upMs }: OtherEngine): EngineRow {
  const up = figureNumber(upMs);
  return {
    name: boundedText(engineId),
    roles,
    state: trouble.length === 0 ? 'running' : 'in trouble',
    isWell: trouble.length === 0,
    heartbeatAtMs: upMs.observedAtMs,
    cpuFraction: null,
    rssBytes: null,
    startedAtMs: up === null ? null : upMs.observedAtMs - up,
    restarts: 0,
    note: boundedText([`pid ${pid} on ${host}`, ...trouble].join('; ')),
  };
}

/** What is left to say where no engine of ours runs. */
export function stagesWithout(
  stack: StackView | null,
  last: LastRun | null,
  restarts: number,
): StagesBoard {
  const none = { stages: [], latencies: [] };
  const engines = last === null ? [] : [goneRow(last, restarts)];
  if (stack !== null) {
    const { word, reasons, warnings, startedBy } = stack;
    const notes = [startedBy, ...warnings].map(boundedText);
    return { ...none, word, reasons: reasons.map(boundedText), notes, engines };
  }
  const why = last === null ? 'nothing ever ran here' : 'no engine holds the state directory';
  return { ...none, word: 'NOT RUNNING', reasons: [why], notes: [], engines };
}

function goneRow({ runId, startedAtMs, endedAtMs }: LastRun, restarts: number): EngineRow {
  const end = endedAtMs === null ? 'it did not say goodbye' : `ended ${utcText(endedAtMs)}`;
  return {
    name: 'engine',
    roles: ALL_ROLES,
    state: 'not running',
    isWell: false,
    heartbeatAtMs: null,
    cpuFraction: null,
    rssBytes: null,
    startedAtMs,
    restarts,
    note: boundedText(`run ${runId}: ${end}`),
  };
}
