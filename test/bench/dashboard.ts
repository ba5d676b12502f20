import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { round } from '../../src/commands/kill-switch/drill-figures.js';
import { kill } from './dashboard/kill.js';
import { firstPaint, keyToScreen } from './dashboard/latency.js';
import { throughput } from './dashboard/throughput.js';
import { cpu, soak } from './dashboard/usage.js';

/** `cdb dashboard` in a terminal of 120x40 beside an engine with an embedded database. */
const PARTS: Readonly<Record<string, (directory: string) => Promise<unknown>>> = {
  cpu: (directory) => cpu(join(directory, 'cpu')),
  soak: (directory) => soak(join(directory, 'soak'), directory),
  'first-paint': (directory) => firstPaint(join(directory, 'first-paint')),
  'key-to-screen': (directory) => keyToScreen(join(directory, 'key-to-screen')),
  throughput,
  kill,
};

const [directory = '', name = ''] = process.argv.slice(2);
const part = PARTS[name];
if (part === undefined) throw new Error(`give one of: ${Object.keys(PARTS).join(', ')}`);
mkdirSync(directory, { recursive: true, mode: 0o711 });
const before = round(loadavg()[0] ?? 0);
const figures = await part(directory);
const load = { before, after: round(loadavg()[0] ?? 0) };
process.stdout.write(JSON.stringify({ load_1min: load, figures }));
