import { expect, test } from 'vitest';
import { explain } from '../../../../src/engine/explain/explanation.js';
import { TERMS } from '../canary-terms.js';
import { eager, FoldBench } from '../fold-bench.js';
import { recordedTraces } from './recorded-trace.js';

const CEILINGS = [
  'canarySession',
  'canarySymbol',
  'canaryOpenOrders',
  'canaryOrders',
  'canaryCooldownLeftSec',
  'canaryNotional',
];

test('the ceilings of a canary are read back from the record, named, and only where it sends', () => {
  const limits = eager({ risk: { autoUnwind: false } });
  const bench = new FoldBench({ mode: 'shadow', limits });
  bench.warmUp();
  const say = {
    mode: 'canary',
    reason: 'canary',
    canary: { ...TERMS, percent: 50, notionalPerOrderUsdt: '10' },
  } as const;
  bench.control({ ...say, epoch: bench.state.epochMax + 1 });
  for (let i = 0; i < 40; i += 1) {
    bench.trade(10_005);
    bench.trade(10_000);
  }
  const routed = bench.of('SignalRouted').map(({ to }) => to);
  const explained = recordedTraces(bench, limits).slice(-routed.length).map(explain);
  const names = explained.map(({ judgedAgain }) =>
    (judgedAgain?.limits ?? []).map(({ name }) => name).filter((name) => CEILINGS.includes(name)),
  );
  expect(names).toEqual(routed.map((to) => (to === 'canary' ? CEILINGS : [])));
  for (const { judgedAgain } of explained) expect(judgedAgain?.agrees).toBe(true);
  const blocked = explained.filter(({ verdict }) => verdict?.code === 'RK_CANARY_ORDERS');
  expect(blocked.length).toBeGreaterThan(0);
  for (const { judgedAgain } of blocked) {
    const deciding = judgedAgain?.limits.find(({ outcome }) => outcome === 'decides');
    expect(deciding).toMatchObject({ name: 'canaryOrders', value: '4', limit: '3', room: '-1' });
    expect(judgedAgain?.single.map(({ name, to }) => [name, to])).toEqual(
      expect.arrayContaining([
        ['canary.ordersSent', '1'],
        ['canary.ordersMax', '4'],
      ]),
    );
  }
});
