import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workplace, type EngineProcess } from '../chaos/engine-process.js';
import { startFakeMexc, type FakeMexc } from '../fakes/mexc/fake-mexc.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { ERROR_FORM } from './error-form.js';

let place: Workplace;
let mexc: FakeMexc | undefined;
beforeEach(() => {
  place = new Workplace();
});
afterEach(async () => {
  await mexc?.close();
  mexc = undefined;
  await place.end();
});

/** Nobody listens on port 1. */
const NOWHERE = {
  CDB_FEED_MEXC_URL: 'ws://127.0.0.1:1',
  CDB_FEED_MEXC_REST_URL: 'http://127.0.0.1:1',
};

function startLive(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): EngineProcess {
  return place.start(['run', '--shadow', ...args], { env });
}

function envOf({ wsUrl, restUrl }: FakeMexc): Readonly<Record<string, string>> {
  return { CDB_FEED_MEXC_URL: wsUrl.replace(/\/ws$/, ''), CDB_FEED_MEXC_REST_URL: restUrl };
}

const digestOf = ({ stdout }: { readonly stdout: string }) =>
  /digest ([0-9a-f]{64})/.exec(stdout)?.[1];

async function statusOf(): Promise<string> {
  return (await place.run(['status'])).stdout;
}

describe('cdb run without a network', () => {
  it('starts, says so, keeps trying, answers and stops', async () => {
    const engine = startLive(NOWHERE);
    await engine.says('OK running');
    await until('an attempt is told', () =>
      engine.stderr.includes('connection 1: connect ECONNREFUSED'),
    );
    await until('more attempts', () => engine.stderr.includes('connection 3:'));
    const { stdout, status } = await place.run(['status']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/BTCUSDT +down, connect ECONNREFUSED/);
    expect(stdout).toMatch(/venue clock +confidence none: no data/);
    const stopped = await place.run(['stop']);
    expect(stopped.status).toBe(0);
    expect((await engine.ended).status).toBe(0);
    expect(engine.stdout).toContain('drained: every decision is in the audit trail');
  });

  it('says in readiness which symbol is away and why', async () => {
    const engine = startLive({ ...NOWHERE, CDB_METRICS_PORT: '19464' });
    await engine.says('OK running');
    const ready = async () => (await fetch('http://127.0.0.1:19464/readyz')).text();
    await until('the reason', async () => (await ready()).includes('BTCUSDT DOWN'), 30_000);
    expect(await ready()).toMatch(/feed->trades STALLED: BTCUSDT DOWN: .*no data since the start/);
    engine.kill('SIGINT');
    expect((await engine.ended).status).toBe(130);
  });
});

describe('cdb run on a live stream', () => {
  it('goes through a cut, marks the candle, and replays its recording to the same digest', async () => {
    // On the venue's clock a minute ends in ten seconds.
    const clockOffsetMs = 50_000 - (Date.now() % 60_000);
    mexc = await startFakeMexc({ speed: 20, clockOffsetMs });
    const recording = join(place.path, 'recording.txt');
    // A venue whose clock is so far off halts trading, which no recording knows of.
    const env = { ...envOf(mexc), CDB_TRIGGERS_CLOCK_SKEW_MS: '1h' };
    const engine = startLive(env, '--record', recording);
    await engine.says('begins; its first candle is incomplete');
    await until('it is live', async () => /BTCUSDT +live, last data/.test(await statusOf()));
    mexc.fault({ kind: 'cut' });
    await engine.says(
      /BTCUSDT GAP of .*connection_lost.*: an unknown number of trades are missing/,
    );
    await engine.says(/candle .* INCOMPLETE/);
    engine.kill('SIGINT');
    expect((await engine.ended).status).toBe(130);
    const replayed = place.spawn([
      'run',
      '--shadow',
      '--feed',
      recording,
      '--speed',
      'max',
      '--state-dir',
      join(place.path, 'again'),
    ]);
    expect((await replayed.ended).status).toBe(0);
    expect(digestOf(engine)).toBeDefined();
    expect(digestOf(replayed)).toBe(digestOf(engine));
    expect(readFileSync(recording, 'utf8')).toContain(' #closed 1 ');
  });

  it('goes on with the same run after a kill, and says what it does not know', async () => {
    mexc = await startFakeMexc({ speed: 20 });
    const engine = startLive(envOf(mexc));
    await until('trades', async () => /trades +[1-9]/.test(await statusOf()));
    engine.kill('SIGKILL');
    await engine.ended;
    const again = startLive(envOf(mexc));
    await again.says(/run .* goes on/);
    await again.says('begins; its first candle is incomplete');
    again.kill('SIGINT');
    expect((await again.ended).status).toBe(130);
    expect(await statusOf()).toMatch(/continue cdb run --shadow --feed mexc --symbols BTCUSDT/);
  });

  it.each([
    [['--feed', 'sample', '--record', 'r.txt'], 2, 'Cannot record the feed "sample"'],
    [['--record', '/proc/none/r.txt'], 4, 'Cannot record to "/proc/none/r.txt"'],
  ] as const)('refuses %j', async (args, status, words) => {
    const engine = startLive(NOWHERE, ...args);
    expect((await engine.ended).status).toBe(status);
    expect(engine.stderr).toMatch(ERROR_FORM);
    expect(engine.stderr).toContain(words);
  });
});
