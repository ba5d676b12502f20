import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { hostMs } from '../../../src/adapters/system-clock.js';
import { spread } from '../spread.js';
import { startEngine, stopEngine } from './bench-engine.js';
import { PtyDashboard } from './pty-dashboard.js';

const STARTS = 15;
const KEYS = 50;
/** Each shows a heading that the other never draws. */
const VIEWS = [
  { key: '4', heading: '4 Fills' },
  { key: '2', heading: '2 Streams' },
] as const;
/** Of no fixed ratio to the interval of frames, so that keys meet all its phases. */
const BETWEEN_KEYS_MS = 237;

/** From node's start until a frame with the banner has come out of the terminal. */
export async function firstPaint(stateDir: string) {
  const engine = await startEngine(stateDir);
  const [paints, levels, bare]: [number[], number[], number[]] = [[], [], []];
  for (let start = 0; start < STARTS; start += 1) {
    const dashboard = await PtyDashboard.open(stateDir);
    const { atMs } = await dashboard.start();
    paints.push(atMs - dashboard.startedMs);
    await dashboard.says('TRADING');
    levels.push(hostMs() - dashboard.startedMs);
    await dashboard.close();
    const bareMs = hostMs();
    spawnSync(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    bare.push(hostMs() - bareMs);
  }
  await stopEngine(engine);
  return {
    starts: STARTS,
    ms: spread(paints),
    until_the_level_is_known_ms: spread(levels),
    node_e_0_ms: spread(bare),
    aim_ms: 500,
  };
}

/** From the key until all of the frame that answers it has come out of the terminal. */
export async function keyToScreen(stateDir: string) {
  const engine = await startEngine(stateDir);
  const dashboard = await PtyDashboard.open(stateDir, ['--view', 'streams']);
  await dashboard.start();
  await dashboard.says('TRADING');
  const times: number[] = [];
  for (let count = 0; count < KEYS; count += 1) {
    await pause(BETWEEN_KEYS_MS);
    const { key, heading } = VIEWS[count % 2 === 0 ? 0 : 1];
    const answer = dashboard.frame(heading, ({ text }) => text.includes(heading));
    const typedMs = dashboard.type(key);
    times.push((await answer).atMs - typedMs);
  }
  await dashboard.close();
  await stopEngine(engine);
  return { keys: KEYS, ms: spread(times), aim_ms: 50 };
}
