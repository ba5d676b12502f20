import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { hostMs } from '../../../src/adapters/system-clock.js';
import { round } from '../../../src/commands/kill-switch/drill-figures.js';
import { longSample } from '../long-sample.js';
import { startEngine } from './bench-engine.js';
import { IS_SHORT } from './places.js';
import { processFigures } from './process-figures.js';
import { PtyDashboard } from './pty-dashboard.js';

const RUNS = IS_SHORT ? 2 : 5;
const COPIES = IS_SHORT ? 6 : 20;
const LOOK_MS = 10;

interface Run {
  readonly trades_per_sec: number;
  /** From running until the engine has drained and ended. */
  readonly wall_sec: number;
  /** Of the engine's process alone, from running to its end. */
  readonly cpu_sec: number;
}

/** A file as fast as it goes, alternately alone and with a dashboard that is there from the start. */
export async function throughput(directory: string) {
  const feed = longSample(directory, COPIES);
  const [alone, watched]: [Run[], Run[]] = [[], []];
  for (let at = 0; at < RUNS; at += 1) {
    // The first of a pair by turns, so that a machine that gets busier favours neither.
    for (const isWatched of at % 2 === 0 ? [false, true] : [true, false]) {
      (isWatched ? watched : alone).push(await folded(directory, feed, isWatched));
    }
  }
  const ratio = (of: keyof Run) => round(median(watched, of) / median(alone, of));
  return {
    trades: COPIES * 9_999,
    alone,
    watched,
    watched_to_alone: {
      trades_per_sec: ratio('trades_per_sec'),
      engine_cpu_sec: ratio('cpu_sec'),
    },
    aim: { trades_per_sec_min: 0.98 },
    note: 'dashboard and database share the cores with the engine; its own CPU seconds do not count them',
  };
}

async function folded(directory: string, feed: string, isWatched: boolean): Promise<Run> {
  const stateDir = join(directory, 'throughput');
  rmSync(stateDir, { recursive: true, force: true });
  const dashboard = isWatched ? await PtyDashboard.open(stateDir) : null;
  await dashboard?.start();
  const engine = await startEngine(stateDir, ['--feed', feed, '--speed', 'max']);
  const startedMs = hostMs();
  const before = processFigures(engine.pid)?.cpuSec ?? 0;
  let cpuSec = before;
  const seen = { engine: false };
  const timer = setInterval(() => {
    cpuSec = processFigures(engine.pid)?.cpuSec ?? cpuSec;
    seen.engine ||= dashboard?.banner.includes('TRADING') === true;
  }, LOOK_MS);
  if (engine.child.exitCode === null) await once(engine.child, 'exit');
  const wallSec = (hostMs() - startedMs) / 1000;
  clearInterval(timer);
  await dashboard?.close();
  if (isWatched && !seen.engine) throw new Error('the dashboard never saw the engine');
  const [, count = ''] = /trades ([\d ]+?) {2}/.exec(engine.said()) ?? [];
  const trades = Number(count.replaceAll(' ', ''));
  if (!(trades > 0)) throw new Error(`the engine folded nothing: ${engine.said()}`);
  return {
    trades_per_sec: Math.round(trades / wallSec),
    wall_sec: round(wallSec),
    cpu_sec: round(cpuSec - before),
  };
}

/** The lower one of an even number. */
function median(runs: readonly Run[], of: keyof Run): number {
  const sorted = runs.map((run) => run[of]).sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
}
