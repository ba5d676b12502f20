import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heartbeatFile } from '../../src/adapters/files/heartbeat-file.js';
import { initialRecord } from '../../src/engine/control/register.js';
import { latchPlace } from '../../src/adapters/files/latch-file.js';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { ledgerFiles } from '../../src/adapters/files/ledger-files.js';
import { stateDirectory } from '../../src/adapters/files/state-directory.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { streamsDirectory } from '../../src/main/engine/places.js';
import { type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { startFakeMexc, type FakeMexc } from '../fakes/mexc/fake-mexc.js';
import { until } from '../integration/embedded/embedded-fixture.js';

const HANG = pathToFileURL(join(import.meta.dirname, 'hang/hang-on-demand.mjs')).href;
const RUN = ['run', '--paper', '--feed', 'sample', '--speed', '100'];
const KEY = { apiKey: 'mx0watchdogkey', apiSecret: '45d0b3c26f2644f19bfb98b07741b2f5' };
const ORDERS = [
  { orderId: 'C02__1', symbol: 'BTCUSDT' },
  { orderId: 'C02__2', symbol: 'BTCUSDT' },
  { orderId: 'C02__3', symbol: 'ETHUSDT' },
  { orderId: 'C02__9', symbol: 'MXUSDT' },
];
const LIMIT_MS = 2_000;
/** Limit, confirming looks, and what two noisy cores may add; measured by the watchdog itself. */
const SILENT_MS_MAX = 3 * LIMIT_MS;
const SIGNED = ['--operator', 'ann', '--justification', 'a debugger held it'];
const RELEASE = ['kill-switch', 'release', ...SIGNED, '--confirm', 'paper/kill-switch'];

let place: Workplace;
let fake: FakeMexc;
beforeEach(async () => {
  place = new Workplace();
  fake = await startFakeMexc({
    trades: { from: 'nothing' },
    symbols: ['BTCUSDT', 'ETHUSDT', 'MXUSDT'],
    account: { ...KEY, openOrders: ORDERS },
    // The watchdog has to find out.
    clockOffsetMs: 30_000,
  });
});
afterEach(async () => {
  await place.end();
  await fake.close();
});

interface Told {
  readonly event: string;
  readonly words: string;
  readonly [name: string]: unknown;
}

function startWatchdog(more: Readonly<Record<string, string>> = {}): EngineProcess {
  const secret = join(place.path, 'secret');
  writeFileSync(secret, `${KEY.apiSecret}\n`, { mode: 0o600 });
  return place.start(['watchdog', '--symbols', 'BTCUSDT,ETHUSDT', '--json'], {
    env: {
      CDB_FEED_MEXC_REST_URL: fake.restUrl,
      CDB_WATCHDOG_API_KEY: KEY.apiKey,
      CDB_WATCHDOG_API_SECRET_FILE: secret,
      ...more,
    },
  });
}

function told(watchdog: EngineProcess, event: string): readonly Told[] {
  return watchdog.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { data: Told }).data)
    .filter((one) => one.event === event);
}

const says = (watchdog: EngineProcess, event: string, count = 1) =>
  until(
    `the watchdog says ${event}`,
    () => told(watchdog, event).length >= count || !watchdog.isAlive,
    100_000,
  ).catch((error: unknown) => {
    throw new Error(watchdog.words, { cause: error });
  });

const control = () => {
  const read = latchPlace(stateDirectory(place.stateDir).control).read();
  return read.state === 'present' ? read.record : null;
};
/** Of people and guards; the engine's own starts and stops are anchors there too. */
const entries = () =>
  [...ledgerFiles(stateDirectory(place.stateDir).ledger).entries()]
    .map(({ event }) => event)
    .filter(({ kind }) => kind !== 'anchor');

/** Orders that have left, as whoever listens has them. */
async function ordersPublished(): Promise<number> {
  const clock = systemClock();
  const directory = streamsDirectory(stateDirectory(place.stateDir));
  const streams = openLocalEventLog(directory, { clock, readOnly: true });
  try {
    return (await streams.info('stream.orders'))?.length ?? 0;
  } finally {
    await streams.close();
  }
}

/** The number of the engine's last beat; 0 when there is none. */
function beats(): number {
  const read = heartbeatFile(stateDirectory(place.stateDir).heartbeat).read();
  return read.state === 'present' ? read.heartbeat.beat : 0;
}

/** The engine has lived on for twice the limit. */
async function livesOn(): Promise<void> {
  const before = beats();
  const more = (2 * LIMIT_MS) / 250;
  await until('the engine beats on', () => beats() >= before + more, 60_000);
}

async function startBoth(
  env: Readonly<Record<string, string>> = {},
): Promise<{ watchdog: EngineProcess; engine: EngineProcess }> {
  const watchdog = startWatchdog();
  const engine = place.start(RUN, { env });
  await engine.says(/ risk +ALLOW /);
  await says(watchdog, 'WATCHES');
  return { watchdog, engine };
}

describe('an engine that is stopped with SIGSTOP', () => {
  it('is halted, its orders are cancelled, and nothing leaves when it goes on', async () => {
    const { watchdog, engine } = await startBoth();
    expect((await place.run(['status'])).stdout).toMatch(/watchdog +watches, halts and cancels/);
    engine.kill('SIGSTOP');
    await says(watchdog, 'ALARM');
    await until('the venue has confirmed', () =>
      told(watchdog, 'CANCEL').some(({ outcome }) => outcome === 'confirmed'),
    );
    const [alarm] = told(watchdog, 'ALARM');
    expect(Number(alarm?.['silentMs'])).toBeGreaterThanOrEqual(LIMIT_MS);
    expect(Number(alarm?.['silentMs'])).toBeLessThan(SILENT_MS_MAX);
    expect(control()).toMatchObject({ level: 'HALTED', reason: 'system_error', epoch: 2 });
    expect(control()?.message).toContain('its process is stopped');
    // What it was not asked to watch is left alone.
    expect(fake.resting()).toEqual(['C02__9']);
    const [trigger] = entries().filter(({ kind }) => kind !== 'migration');
    expect(trigger).toMatchObject({ kind: 'trigger', who: 'watchdog', details: { epoch: 2 } });
    // It is said first and kept then.
    await until(
      'that is on the record',
      () => entries().at(-1)?.details['outcome'] === 'confirmed',
    );

    const before = await ordersPublished();
    expect(before).toBeGreaterThan(0);
    engine.kill('SIGCONT');
    await says(watchdog, 'MOVES');
    await engine.says(/ risk +BLOCK RK_KILL_SWITCH /);
    const refused = await place.run(RELEASE);
    expect(refused.status).toBe(5);
    expect(refused.stderr).toContain('CDB-E0344');
    await until(
      'it goes on deciding',
      () => (engine.stdout.match(/RK_KILL_SWITCH/g) ?? []).length > 5,
    );
    expect(await ordersPublished()).toBe(before);

    expect((await place.run(['watchdog', 'ack', ...SIGNED])).status).toBe(0);
    expect((await place.run(RELEASE)).status).toBe(0);
    await until('orders flow again', async () => (await ordersPublished()) > before, 60_000);
    engine.kill('SIGINT');
    await engine.ended;
    await says(watchdog, 'ENDED');
    expect(told(watchdog, 'ALARM')).toHaveLength(1);
    expect(`${watchdog.stdout}${watchdog.stderr}`).not.toMatch(
      new RegExp(`${KEY.apiSecret}|${KEY.apiKey}|signature=`),
    );
    watchdog.kill('SIGTERM');
    expect((await watchdog.ended).status).toBe(143);
    expect((await place.run(['status'])).stdout).toMatch(/watchdog +none/);
  });
});

describe('an engine that hangs', () => {
  const hangFile = () => join(place.path, 'hang');

  it.each([
    [
      'an event loop that is blocked',
      (engine: EngineProcess) => {
        engine.kill('SIGUSR2');
      },
    ],
    [
      'a flush to disk that never returns',
      () => {
        writeFileSync(hangFile(), '');
      },
    ],
  ])('is halted: %s', async (_, hang) => {
    const { watchdog, engine } = await startBoth({
      NODE_OPTIONS: `--import=${HANG}`,
      CDB_TEST_HANG_FILE: hangFile(),
    });
    hang(engine);
    await says(watchdog, 'ALARM');
    expect(told(watchdog, 'ALARM')[0]?.words).toContain('its process is there');
    expect(control()).toMatchObject({ level: 'HALTED', reason: 'system_error' });
    expect(engine.isAlive).toBe(true);
  });
});

describe('an engine that dies', () => {
  it('is an alarm; the next start says so and stays halted', async () => {
    const { watchdog, engine } = await startBoth();
    engine.kill('SIGKILL');
    await says(watchdog, 'ALARM');
    expect(told(watchdog, 'ALARM')[0]?.words).toContain('no such process runs here any more');
    watchdog.kill('SIGTERM');
    await watchdog.ended;
    // Somebody has put another latch in place, past every release.
    const latch = latchPlace(stateDirectory(place.stateDir).control);
    latch.write({
      ...initialRecord({ mode: 'paper', operator: 'x', atMs: Date.now() }),
      epoch: 50,
    });
    const next = place.start(RUN);
    await next.says('OK running');
    expect(next.stderr).toContain('notice: HALTED: an alarm of the watchdog is not acknowledged');
    expect(next.stdout).toMatch(/kill switch +level HALTED/);
    const status = await place.run(['status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      data: {
        watchdog: {
          state: 'none',
          alarm: { at: expect.any(String) },
        },
      },
    });
  });

  it('goes on cancelling through a venue that fails, and through a kill -9 of the watchdog', async () => {
    fake.fault({ kind: 'rest-status', status: 502 });
    const { watchdog, engine } = await startBoth();
    engine.kill('SIGKILL');
    await says(watchdog, 'CANCEL');
    expect(told(watchdog, 'CANCEL')[0]).toMatchObject({ outcome: 'unknown' });
    expect(told(watchdog, 'CANCEL')[0]?.words).toContain('UNKNOWN whether orders rest');
    const halted = control();
    watchdog.kill('SIGKILL');
    await watchdog.ended;
    await fake.endFault('rest-status');
    expect(fake.resting()).toHaveLength(4);
    const next = startWatchdog();
    await until('the venue has confirmed', () =>
      told(next, 'CANCEL').some(({ outcome }) => outcome === 'confirmed'),
    );
    expect(fake.resting()).toEqual(['C02__9']);
    expect(control()).toEqual(halted);
    const halts = entries().filter(({ action }) => action === 'watchdog halted trading');
    expect(halts).toHaveLength(1);
  });
});

describe('what is no alarm', () => {
  it('no directory, no engine, and an engine that ends in order', async () => {
    const watchdog = startWatchdog();
    await says(watchdog, 'WAITS');
    expect(existsSync(place.stateDir)).toBe(false);
    const engine = place.start([...RUN, '--duration', '3s']);
    expect((await engine.ended).status, engine.words).toBe(0);
    await says(watchdog, 'ENDED');
    expect(told(watchdog, 'ALARM')).toEqual([]);
    expect(control()?.level).toBe('TRADING');
    expect(fake.resting()).toHaveLength(4);
  });
});

describe('a watchdog', () => {
  it('that was stopped itself raises nothing for the time in which it did not look', async () => {
    const { watchdog, engine } = await startBoth();
    watchdog.kill('SIGSTOP');
    await livesOn();
    watchdog.kill('SIGCONT');
    await says(watchdog, 'TROUBLE');
    expect(told(watchdog, 'TROUBLE')[0]?.words).toContain('did not look for');
    await livesOn();
    expect(told(watchdog, 'ALARM')).toEqual([]);
    expect(control()?.level).toBe('TRADING');
    expect(engine.isAlive).toBe(true);
  });

  it('is the only one of its directory, and ends when its lock is taken away', async () => {
    const engine = place.start(RUN);
    await engine.says('OK running');
    const first = startWatchdog();
    await says(first, 'WATCHES');
    const second = await place.run(['watchdog']);
    expect(second.status).toBe(6);
    expect(second.stderr).toContain('CDB-E0340');
    expect(second.stderr).toContain(`process ${first.pid} watches since`);
    rmSync(join(place.stateDir, 'watchdog.lock'));
    expect((await first.ended).status).toBe(6);
    expect(first.stderr).toContain('CDB-E0341');
  });

  it('says at its start that without a key it can only halt', async () => {
    const watchdog = place.start(['watchdog']);
    await watchdog.says('it can only halt, and cancels nothing');
  });

  it.each([
    [{ CDB_WATCHDOG_API_SECRET_FILE: 'missing' }, 'there is no such file'],
    [{ CDB_WATCHDOG_API_KEY: '' }, 'CDB_WATCHDOG_API_KEY (or its file) is missing'],
    [{ CDB_WATCHDOG_API_SECRET: 'abc' }, 'are both given, and may differ'],
    [{ CDB_FEED_MEXC_REST_URL: 'http://venue.example' }, 'over the network unencrypted'],
  ])('refuses a key that it cannot use: %j', async (env, words) => {
    const watchdog = startWatchdog(env);
    expect((await watchdog.ended).status).toBe(3);
    expect(watchdog.stderr).toContain('CDB-E0342');
    expect(watchdog.stderr).toContain(words);
    expect(watchdog.stderr).not.toContain('abc');
    expect(existsSync(place.stateDir)).toBe(false);
  });

  it('refuses a secret that others can read', async () => {
    const secret = join(place.path, 'open');
    writeFileSync(secret, KEY.apiSecret, { mode: 0o644 });
    const watchdog = startWatchdog({ CDB_WATCHDOG_API_SECRET_FILE: secret });
    expect((await watchdog.ended).status).toBe(3);
    expect(watchdog.stderr).toContain('chmod 600');
    expect(watchdog.stderr).not.toContain(readFileSync(secret, 'utf8'));
  });
});
