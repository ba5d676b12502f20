import { rmSync } from 'node:fs';
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
/** The rate of one second is not that of the next: a window has some six copies of the sample. */
const WINDOW_SEC = IS_SHORT ? 2 : 5;
/** An engine that just began compiles; a dashboard that just began loads. */
const WARM_UP_SEC = IS_SHORT ? 3 : 10;
const SETTLE_SEC = 1;
/** More than the fastest engine folds in all windows. */
const COPIES = IS_SHORT ? 60 : 300;
const ASK_MS = 2_000;

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
  const engine = await startEngine(stateDir, ['--feed', feed, '--speed', 'max']);
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
    window_sec: WINDOW_SEC,
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

async function window(
  { pid }: BenchEngine,
  stateDir: string,
  dashboardPid: number | null,
): Promise<Window> {
  const look = async () => ({
    trades: await tradesOf(stateDir),
    atMs: hostMs(),
    cpuSec: livingFigures(pid).cpuSec,
    dashboardSec: dashboardPid === null ? 0 : livingFigures(dashboardPid).cpuSec,
  });
  const before = await look();
  await pause(WINDOW_SEC * 1000);
  const after = await look();
  const seconds = (after.atMs - before.atMs) / 1000;
  const trades = after.trades - before.trades;
  if (trades <= 0) throw new Error('the engine folded nothing while it was measured');
  return {
    trades_per_sec: Math.round(trades / seconds),
    engine_cpu_ms: round(((after.cpuSec - before.cpuSec) * 1e6) / trades),
    dashboard_cpu: round((after.dashboardSec - before.dashboardSec) / seconds),
  };
}

async function tradesOf(stateDir: string): Promise<number> {
  const asked = { method: 'GET', path: '/view', timeoutMs: ASK_MS } as const;
  const answer = await callEngine(join(stateDir, 'run/cdb.sock'), asked);
  if (answer.state !== 'answered') throw new Error(`the engine of the bench is ${answer.state}`);
  const { counts } = answer.body as { counts: { trades: { value: number } } };
  return counts.trades.value;
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
