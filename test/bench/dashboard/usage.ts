import { setTimeout as pause } from 'node:timers/promises';
import { hostMs } from '../../../src/adapters/system-clock.js';
import { round } from '../../../src/commands/kill-switch/drill-figures.js';
import { longSample } from '../long-sample.js';
import { startEngine, stopEngine } from './bench-engine.js';
import { IS_SHORT } from './places.js';
import { livingFigures } from './process-figures.js';
import { PtyDashboard } from './pty-dashboard.js';

const WARM_UP_SEC = 10;
const CPU_SEC = 20;
const RATES = [
  { hz: 2, interval: '500ms', aim: 5 },
  { hz: 10, interval: '100ms', aim: 15 },
] as const;
/** The heap settles for some 90 s: what the short form sees is mostly that. */
const SOAK_WARM_UP_SEC = IS_SHORT ? 20 : 60;
const SOAK_SEC = IS_SHORT ? 60 : 600;
const SAMPLE_SEC = 5;
const SAMPLES_PER_MIN = 60 / SAMPLE_SEC;
/** At 20x a copy lasts six minutes; the first twenty of its minutes come at once. */
const SOAK_COPIES = 4;

/** CPU of the dashboard's process on Home, while the sample runs at 20x. */
export async function cpu(stateDir: string) {
  const engine = await startEngine(stateDir);
  const results = [];
  for (const { hz, interval, aim } of RATES) {
    const dashboard = await opened(stateDir, ['--view', 'home', '--interval', interval]);
    await pause(WARM_UP_SEC * 1000);
    const before = { ...look(dashboard), atMs: hostMs() };
    await pause(CPU_SEC * 1000);
    const after = { ...look(dashboard), atMs: hostMs() };
    const seconds = (after.atMs - before.atMs) / 1000;
    results.push({
      hz,
      seconds: round(seconds),
      cpu_percent_of_a_core: round(((after.cpuSec - before.cpuSec) / seconds) * 100),
      frames_per_sec: round((after.frames - before.frames) / seconds),
      bytes_per_sec: Math.round((after.bytes - before.bytes) / seconds),
      rss_bytes: after.rssBytes,
      aim_percent: aim,
    });
    await dashboard.close();
  }
  await stopEngine(engine);
  return results;
}

/** Whether the resident memory grows: least squares over all samples after the warm-up. */
export async function soak(stateDir: string, directory: string) {
  const feed = longSample(directory, SOAK_COPIES);
  const engine = await startEngine(stateDir, ['--feed', feed]);
  const dashboard = await opened(stateDir, []);
  await pause(SOAK_WARM_UP_SEC * 1000);
  const startedMs = hostMs();
  const samples: { readonly min: number; readonly kib: number }[] = [];
  while (hostMs() - startedMs <= SOAK_SEC * 1000) {
    const kib = livingFigures(dashboard.pid).rssBytes / 1024;
    samples.push({ min: (hostMs() - startedMs) / 60_000, kib });
    await pause(SAMPLE_SEC * 1000);
  }
  const isEngineAlive = engine.child.exitCode === null;
  const { frames } = dashboard;
  await dashboard.close();
  await stopEngine(engine);
  if (!isEngineAlive) throw new Error('the engine ended before the dashboard was measured');
  const sizes = samples.map(({ kib }) => kib);
  return {
    warm_up_sec: SOAK_WARM_UP_SEC,
    seconds: SOAK_SEC,
    samples: samples.length,
    frames,
    rss_kib: {
      start: sizes[0],
      end: sizes.at(-1),
      min: Math.min(...sizes),
      max: Math.max(...sizes),
    },
    rss_kib_each_min: samples.flatMap(({ kib }, at) => (at % SAMPLES_PER_MIN === 0 ? [kib] : [])),
    slope_kib_per_min: round(slope(samples)),
    aim_kib_per_min: 1024,
  };
}

async function opened(stateDir: string, words: readonly string[]): Promise<PtyDashboard> {
  const dashboard = await PtyDashboard.open(stateDir, words);
  await dashboard.start();
  await dashboard.says('TRADING');
  return dashboard;
}

function look(dashboard: PtyDashboard) {
  const { frames, bytes, pid } = dashboard;
  return { ...livingFigures(pid), frames, bytes };
}

function slope(points: readonly { readonly min: number; readonly kib: number }[]): number {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ min }) => min)), mean(points.map(({ kib }) => kib))];
  const shared = points.reduce((sum, { min, kib }) => sum + (min - x) * (kib - y), 0);
  return shared / points.reduce((sum, { min }) => sum + (min - x) ** 2, 0);
}
