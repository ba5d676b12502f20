import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { callEngine } from '../../../src/adapters/control-socket/call-engine.js';
import { hostMs } from '../../../src/adapters/system-clock.js';
import { round } from '../../../src/commands/kill-switch/drill-figures.js';
import { longSample } from '../long-sample.js';
import { startEngine, stopEngine, type BenchEngine } from './bench-engine.js';
import { IS_SHORT } from './places.js';
import { livingFigures } from './process-figures.js';
import { PtyDashboard } from './pty-dashboard.js';

const PAIRS = IS_SHORT ? 2 : 12;
/** Whole copies of the sample. */
const WINDOW_TRADES = 9_999 * (IS_SHORT ? 2 : 5);
const LOOK_MS = 10;
const LOOK_MS_MAX = 1_000;
const WINDOW_MS_MAX = 120_000;
/** An engine that just began compiles; a dashboard that just began loads. */
const WARM_UP_SEC = IS_SHORT ? 3 : 10;
const SETTLE_SEC = 5;
/** More than the fastest engine folds in all windows. */
const COPIES = IS_SHORT ? 60 : 300;
const ASK_MS = 2_000;
/** The same minutes lose again and again, and an engine that only reduces has less to do. */
const NO_BREAKER = {
  'risk.maxDailyDrawdownFraction': 1,
  'breaker.lossMaxFraction': 1,
  'breaker.drawdownMaxFraction': 1,
};

interface Window {
  readonly trades_per_sec: number;
  /** Of the engine's process alone, for a thousand trades. */
  readonly engine_cpu_ms: number;
  /** Part of a core. */
  readonly dashboard_cpu: number;
}

/**
 * One engine on a file as fast as it goes. Nobody looks, and a dashboard does, by turns: two whole
 * runs of the same file differ by more than what is to be measured here.
 */
export async function throughput(directory: string) {
  const feed = longSample(directory, COPIES);
  const stateDir = join(directory, 'throughput');
  rmSync(stateDir, { recursive: true, force: true });
  const config = join(directory, 'cdb.yaml');
  writeFileSync(config, JSON.stringify({ thresholds: { overrides: NO_BREAKER } }));
  const flags = ['--feed', feed, '--speed', 'max', '--config', config];
  const engine = await startEngine(stateDir, flags);
  await pause(WARM_UP_SEC * 1000);
  const pairs: { readonly alone: Window; readonly watched: Window }[] = [];
  for (let at = 0; at < PAIRS; at += 1) {
    // The first of a pair by turns, so that an engine whose tables grow favours neither.
    if (at % 2 === 0) {
      const alone = await unwatched(engine, stateDir);
      pairs.push({ alone, watched: await watched(engine, stateDir) });
    } else {
      const seen = await watched(engine, stateDir);
      pairs.push({ alone: await unwatched(engine, stateDir), watched: seen });
    }
  }
  await stopEngine(engine);
  rmSync(stateDir, { recursive: true, force: true });
  const of = (key: keyof Window) =>
    differences(pairs.map((pair) => pair.watched[key] / pair.alone[key]));
  return {
    window_trades: WINDOW_TRADES,
    alone: pairs.map(({ alone }) => alone),
    watched: pairs.map((pair) => pair.watched),
    watched_beside_alone: {
      trades_per_sec: of('trades_per_sec'),
      engine_cpu_ms: of('engine_cpu_ms'),
    },
    aim: { trades_per_sec_percent: -2 },
    note: 'the dashboard and the database share the cores with the engine',
  };
}

async function unwatched(engine: BenchEngine, stateDir: string): Promise<Window> {
  await pause(SETTLE_SEC * 1000);
  return window(engine, stateDir, null);
}

async function watched(engine: BenchEngine, stateDir: string): Promise<Window> {
  const dashboard = await PtyDashboard.open(stateDir);
  await dashboard.start();
  await dashboard.says('TRADING');
  await pause(SETTLE_SEC * 1000);
  const found = await window(engine, stateDir, dashboard.pid);
  await dashboard.close();
  return found;
}

/** The same trades each time, wherever in the sample it begins: some parts of it have more to decide. */
async function window(
  { pid }: BenchEngine,
  stateDir: string,
  dashboardPid: number | null,
): Promise<Window> {
  const cpu = () => ({
    engineSec: livingFigures(pid).cpuSec,
    dashboardSec: dashboardPid === null ? 0 : livingFigures(dashboardPid).cpuSec,
  });
  const before = cpu();
  const first = await tradesOf(stateDir);
  const untilMs = first.atMs + WINDOW_MS_MAX;
  let [last, now] = [first, first];
  while (now.trades < first.trades + WINDOW_TRADES) {
    const perMs = (now.trades - first.trades) / (now.atMs - first.atMs);
    const leftMs = (first.trades + WINDOW_TRADES - now.trades) / perMs;
    await pause(Math.max(LOOK_MS, Math.min(leftMs / 2, LOOK_MS_MAX) || 0));
    last = now;
    now = await tradesOf(stateDir);
    if (now.atMs > untilMs) throw new Error('the engine folds too few trades to be measured');
  }
  const after = cpu();
  const over = (now.trades - first.trades - WINDOW_TRADES) / (now.trades - last.trades);
  const seconds = (now.atMs - over * (now.atMs - last.atMs) - first.atMs) / 1000;
  const lookedSec = (now.atMs - first.atMs) / 1000;
  return {
    trades_per_sec: Math.round(WINDOW_TRADES / seconds),
    engine_cpu_ms: round(
      ((after.engineSec - before.engineSec) * 1e6) / (now.trades - first.trades),
    ),
    dashboard_cpu: round((after.dashboardSec - before.dashboardSec) / lookedSec),
  };
}

async function tradesOf(stateDir: string): Promise<{ trades: number; atMs: number }> {
  const asked = { method: 'GET', path: '/view', timeoutMs: ASK_MS } as const;
  const answer = await callEngine(join(stateDir, 'run/cdb.sock'), asked);
  if (answer.state !== 'answered') throw new Error(`the engine of the bench is ${answer.state}`);
  const { counts } = answer.body as { counts: { trades: { value: number } } };
  return { trades: counts.trades.value, atMs: hostMs() };
}

/** In percent, with the standard error of the mean: what is smaller than that was not seen. */
function differences(ratios: readonly number[]) {
  const percents = ratios.map((ratio) => (ratio - 1) * 100);
  const sorted = percents.toSorted((a, b) => a - b);
  const mean = percents.reduce((sum, value) => sum + value, 0) / percents.length;
  const squares = percents.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    pairs: percents.length,
    median_percent: round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN),
    mean_percent: round(mean),
    standard_error: round(Math.sqrt(squares / Math.max(percents.length - 1, 1) / percents.length)),
  };
}
