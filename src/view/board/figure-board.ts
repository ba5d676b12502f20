import type { FigureBoard, FlowLine, LinkRow, Panel } from './board.js';
import { boundedText } from './bounded.js';
import { CounterHistory } from './counter-history.js';
import type { EnginePush } from './engine-push.js';
import { figureNumber } from './figure-number.js';
import { GaugeHistory } from './gauge-history.js';
import { PANELS, panel, type PanelKey } from './panels.js';
import type { ReferenceCount } from '../reference-counts.js';
import { SERVICES_TOTAL, servicesUp } from './services-up.js';

const RATED = {
  messages: 'decoded_messages_total',
  signals: 'signals_generated_total',
  approved: 'orders_approved_total',
  blocked: 'orders_blocked_total',
  filled: 'execution_orders_filled_total',
  errors: 'execution_orders_rejected_total',
} as const;
type Rated = keyof typeof RATED;

const FLOW: readonly (readonly [FlowLine['name'], Rated])[] = [
  ['trades', 'messages'],
  ['signals', 'signals'],
  ['approved', 'approved'],
  ['blocked', 'blocked'],
  ['filled', 'filled'],
];
const ERROR_WINDOW_MS = 300_000;

/** What is known of the figures besides what an engine pushes. */
export interface FigureFacts {
  /** Null: no engine of ours runs, or it has not answered yet. */
  readonly push: EnginePush | null;
  /** What the streams and rows of a stack tell instead; null where they were not read. */
  readonly stack: StackCounts | null;
  /** No engine holds the directory, and that is known. */
  readonly isAbsent: boolean;
  readonly postgres: Pick<LinkRow, 'state' | 'latencyMs' | 'why'>;
  readonly redis: Pick<LinkRow, 'state' | 'latencyMs' | 'why'>;
  readonly nowMs: number;
}

/** Counters under the names that they have in /metrics, as far as a stack has left evidence of them. */
export interface StackCounts {
  readonly atMs: number;
  readonly counts: Readonly<Partial<Record<ReferenceCount, number | null>>>;
}

/** The 14 figures over time: what was pushed is noted, and the board made from it when asked. */
export class FigureHistory {
  readonly #counters: Readonly<Record<Rated, CounterHistory>>;
  readonly #gauges = new Map<PanelKey, GaugeHistory>();

  constructor(everyMs: number) {
    const counter = () => new CounterHistory(everyMs);
    this.#counters = {
      messages: counter(),
      signals: counter(),
      approved: counter(),
      blocked: counter(),
      filled: counter(),
      errors: counter(),
    };
  }

  /** One look; a place that did not answer is a gap in every rate. */
  note(facts: FigureFacts): void {
    const { push, stack, nowMs } = facts;
    const atMs = push?.view.observedAtMs ?? stack?.atMs ?? nowMs;
    const era = push === null ? 'stack' : eraOf(push);
    const counts = countsOf(facts);
    for (const [key, counter] of entriesOf(this.#counters)) {
      counter.note(atMs, counts[RATED[key]] ?? null, era);
    }
    for (const { key, value } of gaugesOf(facts)) this.#gauge(key).note(atMs, value);
  }

  board(facts: FigureFacts): FigureBoard {
    const nowMs = facts.push?.view.observedAtMs ?? facts.nowMs;
    const counts = countsOf(facts);
    const perSecOf = (key: Rated, windowMs?: number) =>
      typeof counts[RATED[key]] === 'number' ? this.#counters[key].perSec(nowMs, windowMs) : null;
    const gauges = gaugesOf(facts).map(({ key, value, note, state }) =>
      panel(key, value, { note, state, trend: this.#gauge(key).trend(nowMs) }),
    );
    const rated = entriesOf(this.#counters).map(([key, counter]) => {
      const perSec = perSecOf(key, key === 'errors' ? ERROR_WINDOW_MS : undefined);
      const note = key === 'blocked' ? mostOfBlocks(facts.push) : '';
      return panel(key, perSec, { note, trend: counter.trend(nowMs) });
    });
    const flow = FLOW.map(([name, key]): FlowLine => {
      return { name, perSec: perSecOf(key), trend: this.#counters[key].flow(nowMs) };
    });
    const chart = panel('flow', flow[0]?.perSec ?? null, { trend: flow[0]?.trend ?? [] });
    const execution = {
      received: counts.execution_orders_received_total ?? null,
      filled: counts.execution_orders_filled_total ?? null,
      rejected: counts.execution_orders_rejected_total ?? null,
    };
    return { panels: inOrder([...gauges, ...rated, chart]), flow, execution };
  }

  #gauge(key: PanelKey): GaugeHistory {
    const found = this.#gauges.get(key) ?? new GaugeHistory();
    this.#gauges.set(key, found);
    return found;
  }
}

interface GaugeLook {
  readonly key: PanelKey;
  readonly value: number | null;
  readonly note?: string;
  /** Where the value alone does not say it. */
  readonly state?: Panel['state'];
}

function gaugesOf(facts: FigureFacts): readonly GaugeLook[] {
  const { push, isAbsent } = facts;
  const counts = countsOf(facts);
  return [
    servicesLook(push, isAbsent),
    linkLook('postgres', facts.postgres),
    linkLook('redis', facts.redis),
    { key: 'breaker', value: counts.circuit_breaker_active ?? null, note: breakers(push) },
    { key: 'uptime', value: uptimeSec(push) },
    { key: 'blocks', value: counts.orders_blocked_total ?? null },
    {
      key: 'execution',
      value: counts.execution_orders_received_total ?? null,
      note: executionWords(counts),
    },
  ];
}

type Counts = StackCounts['counts'];

function countsOf({ push, stack }: FigureFacts): Counts {
  return push?.counts ?? stack?.counts ?? {};
}

function executionWords(counts: Counts): string {
  const known = [
    ['filled', counts.execution_orders_filled_total],
    ['rejected', counts.execution_orders_rejected_total],
  ] as const;
  return known
    .flatMap(([word, count]) => (count === undefined || count === null ? [] : [`${word} ${count}`]))
    .join(', ');
}

function servicesLook(push: EnginePush | null, isAbsent: boolean): GaugeLook {
  const of = `of ${SERVICES_TOTAL}`;
  if (push === null) {
    return isAbsent
      ? { key: 'services', value: 0, note: `${of}: no engine runs here` }
      : { key: 'services', value: null };
  }
  const { up, processes } = servicesUp(push.view);
  const where = processes === 1 ? 'in 1 process' : `in ${processes} processes`;
  return { key: 'services', value: up.length, note: `${of}, ${where}` };
}

function linkLook(
  key: 'postgres' | 'redis',
  { state, latencyMs, why }: FigureFacts['redis'],
): GaugeLook {
  if (state === 'not used') return { key, value: null, state: 'idle', note: 'not used' };
  if (state === 'not asked') return { key, value: null, note: why };
  const note = latencyMs === null ? why : `${Math.round(latencyMs)} ms`;
  return { key, value: state === 'up' ? 1 : 0, note };
}

function breakers(push: EnginePush | null): string {
  return push?.view.portfolio.breakersOpen.join(', ') ?? '';
}

/** The code that refused most; empty before the first refusal. */
function mostOfBlocks(push: EnginePush | null): string {
  // Most frequent first, as the view has them.
  const [first] = Object.keys(push?.view.blockedByCode ?? {});
  return first === undefined ? '' : `mostly ${boundedText(first)}`;
}

/** Of the process that has run for the shortest time. */
function uptimeSec(push: EnginePush | null): number | null {
  if (push === null) return null;
  const { view, counts } = push;
  const own = view.observedAtMs / 1_000 - counts.process_start_time_seconds;
  const others = (view.shared?.engines ?? []).flatMap(({ upMs }) => {
    const up = figureNumber(upMs);
    return up === null ? [] : [up / 1_000];
  });
  return Math.max(0, Math.min(own, ...others));
}

/** Two processes never have both in common. */
export function eraOf({ view }: Pick<EnginePush, 'view'>): string {
  return `${view.run.pid} ${view.run.startedAtMs}`;
}

function inOrder(panels: readonly Panel[]): readonly Panel[] {
  return Object.values(PANELS).flatMap(({ name }) => panels.filter((one) => one.name === name));
}

function entriesOf<K extends string, V>(
  record: Readonly<Record<K, V>>,
): readonly (readonly [K, V])[] {
  return Object.entries(record) as unknown as readonly (readonly [K, V])[];
}
