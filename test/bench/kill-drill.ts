import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { drillConfig } from '../../src/commands/kill-switch/drill-config.js';
import { runDrill } from '../../src/commands/kill-switch/drill-engine.js';
import { HOP_NAMES, histogramOf, round } from '../../src/commands/kill-switch/drill-figures.js';
import { openDrillPlace } from '../../src/main/operator/drill-place.js';
import { services } from '../../src/main/services.js';
import { fakeCommandIo } from '../fakes/fake-command-io.js';
import { longSample } from './long-sample.js';
import { spread } from './spread.js';

/** (g) The drill of `cdb kill-switch drill`, often: at its own rate of trades, and at ten times that. */
const ROUNDS = process.env['CDB_BENCH_SHORT'] === '1' ? 10 : 200;
interface Load {
  readonly speed: string;
  readonly copies: number;
  readonly thresholds?: Readonly<Record<string, string>>;
}
/**
 * Ten times the trades with as many orders a second: each trade an order, at that rate, is more than a
 * database beside other work commits, and a drill behind a growing queue measures the queue.
 */
const LOADS: Readonly<Record<string, Load>> = {
  idle: { speed: '100', copies: 8 },
  load: { speed: '1000', copies: 60, thresholds: { 'signal.thresholdPp': '0.005' } },
};

const [directory = '', name = 'idle'] = process.argv.slice(2);
const { speed, copies, thresholds } = LOADS[name] ?? LOADS['idle']!;
mkdirSync(directory, { recursive: true, mode: 0o711 });
const place = openDrillPlace(resolve('bin/cdb.js'));
try {
  const config = drillConfig(
    place.stateDir,
    { source: longSample(directory, copies), speed },
    thresholds,
  );
  const { signal } = new AbortController();
  const io = fakeCommandIo({
    stderr: (text) => process.stderr.write(text),
    nowMs: () => Date.now(),
  });
  const loadBefore = loadavg()[0] ?? 0;
  const asked = { rounds: ROUNDS, config, signal, onRound: () => undefined };
  const { rounds, failure } = await runDrill(services, io, { place, asked });
  if (failure !== null) throw new Error(`${failure} after ${rounds.length} rounds`);
  const sum = (of: 'ordersBefore' | 'ordersAfter') =>
    rounds.reduce((total, one) => total + one[of], 0);
  process.stdout.write(
    JSON.stringify({
      rounds: rounds.length,
      feed_speed: `${speed}x`,
      orders_of: thresholds === undefined ? 'every trade' : 'about every tenth trade',
      load_1min: { before: round(loadBefore), after: round(loadavg()[0] ?? 0) },
      orders: {
        while_the_stop_was_on_its_way: sum('ordersBefore'),
        after_the_call: sum('ordersAfter'),
      },
      ms: Object.fromEntries(HOP_NAMES.map((hop) => [hop, spread(rounds.map((one) => one[hop]))])),
      last_order_histogram: histogramOf(rounds.map((one) => one.lastOrderMs)),
      aim_ms: { last_order_max: 1_000, whole_process: 300 },
    }),
  );
} finally {
  place.remove();
}
