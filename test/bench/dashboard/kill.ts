import { setTimeout as pause } from 'node:timers/promises';
import { drillConfig } from '../../../src/commands/kill-switch/drill-config.js';
import { runDrill } from '../../../src/commands/kill-switch/drill-engine.js';
import { histogramOf } from '../../../src/commands/kill-switch/drill-figures.js';
import type { SecondProcess } from '../../../src/commands/kill-switch/drill-ports.js';
import { openDrillPlace } from '../../../src/main/operator/drill-place.js';
import { services } from '../../../src/main/services.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { longSample } from '../long-sample.js';
import { spread } from '../spread.js';
import { CDB, IS_SHORT } from './places.js';
import { PtyDashboard } from './pty-dashboard.js';

const ROUNDS = IS_SHORT ? 5 : 100;
const FEED = { speed: '100', copies: 8 };
/** As long as the drill's second process takes to start; orders that leave in it are what there is to stop. */
const BETWEEN_KEYS_MS = 200;

/** The rounds of the drill, but stopped by `K` and `y` in the terminal of a dashboard. */
export async function kill(directory: string) {
  const place = openDrillPlace(CDB);
  const seenMs: number[] = [];
  let dashboard: PtyDashboard | null = null;
  const engage = async (): Promise<SecondProcess> => {
    dashboard ??= await started(place.stateDir);
    const pressed = await press(dashboard);
    seenMs.push(pressed.endedMs - pressed.calledMs);
    return answer(pressed);
  };
  try {
    const source = longSample(directory, FEED.copies);
    const config = drillConfig(place.stateDir, { source, speed: FEED.speed });
    const { signal } = new AbortController();
    const io = fakeCommandIo({
      stderr: (text) => process.stderr.write(text),
      nowMs: () => Date.now(),
    });
    const asked = { rounds: ROUNDS, config, signal, onRound: () => undefined };
    const drill = { place: { ...place, engage }, asked };
    const { rounds, failure } = await runDrill(services, io, drill);
    if (failure !== null) throw new Error(`${failure} after ${rounds.length} rounds`);
    const lastOrders = rounds.map((one) => one.lastOrderMs);
    const met = rounds.filter((one) => one.ordersAfter > 0).map((one) => one.lastOrderMs);
    const sum = (of: 'ordersBefore' | 'ordersAfter') =>
      rounds.reduce((total, one) => total + one[of], 0);
    return {
      rounds: rounds.length,
      orders: { between_the_two_keys: sum('ordersBefore'), after_the_y: sum('ordersAfter') },
      rounds_with_an_order_after_the_y: met.length,
      ms_after_the_y: {
        last_order: spread(lastOrders),
        last_order_where_there_was_one: spread(met),
        gate_closed: spread(rounds.map((one) => one.gateClosedMs)),
        open_orders_gone: spread(rounds.map((one) => one.openGoneMs)),
        stopped_on_the_screen: spread(seenMs),
      },
      last_order_histogram: histogramOf(lastOrders),
      aim_ms: { last_order_p99: 100 },
    };
  } finally {
    await (dashboard as PtyDashboard | null)?.close();
    place.remove();
  }
}

async function started(stateDir: string): Promise<PtyDashboard> {
  const dashboard = await PtyDashboard.open(stateDir);
  await dashboard.start();
  return dashboard;
}

interface Pressed {
  readonly execMs: number;
  readonly calledMs: number;
  readonly endedMs: number;
}

async function press(dashboard: PtyDashboard): Promise<Pressed> {
  await dashboard.says('TRADING');
  const asks = dashboard.frame('the question', ({ text }) => text.includes('y engage now'));
  const execMs = dashboard.type('K');
  await asks;
  await pause(BETWEEN_KEYS_MS);
  const stopped = dashboard.frame('the stop', ({ text }) => /STOPPED: |STOPPED\. K/.test(text));
  const calledMs = dashboard.type('y');
  const { text, atMs } = await stopped;
  // Any key goes back from what it says of the stop.
  dashboard.type('-');
  if (!text.includes(' STOPPED: no new order leaves')) throw new Error(`not stopped: ${text}`);
  return { execMs, calledMs, endedMs: atMs };
}

/** As the drill reads it of a second process: the call is the key here. */
function answer({ execMs, calledMs, endedMs }: Pressed): SecondProcess {
  const hosts = { called: calledMs, latched: endedMs };
  const data = { engine: { state: 'acknowledged' }, host_ms: hosts };
  return { execMs, endedMs, status: 0, stdout: JSON.stringify({ data }), stderr: '' };
}
