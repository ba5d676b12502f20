import { KEYS, STREAMS, TOPICS } from '../engine/domain/wire/streams.js';
import { agoText, durationText } from './age.js';
import { countText } from './figure.js';
import { serverWarnings } from './redis-warnings.js';
import { STACK_LIMITS } from './stack-limits.js';
import type { StackFacts, StackView } from './stack-view.js';
import type { StreamView } from './streams-json.js';

type Judged = Pick<StackView, 'word' | 'reasons' | 'warnings' | 'startedBy'>;
type Facts = Omit<StackFacts, 'streams'> & { readonly streams: readonly StreamView[] };

/** Without a reader of these the chain is cut; nobody has to read the others. */
export const TOPICS_NEEDED: readonly string[] = [
  TOPICS.marketData,
  TOPICS.signals,
  TOPICS.orders,
  TOPICS.orderResults,
];

/**
 * What Redis alone can prove: inputs produced their outputs lately. Whether decisions have their rows
 * is not seen here; that is in PostgreSQL.
 */
export function judgeStack(facts: Facts): Judged {
  const { streams, topics, states, server } = facts;
  const startedBy = starter(streams);
  const warnings = [...serverWarnings(server, facts.observedAtMs), ...dataWarnings(facts)];
  const isListened = topics.some(({ subscribers }) => (subscribers ?? 0) > 0);
  if (!streams.some(isWritten) && !isListened && states.length === 0) {
    const reasons = ['no stream of a trading stack was ever written, and nobody listens'];
    return { word: 'NOTHING FLOWS', startedBy, reasons, warnings };
  }
  const reasons = [
    ...ageReasons(facts, STREAMS.candles.name, STACK_LIMITS.candleMs),
    ...ageReasons(facts, STREAMS.regimes.name, STACK_LIMITS.regimeMs),
    ...resultReasons(facts),
    ...topics
      .filter(({ topic, subscribers }) => subscribers === 0 && TOPICS_NEEDED.includes(topic))
      .map(({ topic }) => `nobody listens to topic ${topic}: what is published there is lost`),
    ...(states.length > 0
      ? []
      : [`no key ${KEYS.marketState.prefix}*: risk refuses every signal (RC_002)`]),
  ];
  return { word: reasons.length === 0 ? 'EFFECTS FLOW' : 'DEGRADED', startedBy, reasons, warnings };
}

function isWritten({ exists }: StreamView): boolean {
  return exists;
}

/** Nobody of cdb writes there. */
export const NOT_STARTED_HERE = 'stack not started by cdb';

/** An engine of cdb numbers its entries itself; all others leave that to the server. */
function starter(streams: readonly StreamView[]): string {
  const numbered = streams.filter(({ newestId, lastAtMs, lengthMax }) => {
    return newestId !== null && lastAtMs === null && lengthMax !== null;
  });
  return numbered.length === 0
    ? NOT_STARTED_HERE
    : 'an engine of cdb that runs elsewhere writes here, and knows more: ask it there';
}

/** The server's own clock, because the ids are of it. */
function nowOf({ server, observedAtMs }: Facts): number {
  return server.clockMs ?? observedAtMs;
}

function ageReasons(facts: Facts, name: string, limitMs: number): readonly string[] {
  const stream = facts.streams.find((one) => one.name === name);
  if (stream?.exists !== true) return [`${name}: nothing was ever written`];
  if (stream.lastAtMs === null) return [`${name}: its ids do not say how old the newest entry is`];
  const ageMs = nowOf(facts) - stream.lastAtMs;
  if (ageMs <= limitMs) return [];
  return [
    `${name}: the newest entry is ${durationText(ageMs)} old (limit ${durationText(limitMs)})`,
  ];
}

function resultReasons(facts: Facts): readonly string[] {
  const lastAtMs = (name: string) =>
    facts.streams.find((stream) => stream.name === name)?.lastAtMs ?? null;
  const orderMs = lastAtMs(STREAMS.orders.name);
  const resultMs = lastAtMs(STREAMS.fills.name);
  if (orderMs === null || (resultMs !== null && resultMs >= orderMs)) return [];
  const waitedMs = nowOf(facts) - orderMs;
  if (waitedMs <= STACK_LIMITS.resultMs) return [];
  return [
    `${STREAMS.orders.name}: the newest order has had no result for ${durationText(waitedMs)}`,
  ];
}

function dataWarnings(facts: Facts): readonly string[] {
  const { streams, states, topics } = facts;
  const warnings: string[] = [];
  const shutdown = streams.find(({ name }) => name === STREAMS.botShutdown.name);
  if (shutdown !== undefined && shutdown.length > 0) {
    const when =
      shutdown.lastAtMs === null ? '' : `, the newest ${agoText(shutdown.lastAtMs, nowOf(facts))}`;
    warnings.push(
      `${shutdown.name} holds ${countText(shutdown.length)} entries${when}: an execution service ` +
        'reads them all when it starts, and any of them blocks every order',
    );
  }
  const lasting = states.filter(({ ttlMs }) => ttlMs === null);
  if (lasting.length > 0) {
    const names = lasting.slice(0, 3).map(({ key }) => key);
    warnings.push(`${names.join(', ')}: without expiry, so a state that is old looks fresh`);
  }
  if (topics.some(({ subscribers }) => subscribers === null)) {
    warnings.push('who listens to the topics is unknown: the user may not ask PUBSUB NUMSUB');
  }
  return warnings;
}
