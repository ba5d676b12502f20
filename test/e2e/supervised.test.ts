import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processesIn } from '../../src/adapters/process-identity.js';
import { askReadyz, askStatus, freePort } from '../chaos/ask.js';
import { type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { databaseDirectory, serverPid } from '../chaos/leftovers.js';
import { fakeNotify, fakeSocket, type FakeNotify } from '../fakes/fake-systemd-notify.js';
import { until } from '../integration/embedded/embedded-fixture.js';

/** Some 140 s of market at this speed; no test looks at it for longer than that. */
const RUN = ['run', '--paper', '--feed', 'sample', '--speed', '50'];
const WATCHDOG_MS = 3_000;
/** Long enough for the missing sign to be no accident: six times that it was due. */
const SILENCE_MS = 2 * WATCHDOG_MS;
const HANG = pathToFileURL(join(import.meta.dirname, 'hang/hang-on-demand.mjs')).href;

let place: Workplace;
let notify: FakeNotify;
let port = 0;
beforeEach(async () => {
  place = new Workplace();
  notify = fakeNotify(place.path);
  port = await freePort();
});
afterEach(() => place.end());

/** As systemd starts it, with a way to make it hang. */
function startUnit(
  args: readonly string[] = RUN,
  more: Readonly<Record<string, string>> = {},
): EngineProcess {
  const env = {
    PATH: `${notify.directory}:${process.env['PATH'] ?? ''}`,
    NOTIFY_SOCKET: fakeSocket(place.path),
    WATCHDOG_USEC: String(WATCHDOG_MS * 1_000),
    NODE_OPTIONS: `--import=${HANG}`,
    CDB_TEST_HANG_FILE: join(place.path, 'hang'),
    CDB_METRICS_PORT: String(port),
    ...more,
  };
  return place.start(args, { env });
}

const count = (sign: string) => notify.said().filter((said) => said === sign).length;
const alive = () => count('WATCHDOG=1');

async function staysAlive(engine: EngineProcess): Promise<void> {
  const before = alive();
  await until('signs go on', () => alive() >= before + 4 || !engine.isAlive, 60_000);
  expect(engine.isAlive, engine.words).toBe(true);
}

/** No sign in a time in which systemd would have given up twice. */
async function fallsSilent(engine: EngineProcess): Promise<void> {
  let seen = alive();
  let sinceMs = performance.now();
  await until(
    'the signs end',
    () => {
      if (alive() !== seen) sinceMs = performance.now();
      seen = alive();
      return performance.now() - sinceMs > SILENCE_MS;
    },
    100_000,
  );
  expect(engine.isAlive, engine.words).toBe(true);
}

async function untilNotReady(reason: RegExp): Promise<void> {
  const answers = async () => (await askReadyz(port)) ?? { status: 0, text: '' };
  await until(
    `not ready: ${String(reason)}`,
    async () => {
      const { status, text } = await answers();
      return status === 503 && reason.test(text);
    },
    60_000,
  );
}

describe('an engine under systemd', () => {
  it('says READY when it runs, goes on to say that it lives, and says STOPPING', async () => {
    const engine = startUnit();
    await engine.says('OK metrics');
    await engine.says('OK running');
    await until('READY', () => count('READY=1') === 1);
    await staysAlive(engine);
    expect(count('STOPPING=1')).toBe(0);
    engine.kill('SIGTERM');
    expect((await engine.ended).status, engine.words).toBe(143);
    expect(count('READY=1')).toBe(1);
    expect(count('STOPPING=1')).toBe(1);
    expect(notify.said().indexOf('READY=1')).toBe(0);
    expect(engine.stderr).not.toContain('systemd');
  });

  it('says nothing of a start that fails', async () => {
    const engine = startUnit(RUN, { CDB_POSTGRES_BINARIES_DIR: join(place.path, 'nothing') });
    expect((await engine.ended).status).toBe(4);
    expect(notify.said()).toEqual([]);
  });

  it('runs as ever where the program is missing, and says so once', async () => {
    rmSync(join(notify.directory, 'systemd-notify'));
    const engine = startUnit([...RUN, '--duration', '4s'], { PATH: notify.directory });
    expect((await engine.ended).status, engine.words).toBe(0);
    expect(engine.stderr.match(/there is no program systemd-notify/g)).toHaveLength(1);
  });

  it('keeps the socket to itself: a database that says READY or STOPPING would be believed', async () => {
    const engine = startUnit();
    await engine.says('OK running');
    const server = serverPid(place.stateDir);
    expect(server).not.toBeNull();
    const environment = readFileSync(`/proc/${server ?? 0}/environ`, 'utf8');
    expect(environment).toContain('LC_ALL=C');
    expect(environment).not.toMatch(/NOTIFY_SOCKET|WATCHDOG/);
    engine.kill('SIGTERM');
    await engine.ended;
  });
});

describe('what a restart does not repair, and must not cause one', () => {
  it('a kill switch that is engaged', async () => {
    const engine = startUnit();
    await engine.says('OK running');
    await place.run(['kill-switch', 'engage']);
    await untilNotReady(/HALTED/);
    await staysAlive(engine);
  });

  it('a venue that is away', async () => {
    const engine = startUnit(['run', '--shadow'], {
      CDB_FEED_MEXC_URL: 'ws://127.0.0.1:1',
      CDB_FEED_MEXC_REST_URL: 'http://127.0.0.1:1',
    });
    await engine.says('OK running');
    await untilNotReady(/feed->trades STALLED/);
    await staysAlive(engine);
  });

  it('a database that does not answer', async () => {
    const engine = startUnit(RUN, { CDB_AUDIT_COMMIT_TIMEOUT_MS: '500' });
    await engine.says(' risk ');
    const server = processesIn(databaseDirectory(place.stateDir));
    expect(server.length).toBeGreaterThan(1);
    for (const { pid } of server) process.kill(pid, 'SIGSTOP');
    try {
      await untilNotReady(/audit STALLED/);
      await staysAlive(engine);
    } finally {
      for (const { pid } of server) process.kill(pid, 'SIGCONT');
    }
    await until('effects flow', async () => (await askReadyz(port))?.status === 200, 60_000);
    await staysAlive(engine);
  });
});

describe('what a restart does repair', () => {
  it('an event loop that is blocked: no sign comes any more', async () => {
    const engine = startUnit();
    await engine.says('OK running');
    await staysAlive(engine);
    engine.kill('SIGUSR2');
    await fallsSilent(engine);
    expect(await askReadyz(port)).toBeNull();
  });

  it('a loop that hangs beside an event loop that goes on: no sign, and the log says why', async () => {
    const engine = startUnit();
    await engine.says('OK running');
    await staysAlive(engine);
    // The next snapshot waits for a flush that never ends; what answers questions knows nothing of it.
    writeFileSync(join(place.path, 'hang'), '');
    await fallsSilent(engine);
    expect((await askStatus(place)).text).toContain(`pid ${engine.pid}`);
    expect(engine.stderr).toMatch(
      /notice: the engine's loop stands still for \d+ s; systemd is not/,
    );
    const log = await place.run(['logs', '--grep', 'stands still']);
    expect(log.stdout).toContain('stands still');
  });
});
