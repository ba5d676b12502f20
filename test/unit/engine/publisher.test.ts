import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import type { Output } from '../../../src/engine/domain/events.js';
import { runIds, type Ref } from '../../../src/engine/domain/ids.js';
import { THRESHOLD_SETS } from '../../../src/engine/domain/thresholds.js';
import { STREAMS } from '../../../src/engine/domain/wire/streams.js';
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
      onCommitted: () => undefined,
    });
  const orders = () => announced.filter((topic) => topic === 'orders').length;
  return { publisher, state, gated, refs, orders };
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

async function sampleOrders(): Promise<Output[]> {
  const found: Output[] = [];
  await replay(
    await openFileFeed('sample', {}),
    { hash: nodeHash, thresholds: THRESHOLD_SETS.default, seed: 1, mode: 'paper' },
    ({ outputs }) => found.push(...outputs.filter(({ kind }) => kind === 'OrderRequested')),
    () => Promise.resolve(),
    new AbortController().signal,
  );
  return found;
}

// Entries: a SELL that only reduces would pass a gate that is REDUCING.
const [first, second] = (await sampleOrders()).filter(
  (fact) => fact.kind === 'OrderRequested' && fact.side === 'BUY',
);

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
});
