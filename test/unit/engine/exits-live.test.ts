import { describe, expect, it } from 'vitest';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { AUDIT_COLUMNS } from '../../../src/engine/domain/audit-tables.js';
import type { Input } from '../../../src/engine/domain/inputs.js';
import { listFeed } from '../../fakes/engine/list-feed.js';
import { Power } from '../../fakes/engine/power.js';
import { eager } from './fold-bench.js';
import { busyTrades, LiveBench, TRADING } from './live-bench.js';

const TRADES = busyTrades(120);
const nothing = (): undefined => undefined;
/** Nothing is sold before the stop asks for it. */
const settings = {
  thresholds: eager({ paper: { rejectFraction: 0.1, partialFraction: 0.3 } }),
  snapshotEveryInputs: 20,
};
const STOPPED: ControlRecord = {
  ...TRADING,
  level: 'HALTED',
  epoch: 2,
  reason: 'manual',
  exits: [{ killId: '2-00000001', cancelOpen: true, flatten: true, scopes: [] }],
};

const journaled = (bench: LiveBench): Input[] =>
  [...bench.inputs.values()].flatMap(({ entries }) =>
    entries.map(({ fields }) => JSON.parse(fields['input'] ?? 'null') as Input),
  );

/** A row by the names of its columns. */
function rowsOf(bench: LiveBench, table: 'orders' | 'trades'): Record<string, unknown>[] {
  const columns = AUDIT_COLUMNS[table];
  return bench.database
    .table(table)
    .map((row) => Object.fromEntries(row.map((value, i) => [columns[i] ?? '', value])));
}

function exitOrders(bench: LiveBench): unknown[] {
  const rows = rowsOf(bench, 'orders');
  return rows
    .filter(({ metadata }) => /"flatten"/.test(String(metadata)))
    .map((row) => row['order_id']);
}

function boughtLessSold(bench: LiveBench): number {
  const rows = rowsOf(bench, 'trades');
  return rows.reduce((sum, { side, size }) => sum + (side === 'buy' ? 1 : -1) * Number(size), 0);
}

/** Stops in front of a batch; ends where the power goes. */
async function stoppedRun(
  bench: LiveBench,
  power: Power,
  stopBatch = 5,
): Promise<'finished' | 'died'> {
  const gate = (batch: number): undefined => {
    if (batch === stopBatch) bench.control = STOPPED;
  };
  const opening = bench.open(listFeed(TRADES, { gate }), settings, power);
  const process = await Promise.race([opening, power.died.then(() => null)]);
  if (process === null) return 'died';
  const ended = process.live.start(nothing).then(() => 'finished' as const);
  return Promise.race([ended, power.died.then(() => 'died' as const)]);
}

describe('a stop that closes, in an engine that dies', () => {
  it('is done once and whole, wherever the engine dies, and no later start repeats it', async () => {
    const whole = new LiveBench();
    const counting = new Power();
    expect(await stoppedRun(whole, counting)).toBe('finished');
    expect(exitOrders(whole).length).toBeGreaterThan(0);
    expect(boughtLessSold(whole)).toBeCloseTo(0, 8);
    let deaths = 0;
    for (let cutAt = 10; cutAt < counting.points; cutAt += 9) {
      const bench = new LiveBench();
      if ((await stoppedRun(bench, new Power(cutAt))) === 'died') deaths += 1;
      // Batches count from where it goes on: it may have died before it was stopped.
      expect(await stoppedRun(bench, new Power(), 0)).toBe('finished');
      expect(boughtLessSold(bench)).toBeCloseTo(0, 8);
      const told = journaled(bench).filter(
        (input) => input.kind === 'ControlChanged' && input.exits !== undefined,
      );
      expect(told).toHaveLength(1);
      const exits = exitOrders(bench);
      const again = await bench.open(listFeed(TRADES), settings);
      await again.live.start(nothing);
      expect(again.live.status()).toMatchObject({
        exits: [{ killId: '2-00000001', state: 'done', openOrders: 0, positions: [] }],
        portfolio: { openOrders: 0, positions: [] },
      });
      expect(exitOrders(bench)).toEqual(exits);
    }
    expect(deaths).toBeGreaterThan(20);
  });

  it('that was dead when it was asked does it at its next start, and only then', async () => {
    const bench = new LiveBench();
    // Dies in front of its last trades, with something held.
    const early = await bench.open(
      listFeed(TRADES, {
        gate: (batch) => {
          if (batch === 5) early.live.stop();
          return undefined;
        },
      }),
      settings,
    );
    expect(await early.live.start(nothing)).toBe('stopped');
    expect(early.live.status().portfolio.positions).toHaveLength(1);
    bench.control = STOPPED;
    const next = await bench.open(listFeed(TRADES), settings);
    await next.live.start(nothing);
    expect(next.live.status()).toMatchObject({
      exits: [{ state: 'done' }],
      portfolio: { openOrders: 0, positions: [] },
    });
    const exits = exitOrders(bench);
    expect(exits.length).toBeGreaterThan(0);
    const last = await bench.open(listFeed(TRADES), settings);
    await last.live.start(nothing);
    expect(exitOrders(bench)).toEqual(exits);
  });
});
