import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { redisFactStreams } from '../../../src/adapters/redis/redis-fact-streams.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import type { Output } from '../../../src/engine/domain/events.js';
import { runIds } from '../../../src/engine/domain/ids.js';
import { THRESHOLD_SETS } from '../../../src/engine/domain/thresholds.js';
import { STREAMS, TOPICS } from '../../../src/engine/domain/wire/streams.js';
import { Fenced } from '../../../src/engine/ports/fenced.js';
import type { FactStreams } from '../../../src/engine/ports/fact-streams.js';
import { createPublisher } from '../../../src/engine/publisher.js';
import { replay } from '../../../src/engine/replay.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { fourMarkets } from './four-markets.js';
import { ALL_SYMBOLS, TRADING } from './sharded-engine.js';

const RUN_ID = '22222222-2222-5222-8222-222222222222';
const HALTED: ControlRecord = { ...TRADING, level: 'HALTED', epoch: 2 };

let server: RedisServer;
let link: RedisLink;
let order: Output;
beforeAll(async () => {
  server = await RedisServer.start();
  const orders: Output[] = [];
  await replay(
    await fourMarkets({ trades: 5_000 }),
    { hash: nodeHash, thresholds: ALL_SYMBOLS, seed: 7, mode: 'paper' },
    ({ outputs }) => orders.push(...outputs.filter(({ kind }) => kind === 'OrderRequested')),
    () => Promise.resolve(),
    new AbortController().signal,
  );
  const [first] = orders;
  if (first === undefined) throw new Error('the sample has no order');
  order = first;
});
afterAll(() => server.end());
beforeEach(async () => {
  link = await server.link();
  await link.call('begin with nothing', 'FLUSHALL');
});

/** The end of a writer: what it lets out, and what it says of what it keeps back. */
function publisherOf(control: ControlRecord, replaced: Partial<FactStreams> = {}) {
  const announced: string[] = [];
  const gated: string[] = [];
  const publish = createPublisher({
    streams: { ...redisFactStreams(link, RUN_ID), ...replaced },
    topics: { publish: (topic) => void announced.push(topic) },
    keys: { set: () => undefined },
    ...{ ids: runIds(nodeHash, RUN_ID), hash: nodeHash, onCommitted: () => undefined },
    thresholds: () => THRESHOLD_SETS.default,
    control: () => control,
    onGated: (_, message) => void gated.push(message),
    onBooked: () => undefined,
  });
  const { seq } = order.ref;
  const batch = { seqFirst: seq, seqLast: seq, digest: '', outputs: [order], arrivedAtMs: 0 };
  const orders = () => announced.filter((topic) => topic === TOPICS.orders).length;
  return { publish: () => publish(batch), gated, orders };
}

/** Lets the order pass the gate, and is paused before it leaves. */
async function paused() {
  const streams = redisFactStreams(link, RUN_ID);
  let wake = (): void => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const late = publisherOf(TRADING, {
    ...streams,
    append: async (...words) => {
      reach();
      await woken;
      await streams.append(...words);
    },
  });
  const ending = late.publish().then(
    () => null,
    (error: unknown) => error,
  );
  await reached;
  return {
    late,
    goOn: () => {
      wake();
      return ending;
    },
  };
}

const inStream = () => link.call('count', 'XLEN', STREAMS.orders.name);

describe('a writer that was paused behind the gate, and followed by another', () => {
  it('lets no order out that the other one has kept back', async () => {
    const { late, goOn } = await paused();
    const next = publisherOf(HALTED);
    await next.publish();
    expect(next.gated).toEqual(['venue gate: level HALTED']);
    expect(await goOn()).toBeInstanceOf(Fenced);
    expect([await inStream(), late.orders()]).toEqual([0, 0]);
  });

  it('announces no order that the other one has let out', async () => {
    const { late, goOn } = await paused();
    const next = publisherOf(TRADING);
    await next.publish();
    expect(await goOn()).toBeInstanceOf(Fenced);
    expect([await inStream(), late.orders(), next.orders()]).toEqual([1, 0, 1]);
  });
});
