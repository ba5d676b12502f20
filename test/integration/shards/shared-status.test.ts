import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { e8FromNumber, formatE8 } from '../../../src/engine/domain/e8.js';
import { THRESHOLD_SETS } from '../../../src/engine/domain/thresholds.js';
import type { FeedInput } from '../../../src/engine/domain/inputs.js';
import type { Feed } from '../../../src/engine/ports/feed.js';
import type { ShardedRun } from '../../../src/engine/shards/sharded-run.js';
import { shardedStatus } from '../../../src/engine/shards/sharded-status.js';
import { judgeEffects } from '../../../src/view/effects.js';
import { systemView, type SystemView } from '../../../src/view/system-view.js';
import { until } from '../embedded/embedded-fixture.js';
import { TRADING } from './sharded-engine.js';
import { ShardedFixture } from './sharded-fixture.js';

const SHARDS = 4;
const WAIT_MS = 20_000;

let fixture: ShardedFixture;
const running: { readonly engine: ShardedRun; readonly done: Promise<unknown> }[] = [];
beforeEach(async () => {
  fixture = await ShardedFixture.start();
});
afterEach(async () => {
  for (const { engine } of running) engine.stop();
  await Promise.all(running.splice(0).map(({ done }) => done));
  await fixture.end();
});

function start(settings: Parameters<ShardedFixture['engine']>[0]): ShardedRun {
  const engine = fixture.engine({ shards: SHARDS, ...settings });
  running.push({ engine, done: engine.run() });
  return engine;
}

/** Says that time passes, which every shard hears, as long as it is read. */
const FEED: Feed = {
  ...{ identity: 'endless', description: 'endless', finite: false, health: () => null },
  inputs: async function* (_skip, signal) {
    const clock = systemClock();
    while (!signal.aborted) {
      yield [{ kind: 'TimerElapsed', atMs: clock.nowMs() } satisfies FeedInput];
      await clock.sleep(50, signal);
    }
  },
};

const startedAtMs = Date.now() - 60_000;

function statusOf(engine: ShardedRun, feed: Feed | null = null) {
  const { run, ...now } = {
    ...{ nowMs: Date.now(), pid: process.pid, rssBytes: 1, cpuMs: 1, hash: nodeHash },
    run: {
      ...{ runGroup: 'run-a', identity: 'test', mode: 'paper', feed: 'test', seed: 7 },
      ...{ shards: SHARDS, startedAtMs, finished: false },
    },
  };
  return shardedStatus({
    ...{ run, ...now, ...engine.shown(), figures: engine.figures, feed, startedAtMs },
    ...{ phase: 'running', shared: engine.sharing(), codeVersion: 'test', control: TRADING },
    database: { kind: 'external', where: 'test', state: 'up' },
    journalWaiting: engine.journalWaiting,
  });
}

const viewOf = (engine: ShardedRun): SystemView => systemView(statusOf(engine));
const owners = (engine: ShardedRun) =>
  viewOf(engine).shared?.shards.map(({ owner }) => owner?.engineId ?? 'nobody') ?? [];
/** Each tells the others once a second, so who is there is seen a beat late. */
const engines = (engine: ShardedRun) =>
  (viewOf(engine).shared?.engines ?? []).map(({ engineId }) => engineId).sort();
const holders = (engine: ShardedRun) =>
  judgeEffects(statusOf(engine), null).find(({ name }) => name === 'shards->engines');

it('status of a process without a pipeline names the owners, and a killed one until others take over', async () => {
  const first = start({ roles: ['ingest', 'writer'], feed: FEED });
  const second = start({ roles: ['pipeline'] });
  const third = start({ roles: ['pipeline'] });
  const shared = () => [...owners(first)].sort();
  await until(
    'both own a half',
    () => shared().join() === 'engine-2,engine-2,engine-3,engine-3',
    WAIT_MS,
  );
  await until('effects flow', () => viewOf(first).word === 'EFFECTS FLOW', WAIT_MS);
  const all = 'engine-1,engine-2,engine-3';
  await until('all are listed', () => engines(first).join() === all, WAIT_MS);
  const { shared: seen, portfolio } = viewOf(first);
  const own = seen?.engines.find(({ engineId }) => engineId === 'engine-1');
  expect(own).toMatchObject({ feeds: true, owns: [], writes: [0, 1, 2, 3], trouble: [] });
  expect(seen?.shards.map(({ writer }) => writer?.engineId)).toEqual(Array(4).fill('engine-1'));
  expect(portfolio.amountsUsdt['equity']?.toJSON().value).toBeNull();
  const tokens = seen?.shards.map(({ owner }) => owner?.token ?? 0) ?? [];
  const lost = owners(first).flatMap((owner, shard) => (owner === 'engine-2' ? [shard] : []));
  expect(statusOf(second).shared?.folds).toEqual(lost);

  fixture.kill(second);
  await until('the shards have no owner', () => shared().includes('nobody'), WAIT_MS);
  expect(holders(first)?.word).toBe('STALLED');
  expect(viewOf(first).word).toBe('STALLED');
  const said = () => viewOf(third).reasons.join();
  await until(
    'all say so',
    () => /shards->engines STALLED: shards? [\d, ]+ ha/.test(said()),
    WAIT_MS,
  );

  await until('the other has all', () => owners(first).every((o) => o === 'engine-3'), WAIT_MS);
  await until('effects flow again', () => viewOf(first).word === 'EFFECTS FLOW', WAIT_MS);
  // One balance, however many shards count with it.
  const balanceUsdt = formatE8(e8FromNumber(THRESHOLD_SETS.default.risk.balanceUsdt));
  expect(statusOf(third).portfolio).toMatchObject({
    equityUsdt: balanceUsdt,
    cashUsdt: balanceUsdt,
  });
  const living = 'engine-1,engine-3';
  await until('the killed one is listed no more', () => engines(first).join() === living, WAIT_MS);
  const after = viewOf(first).shared;
  for (const shard of lost) {
    expect(after?.shards[shard]?.owner?.token).toBeGreaterThan(tokens[shard] ?? 0);
  }
});

it('status says how old its look is while Redis is away, and nothing newer', async () => {
  const engine = start({ feed: FEED });
  await until('effects flow', () => viewOf(engine).word === 'EFFECTS FLOW', WAIT_MS);
  await fixture.redis.kill();
  await until('the look fails', () => engine.sharing().lookTrouble !== '', WAIT_MS);
  const { shardsAtMs } = engine.sharing();
  const later = { ...statusOf(engine), observedAtMs: (shardsAtMs ?? 0) + 12_000 };
  const { word, reasons, shared } = systemView(later);
  expect(word).toBe('STALLED');
  expect(reasons.join()).toMatch(/the shards were last seen 12 s ago: .*Redis/);
  expect(shared?.shards[0]?.notWritten.age(later.observedAtMs)).toBe('STALE, as of 12 s ago');
  await fixture.redis.up();
  await until('effects flow again', () => viewOf(engine).word === 'EFFECTS FLOW', WAIT_MS);
});
