import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import type { Output } from '../../../src/engine/domain/events.js';
import { runIds, type Ref } from '../../../src/engine/domain/ids.js';
import { THRESHOLD_SETS } from '../../../src/engine/domain/thresholds.js';
import { STREAMS, TOPICS } from '../../../src/engine/domain/wire/streams.js';
import type { FoldedBatch } from '../../../src/engine/domain/folded-batch.js';
import { logStreams } from '../../../src/engine/log-streams.js';
import { createPublisher } from '../../../src/engine/publisher.js';
import { MemoryEventLog } from '../../fakes/engine/memory-event-log.js';
import { openFileFeed } from '../../../src/adapters/files-feed/open-file-feed.js';
import { replay } from '../../../src/engine/replay.js';

const TRADING: Pick<ControlRecord, 'level' | 'scopes' | 'epoch'> = {
  level: 'TRADING',
  scopes: {},
  epoch: 1,
};

function door(streams: MemoryEventLog) {
  const gated: string[] = [];
  const refs: Ref[] = [];
  const booked: Ref[] = [];
  const announced: string[] = [];
  const state = { control: TRADING };
  const publisher = () =>
    createPublisher({
      streams: logStreams(streams),
      topics: {
        publish: (topic) => {
          announced.push(topic);
        },
      },
      keys: { set: () => undefined },
      ids: runIds(nodeHash, 'run'),
      hash: nodeHash,
      thresholds: () => THRESHOLD_SETS.default,
      control: () => ({ ...RECORD, ...state.control }),
      onGated: ({ ref }, message) => {
        gated.push(message);
        refs.push(ref);
      },
      onBooked: (fill) => {
        booked.push(fill.ref);
      },
      onCommitted: () => undefined,
    });
  const orders = () => announced.filter((topic) => topic === 'orders').length;
  const results = () => announced.filter((topic) => topic === TOPICS.orderResults).length;
  return { publisher, state, gated, refs, booked, orders, results };
}

const RECORD: ControlRecord = {
  ...TRADING,
  mode: 'paper',
  reason: 'test',
  message: '',
  operator: 'ops',
  atMs: 0,
  previousLevel: 'TRADING',
};

function batch(outputs: readonly Output[]): FoldedBatch {
  return { seqFirst: 1, seqLast: 1, digest: '', outputs, arrivedAtMs: 0 };
}

async function sampleFacts(): Promise<Output[]> {
  const found: Output[] = [];
  await replay(
    await openFileFeed('sample', {}),
    { hash: nodeHash, thresholds: THRESHOLD_SETS.default, seed: 1, mode: 'paper' },
    ({ outputs }) => found.push(...outputs),
    () => Promise.resolve(),
    new AbortController().signal,
  );
  return found;
}

// Entries: a SELL that only reduces would pass a gate that is REDUCING.
const facts = await sampleFacts();
const [first, second] = facts
  .filter((fact) => fact.kind === 'OrderRequested')
  .filter(({ side }) => side === 'BUY');

describe('publisher', () => {
  it('lets an order out that was decided under the epoch that holds', async () => {
    const { publisher, gated, orders: announced } = door(new MemoryEventLog());
    await publisher()(batch([first!]));
    expect({ gated, announced: announced() }).toEqual({ gated: [], announced: 1 });
  });

  it.each([
    ['level HALTED', { ...TRADING, level: 'HALTED' as const }],
    ['level REDUCING', { ...TRADING, level: 'REDUCING' as const }],
    ['level HALTED', { ...TRADING, scopes: { 'symbol:BTCUSDT-PERP': 'HALTED' as const } }],
    ['decided under epoch 1, now 2', { ...TRADING, epoch: 2 }],
  ])('keeps an order in: %s', async (why, control) => {
    const streams = new MemoryEventLog();
    const { publisher, state, gated, orders: announced } = door(streams);
    state.control = control;
    await publisher()(batch([first!]));
    expect(gated).toEqual([`venue gate: ${why}`]);
    expect(announced()).toBe(0);
    expect(await streams.info(STREAMS.orders.name)).toBeNull();
  });

  it('after a crash neither announces again what left nor lets out what was refused', async () => {
    const streams = new MemoryEventLog();
    const { publisher, state, refs, orders: announced } = door(streams);
    const before = publisher();
    state.control = { ...TRADING, level: 'HALTED' };
    await before(batch([first!]));
    state.control = TRADING;
    await before(batch([second!]));
    expect({ refs, announced: announced() }).toEqual({ refs: [first!.ref], announced: 1 });

    await publisher()(batch([first!, second!]));
    // Refused once more, because the fold may have died before it heard of it.
    expect({ refs, announced: announced() }).toEqual({
      refs: [first!.ref, first!.ref],
      announced: 1,
    });
    expect((await streams.tail(STREAMS.orders.name, 9)).map(({ id }) => id)).toEqual([second!.ref]);
  });

  it('keeps the fills of an order in that it keeps in, and tells of each', async () => {
    const streams = new MemoryEventLog();
    const { publisher, state, booked, results } = door(streams);
    const publish = publisher();
    state.control = { ...TRADING, level: 'HALTED' };
    await publish(batch([first!]));
    state.control = TRADING;
    // Folded before the fold has heard of the refusal, and committed behind it.
    await publish(batch([second!, ...resultsOf(first!), ...resultsOf(second!)]));
    const kept = resultsOf(first!).map(({ ref }) => ref);
    expect(kept.length).toBeGreaterThan(0);
    expect(booked).toEqual(kept);
    expect(results()).toBe(resultsOf(second!).length);
    const fills = await streams.tail(STREAMS.fills.name, 9);
    expect(fills.map(({ id }) => id)).toEqual(resultsOf(second!).map(({ ref }) => ref));
    // What the drill compares.
    const orders = await streams.tail(STREAMS.orders.name, 9);
    const [orderId, ...others] = orders.map(({ fields }) => fields['order_id']);
    expect([orderId, others]).toEqual([expect.stringMatching(/./), []]);
    for (const { fields } of fills) {
      expect(fields).toMatchObject({ order_id: orderId });
      expect(Number(fields['filled_quantity'])).toBeGreaterThan(0);
    }
  });

  it('says that it was refused, and keeps the end of one in that was partly filled here', async () => {
    const streams = new MemoryEventLog();
    const { publisher, state } = door(streams);
    const publish = publisher();
    state.control = { ...TRADING, level: 'HALTED' };
    const end = (cumQty: string, ord: number): Output => ({
      ...{ kind: 'OrderRejected', cause: first!.ref, tsMs: 1, book: 'real', orderRef: first!.ref },
      ...{ symbol: first!.symbol, strategyId: first!.strategyId, side: 'BUY', qty: first!.qty },
      ...{ status: 'REJECTED', message: 'venue gate', cumQty, ref: { seq: 9e6, ord } },
    });
    await publish(batch([first!, end('0.00000000', 0), end('0.00100000', 1)]));
    const told = await streams.tail(STREAMS.fills.name, 9);
    expect(told.map(({ id }) => id.ord)).toEqual([0]);
  });

  it('keeps them in after a crash too, and lets those out of what had left', async () => {
    const streams = new MemoryEventLog();
    const before = door(streams);
    const publish = before.publisher();
    before.state.control = { ...TRADING, level: 'HALTED' };
    await publish(batch([first!]));
    before.state.control = TRADING;
    await publish(batch([second!]));
    // Both orders are behind a snapshot: nothing of them is published again.
    const { publisher, booked, results } = door(streams);
    await publisher()(batch([...resultsOf(first!), ...resultsOf(second!)]));
    expect(booked).toEqual(resultsOf(first!).map(({ ref }) => ref));
    expect(results()).toBe(resultsOf(second!).length);
  });
});

function resultsOf({ ref }: { readonly ref: Ref }) {
  return facts.filter(
    (fact) =>
      fact.kind === 'OrderFilled' && fact.orderRef.seq === ref.seq && fact.orderRef.ord === ref.ord,
  );
}
