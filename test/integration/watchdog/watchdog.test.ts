import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alarmFile, unacknowledgedAlarm } from '../../../src/adapters/files/alarm-file.js';
import { engineClient } from '../../../src/adapters/control-socket/engine-client.js';
import { lockedEngine } from '../../../src/adapters/files/engine-lock.js';
import { latchPlace } from '../../../src/adapters/files/latch-file.js';
import { ledgerFiles } from '../../../src/adapters/files/ledger-files.js';
import {
  createStateRoot,
  isEmptyState,
  stateDirectory,
  type StateDirectory,
} from '../../../src/adapters/files/state-directory.js';
import { run as acknowledge } from '../../../src/commands/watchdog/ack.js';
import { run as release } from '../../../src/commands/kill-switch/release.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { killSwitchHalter } from '../../../src/commands/watchdog/halter.js';
import type { WatchdogServices } from '../../../src/commands/watchdog/watchdog-services.js';
import { initialRecord } from '../../../src/engine/control/register.js';
import type { Heartbeat, HeartbeatReading } from '../../../src/engine/domain/heartbeat.js';
import type { OpenOrders } from '../../../src/engine/ports/open-orders.js';
import type { WatchdogEvent } from '../../../src/engine/watchdog/watchdog-event.js';
import { Watchdog } from '../../../src/engine/watchdog/watchdog.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { quiet } from '../../fakes/engine/until.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { temporaryDirectory } from '../files/log-on-disk.js';
import { smallDisk } from '../files/small-disk.js';

const ENGINE: Heartbeat = {
  pid: 4_000_000,
  startTime: '1',
  bootId: 'b',
  startedAtMs: 9,
  runId: 'run-1',
  phase: 'running',
  turns: 1,
  beat: 1,
  atMs: 1,
};
const SIGNED = { operator: 'ann', justification: 'a debugger held it' };

let directory: { readonly path: string; remove(): void };
let state: StateDirectory;
let clock: ManualClock;
let events: WatchdogEvent[];
let reading: HeartbeatReading;
let asked: string[];
let venueOrders: number;
/** While it is set, the venue takes its time for a cancel. */
let answerLater: Promise<void> | null;
let ends: (() => Promise<void>)[];

beforeEach(() => {
  directory = temporaryDirectory();
  open(directory.path);
});
afterEach(async () => {
  for (const end of ends) await end();
  directory.remove();
});

function open(path: string): void {
  state = stateDirectory(path);
  clock = new ManualClock();
  events = [];
  asked = [];
  ends = [];
  venueOrders = 2;
  answerLater = null;
  reading = { state: 'absent' };
  const first = initialRecord({ mode: 'paper', operator: 'test', atMs: clock.nowMs() });
  latchPlace(state.control).write(first);
}

const orders: OpenOrders = {
  venue: 'a venue',
  cancelAll: async (symbol) => {
    asked.push(`cancel ${symbol}`);
    if (answerLater !== null) await answerLater;
    return { kind: 'unknown', words: 'lost', retryAfterMs: 0 };
  },
  list: async (symbol) => {
    asked.push(`list ${symbol}`);
    const value = Array.from({ length: venueOrders }, () => ({
      orderId: '1',
      symbol,
      status: 'NEW',
    }));
    return { kind: 'answered', value };
  },
};

const killSwitch = () => {
  const engine = lockedEngine(state.engineLock);
  return {
    places: [latchPlace(state.control)],
    engine,
    client: engineClient(engine),
    clock,
    hostMs: () => clock.monotonicMs(),
    ledger: ledgerFiles(state.ledger),
    unacknowledgedAlarm: () => unacknowledgedAlarm(state.root),
    newestReport: () => null,
    isStateEmpty: () => isEmptyState(state),
    createStateDir: () => {
      createStateRoot(state);
    },
  };
};

const services = (): WatchdogServices => ({
  killSwitch: async () => killSwitch(),
  sharedPlaces: async () => ({ places: [], notes: [] }),
  watchdogFiles: async () => ({ alarm: alarmFile(state), ledger: ledgerFiles(state.ledger) }),
  takeWatch: async () => null,
  pause: async () => undefined,
  openOrders: async () => orders,
});

const at = () => ({ env: { CDB_STATE_DIR: state.root }, nowMs: () => clock.nowMs() });
const io = () => fakeCommandIo(at());
const ack = () => acknowledge(new ParsedOptions(SIGNED), io(), services());

/** A watchdog process, without the process. @returns what ends it as kill -9 does */
function start(withOrders = true): () => Promise<void> {
  const stop = new AbortController();
  const watchdog = new Watchdog(
    {
      clock,
      heartbeat: { read: () => reading },
      own: { write: async () => undefined },
      who: ENGINE,
      alarm: alarmFile(state),
      ledger: ledgerFiles(state.ledger),
      halter: killSwitchHalter(killSwitch(), io()),
      condition: () => 'its process is stopped',
      isAlone: () => true,
      orders: withOrders ? orders : null,
      tell: (event) => events.push(event),
    },
    { stateDir: state.root, limitMs: 2_000, lateLooks: 3, symbols: ['BTCUSDT'] },
  );
  const running = watchdog.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  ends.push(end);
  return end;
}

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 250) {
    await quiet(5);
    clock.advance(250);
  }
  await quiet(5);
}

function beat(n: number, more: Partial<Heartbeat> = {}): void {
  reading = { state: 'present', heartbeat: { ...ENGINE, beat: n, turns: n, ...more } };
}

async function beatsFor(ms: number, from = 1): Promise<void> {
  for (let n = 0; n * 250 < ms; n += 1) {
    beat(from + n);
    await pass(250);
  }
}

const latch = () => {
  const read = latchPlace(state.control).read();
  return read.state === 'present' ? read.record : null;
};
const told = (event: WatchdogEvent['event']) => events.filter((one) => one.event === event);
const entries = () => [...ledgerFiles(state.ledger).entries()].map(({ event }) => event);

describe('the watchdog', () => {
  test('raises nothing while it beats, when it ends in order, and where nobody ever ran', async () => {
    start();
    await pass(10_000);
    expect(told('WAITS')).toHaveLength(1);
    await beatsFor(10_000);
    beat(500, { phase: 'stopped' });
    await pass(10_000);
    expect(told('ENDED')[0]?.words).toContain('ended in order; no alarm');
    expect(latch()?.level).toBe('TRADING');
    expect(entries()).toEqual([]);
  });

  test('halts with the evidence, raises the epoch, records it, and says that it can not cancel', async () => {
    start(false);
    await beatsFor(1_000);
    await pass(4_000);
    const record = latch();
    expect(record).toMatchObject({ level: 'HALTED', epoch: 2, reason: 'system_error' });
    expect(record?.operator).toBe('watchdog');
    expect(record?.message).toMatch(/stands still for \d+ ms, limit 2000 ms.*process is stopped/);
    expect(entries()).toMatchObject([
      { kind: 'trigger', who: 'watchdog', action: 'watchdog halted trading' },
    ]);
    expect(entries()[0]?.details).toMatchObject({
      epoch: 2,
      limit_ms: 2_000,
      engine_pid: 4_000_000,
    });
    expect(told('CANCEL')[0]?.words).toContain('no credentials');
    expect(unacknowledgedAlarm(state.root)).toMatchObject({ cancel: 'not possible' });
  });

  test('tries to cancel until the venue lists none, with the unknown said as such', async () => {
    start();
    await beatsFor(500);
    await pass(10_000);
    expect(asked.length).toBeGreaterThan(2);
    expect(unacknowledgedAlarm(state.root)?.cancel).toBe('pending');
    venueOrders = 0;
    await pass(60_000);
    expect(unacknowledgedAlarm(state.root)?.cancel).toBe('confirmed');
    const cancels = entries().filter(({ action }) => action === 'watchdog cancelled open orders');
    expect(cancels.at(-1)?.why).toMatch(/CONFIRMED.*none rests, listed twice/);
    expect(cancels.length).toBeLessThan(6);
    const before = asked.length;
    await pass(60_000);
    expect(asked).toHaveLength(before);
  });

  test('killed and started again it goes on, and does nothing twice', async () => {
    const end = start();
    await beatsFor(500);
    await pass(5_000);
    await end();
    const halted = latch();
    venueOrders = 0;
    start();
    await pass(10_000);
    expect(latch()).toEqual(halted);
    expect(entries().filter(({ action }) => action === 'watchdog halted trading')).toHaveLength(1);
    expect(unacknowledgedAlarm(state.root)?.cancel).toBe('confirmed');
  });

  test.each(['before the alarm file', 'before the ledger', 'with no alarm file to be written'])(
    'killed %s, it makes up for it',
    async (when) => {
      const end = start();
      await beatsFor(500);
      await pass(4_000);
      await end();
      const halted = latch();
      // What a kill -9 at that line would have left.
      if (when !== 'before the ledger') rmSync(state.watchdogAlarm);
      if (when.startsWith('before')) rmSync(state.ledger, { recursive: true });
      start();
      await pass(4_000);
      expect(latch()).toEqual(halted);
      expect(unacknowledgedAlarm(state.root)).not.toBeNull();
      expect(entries().filter(({ action }) => action === 'watchdog halted trading')).toHaveLength(
        1,
      );
    },
  );

  test('an alarm is held: a latch that was written anew and a file that was removed come back', async () => {
    start();
    await beatsFor(500);
    await pass(4_000);
    rmSync(state.watchdogAlarm);
    const first = initialRecord({ mode: 'paper', operator: 'mallory', atMs: clock.nowMs() });
    rmSync(state.control);
    latchPlace(state.control).write({ ...first, epoch: 99 });
    await pass(3_000);
    expect(latch()?.level).toBe('HALTED');
    expect(unacknowledgedAlarm(state.root)).not.toBeNull();
  });

  test('a release needs the acknowledgement, and that a name and a reason', async () => {
    start();
    await beatsFor(500);
    await pass(4_000);
    const all = new ParsedOptions({ ...SIGNED, confirm: 'paper/kill-switch' });
    await expect(release(all, io(), services())).rejects.toMatchObject({
      code: 'CDB-E0344',
      exit: 5,
    });
    for (const one of [{}, { operator: 'ann' }, { justification: 'x' }]) {
      const unsigned = acknowledge(new ParsedOptions(one), io(), services());
      await expect(unsigned).rejects.toMatchObject({ code: 'CDB-E0343', exit: 5 });
    }
    expect(await ack()).toBe(0);
    expect(latch()?.level).toBe('HALTED');
    expect(await release(all, io(), services())).toBe(0);
    expect(latch()?.level).toBe('TRADING');
    expect(entries().at(-1)).toMatchObject({ kind: 'control', who: 'ann' });
  });

  test('after the acknowledgement it cancels nothing, and raises the next standstill only', async () => {
    start();
    await beatsFor(500);
    await pass(4_000);
    await ack();
    await pass(1_000);
    const before = asked.length;
    await pass(60_000);
    expect(told('ACKNOWLEDGED')).toHaveLength(1);
    expect(asked).toHaveLength(before);
    expect(told('ALARM')).toHaveLength(1);
    await beatsFor(2_000, 100);
    expect(told('WATCHES').length).toBeGreaterThan(1);
    await pass(4_000);
    expect(told('ALARM')).toHaveLength(2);
    expect(unacknowledgedAlarm(state.root)?.id).toMatch(/-107$/);
  });

  test('a cancel that is under way when somebody takes over is the last request', async () => {
    let answer: () => void = () => undefined;
    answerLater = new Promise((resolve) => {
      answer = resolve;
    });
    start();
    await beatsFor(500);
    await pass(4_000);
    expect(asked).toEqual(['cancel BTCUSDT']);
    // The watchdog has not looked since.
    await ack();
    answer();
    await quiet();
    expect(asked).toEqual(['cancel BTCUSDT']);
  });

  test('an acknowledged alarm is not raised anew by the next watchdog', async () => {
    const end = start();
    await beatsFor(500);
    await pass(4_000);
    await ack();
    await end();
    start();
    await pass(10_000);
    expect(told('ALARM')).toHaveLength(1);
    expect(unacknowledgedAlarm(state.root)).toBeNull();
  });

  test('an engine that goes on is told as moving, and stays halted', async () => {
    start();
    await beatsFor(500);
    await pass(4_000);
    await beatsFor(3_000, 50);
    expect(told('MOVES')).toHaveLength(1);
    expect(latch()?.level).toBe('HALTED');
  });

  test('a watchdog that was stopped itself says so, and gives the engine its whole limit', async () => {
    start();
    await beatsFor(500);
    await quiet();
    clock.advance(600_000);
    await quiet();
    await pass(1_000);
    expect(told('TROUBLE')[0]?.words).toContain('did not look for');
    expect(told('ALARM')).toEqual([]);
    await pass(2_000);
    expect(told('ALARM')).toHaveLength(1);
  });

  test.each(['', 'garbage', '{"id":1}'])('an alarm file with %j is an open alarm', async (text) => {
    writeFileSync(state.watchdogAlarm, text);
    const alarm = unacknowledgedAlarm(state.root);
    expect(alarm).toMatchObject({ cancel: 'unknown' });
    start();
    await pass(2_000);
    expect(latch()?.level).toBe('HALTED');
    await ack();
    expect(unacknowledgedAlarm(state.root)).toBeNull();
    writeFileSync(state.watchdogAlarm, `${text} other`);
    expect(unacknowledgedAlarm(state.root)).not.toBeNull();
  });
});

test('on a full disk it halts, and leaves an alarm', async () => {
  const disk = smallDisk();
  if (disk === null) return;
  try {
    open(disk.path);
    disk.fill();
    start();
    await beatsFor(500);
    await pass(4_000);
    expect(killSwitchHalter(killSwitch(), io()).isHalted()).toBe(true);
    expect(unacknowledgedAlarm(state.root)).not.toBeNull();
    expect(told('TROUBLE').length).toBeGreaterThan(0);
    for (const end of ends) await end();
  } finally {
    disk.remove();
  }
});
