import { afterEach, beforeEach, expect, it } from 'vitest';
import { postgresChainReader } from '../../../src/adapters/postgres/chain-reader.js';
import { CHAIN_TABLES } from '../../../src/engine/domain/row-chain.js';
import { verdictOf } from '../../contract/chain-check.js';
import { until } from '../embedded/embedded-fixture.js';
import { fourMarkets } from './four-markets.js';
import { ShardedFixture } from './sharded-fixture.js';

const TRADES = 5_000;

let fixture: ShardedFixture;
beforeEach(async () => {
  fixture = await ShardedFixture.start();
});
afterEach(() => fixture.end());

it('the chains of every shard are whole when another writer goes on after one was killed', async () => {
  const reader = postgresChainReader(fixture.pool);
  const first = fixture.engine({ roles: ['writer'], shards: 2 });
  const second = fixture.engine({ roles: ['writer'], shards: 2 });
  let isKilled = false;
  const positions = async () => {
    const rows = await fixture.database.run(
      'cdb',
      'SELECT coalesce(risk_n, 0)::int AS n FROM audit_cursor ORDER BY run_id',
    );
    return rows.map(({ n }) => Number(n));
  };
  let seconds: Promise<unknown> = Promise.resolve();
  let before: readonly number[] = [];
  const feed = await fourMarkets({
    trades: TRADES,
    onSaid: async (count) => {
      if (isKilled || count < TRADES * 2) return;
      isKilled = true;
      await until('both shards have decisions on record', async () => {
        before = await positions();
        return before.length === 2 && before.every((n) => n > 0);
      });
      fixture.kill(first);
      seconds = second.run();
      await until('the other one writes both', () => second.writers.size === 2);
    },
  });
  const rest = fixture.engine({ roles: ['ingest', 'pipeline'], shards: 2, feed });
  const firsts = first.run().catch(() => undefined);
  expect(await rest.run()).toBe('finished');
  second.stop();
  await Promise.all([firsts, seconds]);
  expect(isKilled).toBe(true);

  const runs = await reader.runs('', 10);
  expect(runs).toHaveLength(2);
  for (const runId of runs) {
    for (const table of CHAIN_TABLES) {
      const verdict = await verdictOf(reader, { table, runId }, { pageRows: 100 });
      expect(verdict, `${table} of ${runId}`).toMatchObject({ fault: null, unproven: 0 });
    }
  }
  const after = await positions();
  expect(after.every((n, i) => n > (before[i] ?? 0))).toBe(true);
});
