import type { StackPort } from '../../src/commands/operator-ports.js';
import { STREAM_LIST, STREAMS, TOPICS } from '../../src/engine/domain/wire/streams.js';
import type { StreamInfo } from '../../src/engine/ports/event-log.js';
import type { StackReader, StackServer } from '../../src/engine/ports/stack-reader.js';
import type { StackFacts } from '../../src/view/stack-view.js';
import { NOW_MS } from './fake-engine-status.js';

export const WELL: StackServer = {
  version: '7.0.15',
  role: 'master',
  clockMs: NOW_MS,
  maxmemoryPolicy: 'noeviction',
  maxmemoryBytes: 268_435_456,
  usedMemoryBytes: 12_582_912,
  evictedKeys: 0,
  isAppendOnly: true,
  isAppendOnlyWell: true,
};

/** A stream whose newest entry the server numbered `ageMs` ago. */
export function agedStream(name: string, ageMs: number, length = 812): StreamInfo {
  const lastId = { seq: NOW_MS - ageMs, ord: 0 };
  return {
    ...{ name, length, bytes: 2_048, firstId: lastId, lastId, entriesAdded: length },
    ...{ tornBytes: 0, lastAppendAtMs: NOW_MS - ageMs },
  };
}

/** Every stream was written 2 s ago, but nobody was shut down; everybody listens. */
export function stackFacts(overrides: Partial<StackFacts> = {}): StackFacts {
  return {
    observedAtMs: NOW_MS,
    streams: STREAM_LIST.filter(({ name }) => name !== STREAMS.botShutdown.name).map(({ name }) =>
      agedStream(name, 2_000),
    ),
    topics: Object.values(TOPICS).map((topic) => ({ topic, subscribers: 2 })),
    states: [{ key: 'market_state:BTCUSDT', ttlMs: 119_000 }],
    server: WELL,
    ...overrides,
  };
}

/** A stack that is in these facts. */
export function fakeStack(facts = stackFacts(), reader: Partial<StackReader> = {}): StackPort {
  const all: StackReader = {
    log: {
      list: async () => facts.streams,
      info: async (name) => facts.streams.find((stream) => stream.name === name) ?? null,
      read: async () => [],
      tail: async () => [],
    },
    groups: async () => [],
    listeners: async () => facts.topics,
    keys: async () => facts.states,
    server: async () => facts.server,
    ...reader,
  };
  return { where: 'env CDB_REDIS_URL', use: (work) => work(all) };
}
