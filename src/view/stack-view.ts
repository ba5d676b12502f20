import { KEYS, TOPICS } from '../engine/domain/wire/streams.js';
import type { StreamInfo } from '../engine/ports/event-log.js';
import type {
  ExpiringKey,
  StackReader,
  StackServer,
  TopicListeners,
} from '../engine/ports/stack-reader.js';
import { judgeStack } from './stack-effects.js';
import { streamViews, type StreamView } from './streams-json.js';

/** All that was read of a stack at one moment. */
export interface StackFacts {
  readonly observedAtMs: number;
  readonly streams: readonly StreamInfo[];
  readonly topics: readonly TopicListeners[];
  readonly states: readonly ExpiringKey[];
  readonly server: StackServer;
}

export type StackWord = 'EFFECTS FLOW' | 'DEGRADED' | 'NOTHING FLOWS';

/** A stack as it is shown. */
export interface StackView extends Omit<StackFacts, 'streams'> {
  readonly word: StackWord;
  /** Who writes there, as far as the ids of the streams tell. */
  readonly startedBy: string;
  /** Why effects do not flow; empty when they do. */
  readonly reasons: readonly string[];
  /** What will be a reason one day. */
  readonly warnings: readonly string[];
  readonly streams: readonly StreamView[];
}

const STATES_MAX = 1_000;

/** @throws DependencyError */
export async function readStack(reader: StackReader, nowMs: number): Promise<StackView> {
  return stackView(await readStackFacts(reader, nowMs));
}

/** @throws DependencyError */
export async function readStackFacts(reader: StackReader, nowMs: number): Promise<StackFacts> {
  const [streams, topics, states, server] = await Promise.all([
    reader.log.list(),
    reader.listeners(Object.values(TOPICS)),
    reader.keys(KEYS.marketState.prefix, STATES_MAX),
    reader.server(),
  ]);
  return { observedAtMs: nowMs, streams, topics, states, server };
}

export function stackView({ streams, ...facts }: StackFacts): StackView {
  const states = [...facts.states].sort((a, b) => (a.key < b.key ? -1 : 1));
  const views = streamViews(streams);
  return { ...facts, states, streams: views, ...judgeStack({ ...facts, states, streams: views }) };
}
