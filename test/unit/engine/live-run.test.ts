import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { Input } from '../../../src/engine/domain/inputs.js';
import { undrainedRuns } from '../../../src/engine/open-run.js';
import { DependencyError } from '../../../src/operator-error.js';
import { listFeed, receivingFeed } from '../../fakes/engine/list-feed.js';
import { Fold } from '../../../src/engine/fold.js';
import { MemoryEventLog } from '../../fakes/engine/memory-event-log.js';
import { Power } from '../../fakes/engine/power.js';
import { quiet, until } from '../../fakes/engine/until.js';
import { of } from './fold-bench.js';
import { busyTrades, LiveBench, TRADING, type LiveProcess } from './live-bench.js';

const TRADES = busyTrades();
const nothing = (): undefined => undefined;

/** What the world has seen: rows, stream entries and the digest. */
function effects(bench: LiveBench) {
  const tables = [...bench.database.rows.keys()].sort();
  return {
    rows: Object.fromEntries(tables.map((table) => [table, bench.database.table(table)])),
    streams: Object.fromEntries(
      [...bench.streams]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { entries }]) => [name, entries]),
    ),
  };
}

function journaled(bench: LiveBench): Input[] {
  return [...bench.inputs.values()].flatMap(({ entries }) =>
    entries.map(({ fields }) => JSON.parse(fields['input'] ?? 'null') as Input),
  );
}

async function finishedBench(): Promise<{ bench: LiveBench; process: LiveProcess }> {
  const bench = new LiveBench();
  const process = await bench.open(listFeed(TRADES));
  expect(await process.live.start(nothing)).toBe('finished');
  return { bench, process };
}

/** A gate in front of one batch of the feed that the test opens. */
function gateAt(batch: number) {
  let open: () => void = nothing;
  let reached = false;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const gate = (at: number): Promise<void> | undefined => {
    if (at !== batch) return undefined;
    reached = true;
    return opened;
  };
  return {
    gate,
    open: () => {
      open();
    },
    reached: () => reached,
  };
}

describe('live run', () => {
  it('journals every input before its facts, and folds to the digest of a replay', async () => {
    const { bench, process } = await finishedBench();
    const inputs = journaled(bench);
    expect(inputs.slice(0, 2).map(({ kind }) => kind)).toEqual(['ConfigChanged', 'ControlChanged']);
    expect(inputs.slice(2)).toEqual(TRADES);
    const status = process.live.status();
    expect(status.seqCommitted).toBe(inputs.length);
    expect(status.allowed.count).toBeGreaterThan(10);
    expect(of(process.committed, 'OrderFilled').length).toBeGreaterThan(10);
    expect(bench.database.cursors.get(process.live.run.runId)?.digest).toBe(status.digest);
    expect(bench.registry.list().map(({ finished }) => finished)).toEqual([true]);
  });

  it('is not finished when the feed fails at its end, and throws what the feed threw', async () => {
    const failure = new DependencyError('cut off', { dependency: 'file', retryable: false });
    for (const batchTrades of [1, 7, 80, 1_000]) {
      const bench = new LiveBench();
      const { live } = await bench.open(listFeed(TRADES, { failure, batchTrades }));
      await expect(live.start(nothing)).rejects.toBe(failure);
      expect(bench.registry.list().map(({ finished }) => finished)).toEqual([false]);
      expect(live.status().seqCommitted).toBe(TRADES.length + 2);
    }
  });

  it('saves a snapshot only behind the commit of all that it holds', async () => {
    const bench = new LiveBench();
    const power = new Power();
    const process = await bench.open(listFeed(TRADES), { snapshotEveryInputs: 10 }, power);
    const saved: { seq: number; committed: number }[] = [];
    const push = bench.snapshots.push.bind(bench.snapshots);
    bench.snapshots.push = (...items) => {
      const committed = process.live.status().seqCommitted;
      saved.push(...items.map(({ seq }) => ({ seq, committed })));
      return push(...items);
    };
    await process.live.start(nothing);
    expect(saved.length).toBeGreaterThan(1);
    expect(saved.filter(({ seq, committed }) => committed < seq)).toEqual([]);
  });

  it('takes a change of the mode before the trades that wait, also without a new epoch', async () => {
    const bench = new LiveBench();
    const held = gateAt(3);
    const process = await bench.open(listFeed(TRADES, { gate: held.gate }));
    const running = process.live.start(nothing);
    await until(held.reached, 'the fourth batch');
    await quiet();
    bench.control = { ...TRADING, mode: 'shadow' };
    process.live.knock();
    await until(() => process.live.status().control.mode === 'shadow', 'the mode');
    held.open();
    await running;
    const inputs = journaled(bench);
    const change = inputs.findLastIndex(({ kind }) => kind === 'ControlChanged');
    expect(inputs[change]).toMatchObject({ mode: 'shadow', epoch: 1 });
    const orders = of(process.committed, 'OrderRequested');
    const modes = (isLate: boolean) =>
      new Set(orders.filter(({ ref }) => ref.seq > change === isLate).map(({ mode }) => mode));
    expect([modes(false), modes(true)]).toEqual([new Set(['paper']), new Set(['shadow'])]);
    expect(process.live.status().ordersTo).toBe('NONE (shadow)');
  });

  it('takes a change of the latch before the trades that wait', async () => {
    const bench = new LiveBench();
    const held = gateAt(3);
    const process = await bench.open(listFeed(TRADES, { gate: held.gate }));
    const running = process.live.start(nothing);
    await until(held.reached, 'the fourth batch');
    await quiet();
    bench.control = { ...TRADING, level: 'HALTED', epoch: 2, reason: 'manual' };
    process.live.knock();
    await until(() => process.live.obeys(2, 'HALTED'), 'the halt');
    held.open();
    await running;
    const inputs = journaled(bench);
    const halt = inputs.findIndex((input) => input.kind === 'ControlChanged' && input.epoch === 2);
    expect(halt).toBe(2 + 3 * 16);
    const late = of(process.committed, 'OrderRequested').filter(({ ref }) => ref.seq > halt);
    expect(late).toEqual([]);
    const codes = of(process.committed, 'RiskDecided').filter(({ ref }) => ref.seq > halt + 1);
    expect(codes.length).toBeGreaterThan(3);
    expect(new Set(codes.map(({ reasonCode }) => reasonCode))).toEqual(new Set(['RK_KILL_SWITCH']));
  });

  it('stop folds what a live feed has received: a recording has it too', async () => {
    const whole = await finishedBench();
    const bench = new LiveBench();
    const { live } = await bench.open(receivingFeed(TRADES));
    const running = live.start(nothing);
    await until(() => live.phase === 'running');
    live.stop();
    expect(await running).toBe('stopped');
    expect(live.status().digest).toBe(whole.process.live.status().digest);
  });

  it('stop drains what was taken, and the next start goes on to the same end', async () => {
    const whole = await finishedBench();
    const bench = new LiveBench();
    const held = gateAt(3);
    const first = await bench.open(listFeed(TRADES, { gate: held.gate }));
    const running = first.live.start(nothing);
    await until(held.reached);
    first.live.stop();
    held.open();
    expect(await running).toBe('stopped');
    const { seqCommitted, seqJournaled, seqFolded } = first.live.status();
    expect([seqCommitted, seqFolded]).toEqual([seqJournaled, seqJournaled]);
    expect(bench.registry.list().map(({ finished }) => finished)).toEqual([false]);

    const second = await bench.open(listFeed(TRADES));
    expect(second.live.continued).toBe(true);
    let folded = -1;
    await second.live.start(({ inputsFolded }) => {
      folded = inputsFolded;
    });
    expect(folded).toBe(0);
    expect(second.live.status().digest).toBe(whole.process.live.status().digest);
    expect(effects(bench)).toEqual(effects(whole.bench));
  });

  it('says what a former process has committed when nothing is left to fold', async () => {
    const { bench } = await finishedBench();
    const second = await bench.open(listFeed(TRADES));
    await second.live.start(nothing);
    const { seqCommitted, seqFolded } = second.live.status();
    expect(seqCommitted).toBe(seqFolded);
  });
});

describe('live run without its database', () => {
  it('spools, blocks with RK_AUDIT, then drains in order and trades again', async () => {
    const bench = new LiveBench();
    const [outage, recovery] = [gateAt(2), gateAt(4)];
    const gate = (at: number) => outage.gate(at) ?? recovery.gate(at);
    const process = await bench.open(listFeed(TRADES, { gate, batchTrades: 15 }));
    const running = process.live.start(nothing);
    await until(outage.reached);
    await until(() => process.live.status().seqCommitted === 32, 'the commit of two batches');
    process.audit.outage = 'before';
    const committed = process.committed.length;
    outage.open();
    await until(recovery.reached);
    await until(() => process.live.status().audit.state === 'stalled');
    await until(() => journaled(bench).some(({ kind }) => kind === 'AuditStalled'));
    // Nothing of the outage is published, because nothing of it is on record.
    expect(process.committed).toHaveLength(committed);
    expect(process.live.status().audit.spoolBatches).toBeGreaterThan(0);

    process.audit.outage = 'none';
    recovery.open();
    while (process.live.phase === 'running') {
      bench.clock.advance(100);
      await quiet(5);
    }
    expect(await running).toBe('finished');
    const inputs = journaled(bench);
    const [stalled, recovered] = ['AuditStalled', 'AuditRecovered'].map((kind) =>
      inputs.findIndex((input) => input.kind === kind),
    ) as [number, number];
    expect(recovered).toBeGreaterThan(stalled);
    const decisions = of(process.committed, 'RiskDecided');
    const during = decisions.filter(({ ref }) => ref.seq > stalled + 1 && ref.seq <= recovered);
    expect(during.length).toBeGreaterThan(0);
    expect(new Set(during.map(({ reasonCode }) => reasonCode))).toEqual(new Set(['RK_AUDIT']));
    const seqs = bench.database.batches.map(({ seqFirst }) => seqFirst);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(bench.database.table('risk_events')).toHaveLength(decisions.length);
    const refs = process.committed.map(({ ref }) => ref.seq * 1_000 + ref.ord);
    expect(refs).toEqual([...refs].sort((a, b) => a - b));
  });

  it('can be stopped while the spool is full, and the next start commits what waited', async () => {
    const whole = await finishedBench();
    const bench = new LiveBench();
    const committer = {
      waitingMax: 1,
      factsPerCommitMax: 50,
      spoolBytesMax: 10,
      retryMsMin: 100,
      retryMsMax: 400,
    };
    const first = await bench.open(listFeed(TRADES), { committer, batchInputsMax: 4 });
    first.audit.outage = 'before';
    const running = first.live.start(nothing);
    await until(() => first.live.status().audit.state === 'stalled');
    await quiet();
    first.live.stop();
    expect(await running).toBe('stopped');

    const second = await bench.open(listFeed(TRADES));
    expect(await second.live.start(nothing)).toBe('finished');
    const decided = bench.database.table('risk_events');
    const blocked = decided.filter(([, , , code]) => code === 'RK_AUDIT');
    expect(decided.length).toBeGreaterThanOrEqual(10);
    // What was decided after the stall became known differs; nothing else does.
    expect(blocked.length + whole.bench.database.table('risk_events').length).toBeGreaterThan(0);
    expect(second.live.status().seqCommitted).toBe(second.live.status().seqJournaled);
  });

  it('stays stalled when the database goes away again during the recovery', async () => {
    const bench = new LiveBench();
    const held = gateAt(2);
    const first = await bench.open(listFeed(TRADES, { gate: held.gate, batchTrades: 20 }));
    first.audit.outage = 'before';
    void first.live.start(nothing);
    await until(held.reached);
    await until(() => journaled(bench).some(({ kind }) => kind === 'AuditStalled'), 'the stall');
    // Killed in the stall. The next process reads the cursor and then loses the database again.
    const second = await bench.open(listFeed(TRADES));
    second.audit.outage = 'before';
    void second.live.start(nothing);
    await until(() => second.live.status().audit.state === 'stalled');
    await quiet();
    expect(second.live.status().audit.state).toBe('stalled');
    const inputs = journaled(bench).map(({ kind }) => kind);
    expect(inputs.lastIndexOf('AuditStalled')).toBeGreaterThan(
      inputs.lastIndexOf('AuditRecovered'),
    );
  });

  it('hears the kill switch while the spool is full and no trade may be folded', async () => {
    const bench = new LiveBench();
    const limits = { factsPerCommitMax: 50, retryMsMin: 100, retryMsMax: 400 };
    const committer = { ...limits, waitingMax: 1, spoolBytesMax: 10 };
    const { live, audit } = await bench.open(listFeed(TRADES), { committer, batchInputsMax: 4 });
    audit.outage = 'before';
    const running = live.start(nothing);
    await until(() => live.status().audit.state === 'stalled');
    await quiet();
    const { trades } = live.status();
    bench.control = { ...TRADING, level: 'HALTED', epoch: 2 };
    live.knock();
    await until(() => live.obeys(2, 'HALTED'), 'the halt');
    expect(live.status().trades.count).toBe(trades.count);
    live.stop();
    bench.clock.advance(100);
    expect(await running).toBe('stopped');
  });

  it('has to be drained before another run when it ended in the stall', async () => {
    const bench = new LiveBench();
    const held = gateAt(2);
    const feed = listFeed(TRADES, { gate: held.gate });
    const { live, audit } = await bench.open(feed);
    const stores = { registry: bench.registry, inputs: new MemoryEventLog(bench.inputs) };
    const running = live.start(nothing);
    await until(held.reached);
    audit.outage = 'before';
    held.open();
    await until(() => live.status().audit.state === 'stalled');
    live.stop();
    bench.clock.advance(100);
    await running;
    const undrained = await undrainedRuns(stores, null);
    expect(undrained.map(({ runId }) => runId)).toEqual([live.run.runId]);
    expect(await undrainedRuns(stores, undrained[0] ?? null)).toEqual([]);

    const second = await bench.open(listFeed(TRADES));
    await second.live.start(nothing);
    expect(await undrainedRuns(stores, null)).toEqual([]);
  });

  it('loses no batch of a recovery that is interrupted by an outage', async () => {
    const bench = new LiveBench();
    const power = new Power(45);
    const first = await bench.open(listFeed(TRADES), { snapshotEveryInputs: 1e6 }, power);
    first.audit.outage = 'before';
    await Promise.race([power.died, first.live.start(nothing)]);

    expect(journaled(bench).length).toBeGreaterThan(30);
    const held = gateAt(0);
    const feed = listFeed(TRADES, { gate: held.gate });
    const second = await bench.open(feed, { snapshotEveryInputs: 1e6 });
    second.audit.outage = 'before';
    const running = second.live.start(nothing);
    await until(held.reached, 'the feed');
    expect(second.live.status().audit.spoolBatches).toBeGreaterThan(0);
    second.audit.outage = 'none';
    await until(() => bench.clock.sleeping > 0);
    bench.clock.advance(400);
    await until(() => second.live.status().audit.state === 'ok', 'the drained spool');
    held.open();
    expect(await running).toBe('finished');
    const signals = bench.database.table('signals').length;
    expect(bench.database.table('risk_events')).toHaveLength(signals);
    expect(signals).toBe(of(replayed(bench), 'SignalRaised').length);
  });
});

/** The facts that the journal leads to, whatever happened to the processes. */
function replayed(bench: LiveBench) {
  const fold = new Fold(nodeHash);
  return journaled(bench).flatMap((input, i) => [...fold.apply({ seq: i + 1, input })]);
}

describe('live run that dies', () => {
  const SHORT = busyTrades(30);

  /** Every call of a fake is a place to die: before its effect, and behind it. */
  async function die(
    bench: LiveBench,
    cutAt: number,
    snapshotEveryInputs: number,
  ): Promise<boolean> {
    const power = new Power(cutAt);
    const { live } = await Promise.race([
      bench.open(listFeed(SHORT), { snapshotEveryInputs }, power),
      power.died.then(() => ({ live: null })),
    ]);
    if (live === null) return true;
    const ended = await Promise.race([live.start(nothing), power.died.then(() => 'died' as const)]);
    return ended === 'died';
  }

  it('loses nothing and repeats nothing, whatever step it dies at', async () => {
    const whole = new LiveBench();
    expect(await die(whole, Infinity, 12)).toBe(false);
    const expected = effects(whole);
    let cutAt = 1;
    for (; ; cutAt += 1) {
      const bench = new LiveBench();
      if (!(await die(bench, cutAt, 12))) break;
      // Twice, because the recovery may die as well.
      await die(bench, 5 + (cutAt % 17), 12);
      const last = await bench.open(listFeed(SHORT), { snapshotEveryInputs: 12 });
      await last.live.start(nothing);
      expect(effects(bench), `died at step ${cutAt}`).toEqual(expected);
      const { seqFolded, seqCommitted } = last.live.status();
      expect([seqFolded, seqCommitted]).toEqual([SHORT.length + 2, SHORT.length + 2]);
    }
    expect(cutAt).toBeGreaterThan(60);
  }, 60_000);
});
