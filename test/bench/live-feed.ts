import { setTimeout as pause } from 'node:timers/promises';
import { spawnFakeMexc } from '../fakes/mexc/fake-mexc-process.js';
import { syntheticSymbols } from '../fakes/venue/synthetic-trades.js';
import { difference, quantileAtMost, round } from './histogram.js';
import { openBenchEngine } from './open-bench-engine.js';

/**
 * (e) A live feed of 30 symbols at 2,500 frames/s over loopback, from socket to committed audit. The
 * venue runs in a process of its own, on the same cores.
 */
const SYMBOLS = 30;
const FRAMES_PER_SEC = 2_500;
const SETTLE_MS = 5_000;
const MEASURE_MS = 30_000;
const SAMPLE_MS = 50;

const [stateDir = '', , fakeScript = ''] = process.argv.slice(2);
const venue = await spawnFakeMexc(fakeScript, {
  trades: { from: 'synthetic', symbols: SYMBOLS, messagesPerSecond: FRAMES_PER_SEC },
  keepFrames: false,
});
const engine = await openBenchEngine('shadow', {
  stateDir,
  'feed.source': 'mexc',
  'feed.symbols': syntheticSymbols(SYMBOLS).join(','),
  'feed.mexcUrl': venue.wsUrl.replace(/\/ws$/, ''),
  'feed.mexcRestUrl': venue.restUrl,
});
const running = engine.start(() => undefined);
await pause(SETTLE_MS);
const from = engine.status();
const cpuFrom = process.cpuUsage();
const startedAtMs = performance.now();
const waiting: number[] = [];
const rss: number[] = [];
while (performance.now() - startedAtMs < MEASURE_MS) {
  await pause(SAMPLE_MS);
  const { feed, trades, rssBytes } = engine.status();
  waiting.push((feed.health?.counts.trades ?? 0) - trades.count);
  rss.push(rssBytes);
}
const seconds = (performance.now() - startedAtMs) / 1000;
const cpu = process.cpuUsage(cpuFrom);
const to = engine.status();
engine.stop();
await running;
await engine.close();
await venue.close();

const total = difference(to.latency.total, from.latency.total);
const count = (status: typeof to, name: 'frames' | 'trades' | 'gaps' | 'overflowed' | 'losses') =>
  status.feed.health?.counts[name] ?? 0;
waiting.sort((a, b) => a - b);
process.stdout.write(
  JSON.stringify({
    symbols: SYMBOLS,
    connections: to.feed.health?.connections.length ?? 0,
    seconds: round(seconds),
    frames_per_sec: Math.round((count(to, 'frames') - count(from, 'frames')) / seconds),
    trades_per_sec: Math.round((count(to, 'trades') - count(from, 'trades')) / seconds),
    lost: {
      gaps: count(to, 'gaps'),
      losses: count(to, 'losses'),
      overflowed: count(to, 'overflowed'),
    },
    cpu_percent_of_a_core: round((cpu.user + cpu.system) / 10_000 / seconds),
    rss_bytes: { start: rss[0] ?? 0, end: rss.at(-1) ?? 0 },
    taken_to_committed_ms: {
      p50_at_most: quantileAtMost(total, 0.5),
      p99_at_most: quantileAtMost(total, 0.99),
      mean: round(total.sumMs / Math.max(1, total.count)),
    },
    received_but_not_folded_trades: {
      p50: waiting[Math.floor(waiting.length / 2)] ?? 0,
      p99: waiting[Math.floor(waiting.length * 0.99)] ?? 0,
      max: waiting.at(-1) ?? 0,
    },
    lag_ms_p99: round(((waiting[Math.floor(waiting.length * 0.99)] ?? 0) / FRAMES_PER_SEC) * 1000),
    note: 'engine process without its database; lag: trades received and not folded, over the rate',
  }),
);
