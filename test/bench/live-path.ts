import type { EngineStatus } from '../../src/engine/ports/engine-status.js';
import { difference, quantileAtMost, round } from './histogram.js';
import { openBenchEngine } from './open-bench-engine.js';

/**
 * (b) The whole live path with journal and embedded audit. Every trade is made a signal, so every
 * trade is a decision with its rows: the worst case of the effect path.
 */
const WORKLOADS: Readonly<Record<string, { file: string; speed: string; durationMs: number }>> = {
  throughput: {
    file: 'test/fixtures/trades/binance-4streams-20240808.csv.gz',
    speed: 'max',
    durationMs: 120_000,
  },
  // 9,999 trades in 7,545 s: 150x gives 199 trades/s once the warm-up is folded.
  latency: { file: 'sample', speed: '150', durationMs: 25_000 },
};
const SETTLE_MS = 3_000;

const [stateDir = '', name = 'throughput'] = process.argv.slice(2);
const workload = WORKLOADS[name] ?? fail(`no workload "${name}"`);
const settings = {
  stateDir,
  'feed.source': workload.file,
  'feed.speed': workload.speed,
  'thresholds.overrides.signal.thresholdPp': '-1000',
};
const engine = await openBenchEngine('paper', settings);
let settled: EngineStatus | null = null;
const timers = [
  setTimeout(() => {
    settled = engine.status();
  }, SETTLE_MS),
  setTimeout(() => {
    engine.stop();
  }, workload.durationMs),
];
const startedAtMs = performance.now();
await engine.start(() => undefined);
const seconds = (performance.now() - startedAtMs) / 1000;
for (const timer of timers) clearTimeout(timer);
const end = engine.status();
await engine.close();
process.stdout.write(JSON.stringify(name === 'latency' ? latency(end) : throughput(end)));

function throughput(status: EngineStatus): unknown {
  const decisions = status.allowed.count + status.blocked.count;
  const rows = Object.values(status.audit.rowsCommitted).reduce((sum, count) => sum + count, 0);
  return {
    seconds: round(seconds),
    decisions,
    decisions_committed_per_sec: Math.round(decisions / seconds),
    aim_decisions_per_sec: 3_000,
    audit_rows: rows,
    audit_rows_per_sec: Math.round(rows / seconds),
    rss_bytes: status.rssBytes,
  };
}

/** Arrival of a batch of trades to its commit and publication, without the warm-up. */
function latency(status: EngineStatus): unknown {
  const from = settled ?? fail('the run ended before it settled');
  const total = difference(status.latency.total, from.latency.total);
  const trades = status.trades.count - from.trades.count;
  return {
    trades,
    batches: total.count,
    trades_per_sec: round(trades / (seconds - SETTLE_MS / 1000)),
    p50_ms_at_most: quantileAtMost(total, 0.5),
    p99_ms_at_most: quantileAtMost(total, 0.99),
    mean_ms: round(total.sumMs / Math.max(1, total.count)),
    aim_ms: { p50: 10, p99: 50 },
    note: 'upper bounds of the histogram bucket that holds the quantile',
  };
}

function fail(why: string): never {
  throw new Error(why);
}
