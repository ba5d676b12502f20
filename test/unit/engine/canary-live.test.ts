import { describe, expect, it } from 'vitest';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { leftByCanary } from '../../../src/engine/open-run.js';
import { HELD_UNKNOWN } from '../../../src/engine/ports/run-registry.js';
import { STREAMS } from '../../../src/engine/domain/wire/streams.js';
import { listFeed } from '../../fakes/engine/list-feed.js';
import { quiet, until } from '../../fakes/engine/until.js';
import { TERMS } from './canary-terms.js';
import { of } from './fold-bench.js';
import { busyTrades, LiveBench, TRADING } from './live-bench.js';
import { observed } from './stages/market-fold.js';

const SHADOW: ControlRecord = { ...TRADING, mode: 'shadow' };
const CANARY: ControlRecord = {
  ...TRADING,
  ...{ mode: 'canary', canary: TERMS, epoch: 2, reason: 'canary' },
};
const QUIET = busyTrades(0);
const tsMs = (QUIET.at(-1)?.tsMs ?? 0) + 1_000;
const RISE = observed({ price: '10010', tsMs, tradeId: '900' });
const LOST = {
  kind: 'FeedLost',
  symbol: 'BTCUSDT',
  reason: 'connection_lost',
  atMs: tsMs,
} as const;

/** A canary that runs behind the quiet minutes; `resume` lets the feed go on with `inputs`. */
async function startedCanary(inputs: readonly (typeof RISE | typeof LOST)[]) {
  const bench = new LiveBench();
  bench.control = SHADOW;
  let resume: () => void = () => undefined;
  const resumed = new Promise<void>((resolve) => (resume = resolve));
  const gate = (batch: number) => (batch === QUIET.length ? resumed : undefined);
  const feed = listFeed([...QUIET, ...inputs], { batchTrades: 1, gate });
  const process = await bench.open(feed, { mode: 'shadow' });
  const { live } = process;
  const running = live.start(() => undefined);
  await until(() => live.status().seqCommitted === QUIET.length + 2, 'the quiet minutes');
  bench.control = CANARY;
  live.knock();
  await until(() => live.status().canary?.phase === 'running', 'the canary');
  await until(() => live.status().seqCommitted === QUIET.length + 3, 'its start on record');
  return { bench, ...process, running, resume };
}

/** Folds `inputs` under a canary while nothing is committed. */
async function foldedBehindCommit(inputs: readonly (typeof RISE | typeof LOST)[]) {
  const { bench, live, audit, committed, running, resume } = await startedCanary(inputs);
  let commit: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (commit = resolve));
  const commitNow = audit.commit.bind(audit);
  audit.commit = async (batch) => {
    await released;
    return commitNow(batch);
  };
  resume();
  await until(() => live.status().inputs.count === QUIET.length + 3 + inputs.length, 'all folded');
  await quiet();
  commit();
  await running;
  const [order] = of(committed, 'OrderRequested').filter(({ mode }) => mode === 'paper');
  const left = bench.streams.get(STREAMS.orders.name)?.entries.map(({ id }) => id) ?? [];
  return { bench, live, order, left: left.filter(({ seq }) => seq === order?.ref.seq) };
}

describe('the venue gate and a canary that ends by itself', () => {
  it('lets an entry of it out once its decision is on record', async () => {
    const { order, left } = await foldedBehindCommit([RISE]);
    expect([order?.reduceOnly, left]).toEqual([false, [order?.ref]]);
  });

  it('keeps an entry in whose batch waited while the fold rolled it back', async () => {
    const { order, left, live } = await foldedBehindCommit([RISE, LOST]);
    expect(live.status().canary).toMatchObject({ phase: 'ended', trigger: 'stale_data' });
    // The register says canary to the end, under the epoch that the entry was decided under.
    expect(order).toMatchObject({ reduceOnly: false, epoch: CANARY.epoch });
    expect(left).toEqual([]);
  });
});

describe('a canary that somebody outside of the fold trips', () => {
  it('is over, and in the journal, so that a replay ends it too', async () => {
    const { bench, live, running, resume } = await startedCanary([RISE]);
    live.tripCanary('monitoring_down', 'no answer');
    await until(() => live.status().canary?.phase !== 'running', 'its end');
    resume();
    await running;
    expect(live.status().canary).toMatchObject({ phase: 'ended', trigger: 'monitoring_down' });
    const inputs = [...bench.inputs.values()].flatMap(({ entries }) => entries);
    expect(inputs.filter(({ fields }) => fields['input']?.includes('CanaryTripped'))).toHaveLength(
      1,
    );
  });
});

describe('a run that ends with something of a canary', () => {
  const FILL = observed({ price: '10000', tsMs: tsMs + 2_000, tradeId: '901' });
  const held = async () => {
    const { bench } = await foldedBehindCommit([RISE, FILL]);
    const [run] = bench.registry.list();
    return { bench, run };
  };

  it('says so in the list of the runs, also when another start drains it', async () => {
    const { bench, run } = await held();
    expect(run?.canaryHeld).toMatch(/^0\.\d+ BTCUSDT$/);
    bench.registry.update(run?.runId ?? '', { canaryHeld: null, endedAtMs: null });
    const process = await bench.open(listFeed([RISE]), { mode: 'shadow' });
    await process.live.drain();
    expect(bench.registry.list().at(-1)?.canaryHeld).toBeNull();
    const again = await bench.open(listFeed([...QUIET, RISE, FILL]), { mode: 'shadow' });
    await again.live.drain();
    expect(bench.registry.list()[0]?.canaryHeld).toBe(run?.canaryHeld);
  });

  it('is unknown from the begin of its session to the end of the run, whatever happens between', async () => {
    const { bench, live, running, resume } = await startedCanary([RISE, FILL]);
    const noted = () => bench.registry.list()[0]?.canaryHeld;
    expect(noted()).toBe(HELD_UNKNOWN);
    expect(leftByCanary(bench.registry, null)).toHaveLength(1);
    live.stop();
    resume();
    await running;
    expect(noted()).toBeNull();
    // The same run goes on with its session, of which no fact tells again.
    const again = await bench.open(listFeed([...QUIET, RISE, FILL]), { mode: 'shadow' });
    const seen: unknown[] = [];
    await again.live.start(
      () => undefined,
      () => seen.push(noted()),
    );
    expect([seen, noted()]).toEqual([[HELD_UNKNOWN], expect.stringMatching(/^0\.\d+ BTCUSDT$/)]);
  });

  it('is in the way of any other run until it is finished or given up', async () => {
    const { bench, run } = await held();
    const { registry } = bench;
    registry.update(run?.runId ?? '', { finished: false });
    const known = registry.list()[0] ?? null;
    expect(leftByCanary(registry, null).map(({ runId }) => runId)).toEqual([run?.runId]);
    expect(leftByCanary(registry, known)).toEqual([]);
    registry.update(run?.runId ?? '', { finished: true });
    expect(leftByCanary(registry, null)).toEqual([]);
  });
});
