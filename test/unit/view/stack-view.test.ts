import { describe, expect, it } from 'vitest';
import type { StackServer } from '../../../src/engine/ports/stack-reader.js';
import { stackView, type StackFacts } from '../../../src/view/stack-view.js';
import { agedStream, stackFacts, WELL } from '../../fakes/fake-stack.js';
import { NOW_MS } from '../../fakes/fake-engine-status.js';

/** The stack with streams of other ages; null = never written. */
function withStreams(ages: Readonly<Record<string, number | null>>): StackFacts {
  const others = stackFacts().streams.filter(({ name }) => !Object.hasOwn(ages, name));
  const aged = Object.entries(ages).flatMap(([name, ageMs]) =>
    ageMs === null ? [] : [agedStream(name, ageMs)],
  );
  return stackFacts({ streams: [...others, ...aged] });
}

const withStream = (name: string, ageMs: number | null) => withStreams({ [name]: ageMs });

const withServer = (server: Partial<StackServer>) => stackFacts({ server: { ...WELL, ...server } });
const NOTHING: Partial<StackFacts> = {
  streams: [],
  states: [],
  topics: [{ topic: 'orders', subscribers: 0 }],
};

describe('a stack that cdb did not start', () => {
  it('flows when candles, regimes, results, listeners and states are there', () => {
    expect(stackView(stackFacts())).toMatchObject({
      word: 'EFFECTS FLOW',
      startedBy: 'stack not started by cdb',
      reasons: [],
      warnings: [],
    });
  });

  it.each<readonly [string, StackFacts, RegExp]>([
    ['no candle ever', withStream('stream.candles_1m', null), /^stream.candles_1m: nothing was/],
    [
      'old candles',
      withStream('stream.candles_1m', 181_000),
      /^stream.candles_1m: the newest entry is 3 min old \(limit 3 min\)$/,
    ],
    [
      'no regime ever',
      withStream('stream.regime_signals', null),
      /^stream.regime_signals: nothing/,
    ],
    [
      'old regimes',
      withStream('stream.regime_signals', 301_000),
      /^stream.regime_signals: the new/,
    ],
    [
      'an order without a result',
      withStreams({ 'stream.orders': 61_000, 'stream.fills': 62_000 }),
      /^stream.orders: the newest order has had no result for 61 s$/,
    ],
    [
      'an order and no result ever',
      withStreams({ 'stream.orders': 61_000, 'stream.fills': null }),
      /no result for 61 s$/,
    ],
    [
      'nobody who listens to orders',
      stackFacts({ topics: [{ topic: 'orders', subscribers: 0 }] }),
      /^nobody listens to topic orders: what is published there is lost$/,
    ],
    ['no market state', stackFacts({ states: [] }), /^no key market_state:\*: .*RC_002/],
  ])('is degraded with %s', (_, facts, reason) => {
    const view = stackView(facts);
    expect(view.word).toBe('DEGRADED');
    expect(view.reasons).toEqual([expect.stringMatching(reason)]);
  });

  it.each([
    ['candles just within their limit', withStream('stream.candles_1m', 180_000)],
    ['regimes just within their limit', withStream('stream.regime_signals', 300_000)],
    ['an order that waits for its result', withStream('stream.orders', 0)],
    ['no order at all', withStream('stream.orders', null)],
    ['nobody who listens to alerts', stackFacts({ topics: [{ topic: 'alerts', subscribers: 0 }] })],
    ['no signal for an hour', withStream('stream.signals', 3_600_000)],
  ])('flows with %s', (_, facts) => {
    expect(stackView(facts)).toMatchObject({ word: 'EFFECTS FLOW', reasons: [] });
  });

  it('is judged by the clock of Redis, whose ids they are', () => {
    const server = { ...WELL, clockMs: NOW_MS - 3_600_000 };
    const behind = stackFacts({
      server,
      streams: stackFacts().streams.map(({ name }) => agedStream(name, 3_602_000)),
    });
    const view = stackView(behind);
    expect(view.word).toBe('EFFECTS FLOW');
    expect(view.warnings).toEqual(['the clock of Redis is 1 h behind this one']);
  });

  it('is not there when nothing was written and nobody listens', () => {
    expect(stackView(stackFacts(NOTHING))).toMatchObject({ word: 'NOTHING FLOWS' });
    const heard = [{ topic: 'market_data', subscribers: 1 }];
    expect(stackView(stackFacts({ ...NOTHING, topics: heard })).word).toBe('DEGRADED');
  });

  it('is one of cdb where the ids are those of a journal, and then no age is known', () => {
    const numbered = {
      ...agedStream('stream.candles_1m', 0),
      ...{ lastId: { seq: 7, ord: 0 }, lastAppendAtMs: null },
    };
    const view = stackView(stackFacts({ streams: [numbered] }));
    expect(view.startedBy).toContain('an engine of cdb that runs elsewhere');
    expect(view.reasons[0]).toContain('its ids do not say how old');
    // A stream of somebody else may be numbered in any way.
    const streams = [...stackFacts().streams, { ...numbered, name: 'other' }];
    expect(stackView(stackFacts({ streams })).startedBy).toBe('stack not started by cdb');
  });

  it.each<readonly [string, StackFacts, RegExp]>([
    ['eviction', withServer({ maxmemoryPolicy: 'allkeys-lru' }), /allkeys-lru, not noeviction/],
    ['an unknown policy', withServer({ maxmemoryPolicy: null }), /maxmemory-policy is unknown/],
    ['evicted keys', withServer({ evictedKeys: 3 }), /^3 keys were evicted/],
    ['little memory', withServer({ usedMemoryBytes: 260_000_000 }), /^97 % of maxmemory is used$/],
    ['no append-only file', withServer({ isAppendOnly: false }), /append-only file is off/],
    ['a disk that fails', withServer({ isAppendOnlyWell: false }), /last write of the append-only/],
    ['a replica', withServer({ role: 'slave' }), /this Redis is a slave/],
    ['a clock ahead', withServer({ clockMs: NOW_MS + 2_500 }), /2.5 s ahead of this one/],
    [
      'a state for ever',
      stackFacts({ states: [{ key: 'market_state:X', ttlMs: null }] }),
      /^market_state:X: without expiry/,
    ],
    [
      'topics of which nothing is known',
      stackFacts({ topics: [{ topic: 'orders', subscribers: null }] }),
      /who listens to the topics is unknown/,
    ],
    [
      'a shutdown that is kept',
      withStream('stream.bot_shutdown', 86_400_000),
      /^stream.bot_shutdown holds 812 entries, the newest 24 h ago: an execution service reads/,
    ],
  ])('warns of %s, and flows all the same', (_, facts, warning) => {
    expect(stackView(facts)).toMatchObject({
      word: 'EFFECTS FLOW',
      warnings: [expect.stringMatching(warning)],
    });
  });

  it('says nothing of limits that are not set', () => {
    expect(stackView(withServer({ maxmemoryBytes: 0 })).warnings).toEqual([]);
    expect(stackView(withServer({ maxmemoryBytes: null, evictedKeys: null })).warnings).toEqual([]);
  });
});
