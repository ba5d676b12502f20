import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Thresholds } from '../../../src/engine/domain/thresholds.js';
import { shardOf } from '../../../src/engine/shards/shard-of.js';
import { fourMarkets } from './four-markets.js';
import { ALL_SYMBOLS } from './sharded-engine.js';
import { ShardedFixture } from './sharded-fixture.js';

/** An order is 20 USDT: of 60, two shards may have one each, and one shard alone two or three. */
const EXPOSURE_USDT_MAX = 60;
const { risk } = ALL_SYMBOLS;
const TIGHT: Thresholds = {
  ...ALL_SYMBOLS,
  risk: { ...risk, maxTotalExposureFraction: EXPOSURE_USDT_MAX / risk.balanceUsdt },
};

let fixture: ShardedFixture;
beforeEach(async () => {
  fixture = await ShardedFixture.start();
});
afterEach(() => fixture.end());

interface Fill {
  readonly symbol: string;
  readonly sizeBase: number;
  readonly price: number;
}

async function fills(): Promise<readonly Fill[]> {
  const rows = await fixture.database.run(
    'cdb',
    `SELECT symbol, price::float8 AS price,
            (CASE side WHEN 'buy' THEN size ELSE -size END)::float8 AS "sizeBase"
       FROM trades ORDER BY timestamp, symbol, fill_id`,
  );
  return rows as unknown as readonly Fill[];
}

/** After each fill, over all symbols, each at the price of its newest fill. */
function exposuresUsdt(all: readonly Fill[]): readonly number[] {
  const held = new Map<string, { readonly sizeBase: number; readonly price: number }>();
  return all.map(({ symbol, sizeBase, price }) => {
    held.set(symbol, { sizeBase: (held.get(symbol)?.sizeBase ?? 0) + sizeBase, price });
    return [...held.values()].reduce((sum, one) => sum + Math.abs(one.sizeBase) * one.price, 0);
  });
}

describe('the limits of a portfolio that two shards share', () => {
  it('hold in sum while both shards are at theirs', async () => {
    const feed = await fourMarkets({ trades: 9_000 });
    const engine = fixture.engine({ shards: 2, feed, thresholds: TIGHT });
    expect(await engine.run()).toBe('finished');
    const exposures = exposuresUsdt(await fills());
    expect(Math.max(...exposures)).toBeLessThanOrEqual(EXPOSURE_USDT_MAX);
    // More than one shard may have: both use theirs at the same time.
    expect(Math.max(...exposures)).toBeGreaterThan(EXPOSURE_USDT_MAX / 2);
    const blocked = await fixture.database.run(
      'cdb',
      `SELECT DISTINCT symbol FROM risk_events
        WHERE reason_code IN ('RK_EXPOSURE', 'RK_EXPOSURE_HARD')`,
    );
    const atTheirLimit = new Set(blocked.map((row) => shardOf(String(row['symbol']), 2)));
    expect([...atTheirLimit].sort()).toEqual([0, 1]);
  });
});
