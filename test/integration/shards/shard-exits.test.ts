import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { shardOf } from '../../../src/engine/shards/shard-of.js';
import { until } from '../embedded/embedded-fixture.js';
import { fourMarkets, SYMBOLS } from './four-markets.js';
import { ALL_SYMBOLS, TRADING } from './sharded-engine.js';
import { ShardedFixture } from './sharded-fixture.js';

const HOLDING = { ...ALL_SYMBOLS, risk: { ...ALL_SYMBOLS.risk, autoUnwind: false } };
const FLATTEN: ControlRecord = {
  ...TRADING,
  level: 'HALTED',
  epoch: TRADING.epoch + 1,
  reason: 'manual',
  exits: [{ killId: '2-0000002a', cancelOpen: true, flatten: true, scopes: [] }],
};

let fixture: ShardedFixture;
beforeEach(async () => {
  fixture = await ShardedFixture.start();
});
afterEach(() => fixture.end());

it('a stop that closes is carried out by the pipeline of every shard', async () => {
  let control = TRADING;
  const held = (): string[] =>
    [...engine.pipelines.values()].flatMap(({ fold }) => [
      ...fold.state.portfolio.positions.keys(),
    ]);
  const feed = await fourMarkets({
    trades: 9_000,
    onSaid: async (count) => {
      if (count < 6_000 * SYMBOLS.length || control !== TRADING) return;
      await until('every shard holds something', () => {
        return new Set(held().map((symbol) => shardOf(symbol, 2))).size === 2;
      });
      control = FLATTEN;
    },
  });
  const engine = fixture.engine({ shards: 2, feed, thresholds: HOLDING, control: () => control });
  expect(await engine.run()).toBe('finished');
  expect(control).toBe(FLATTEN);
  const { pipelines } = engine.shown();
  expect(pipelines.map(({ fold }) => fold.state.exits.map(({ state }) => state))).toEqual([
    ['done'],
    ['done'],
  ]);
  const left = await fixture.database.run(
    'cdb',
    `SELECT symbol FROM trades GROUP BY symbol
     HAVING sum(CASE side WHEN 'buy' THEN size ELSE -size END) <> 0`,
  );
  expect(left).toEqual([]);
  const closed = await fixture.database.run(
    'cdb',
    `SELECT DISTINCT symbol FROM orders WHERE metadata->>'origin' = 'flatten'`,
  );
  const shards = closed.map((row) => shardOf(String(row['symbol']), 2));
  expect([...new Set(shards)].sort()).toEqual([0, 1]);
});
