import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CDB, Workplace } from '../chaos/engine-process.js';
import { until } from '../integration/embedded/embedded-fixture.js';

const RUN = ['run', '--paper', '--feed', 'sample', '--speed'];
const SECRET = 'hush4711hush';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

const logPath = () => join(place.stateDir, 'logs', 'engine.log');

describe('logs/engine.log', () => {
  it('tells a run from its preflight to its end, readable without an engine', async () => {
    expect((await place.run([...RUN, 'max'])).status).toBe(0);
    const { status, stdout, stderr } = await place.run(['logs', '-n', '1000']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const words of [
      /engine +starts pid=\d+ version=/,
      /preflight database: embedded PostgreSQL/,
      /engine +runs: new run/,
      /control +level TRADING, mode paper/,
      /fill +FILLED BTCUSDT/,
      /risk +decided in_ms=\d+ .*ALLOW=\d+/,
      /engine +draining: finished .*trades=/,
      /engine +ended: finished .*digest=[0-9a-f]{64}/,
    ]) {
      expect(stdout).toMatch(words);
    }
    // Nearly ten thousand trades and thousands of facts: the log stays short.
    expect(readFileSync(logPath(), 'utf8').split('\n').length).toBeLessThan(1_000);
  });

  it('has the change of level and who asked, and a refusal of a second engine', async () => {
    const engine = place.start([...RUN, '50']);
    await engine.says('OK running');
    expect((await place.run([...RUN, 'max'])).status).toBe(6);
    expect((await place.run(['kill-switch', 'engage', '-m', 'gap'])).status).toBe(0);
    engine.kill('SIGTERM');
    await engine.ended;
    const { stdout } = await place.run(['logs', '--level', 'warn']);
    expect(stdout).toMatch(/error engine +Cannot use the state directory .*code=CDB-E0202/);
    expect(stdout).toMatch(/warn {2}control +level HALTED.*text=gap/);
  });

  it('is followed across files that are set aside while the engine runs, until Ctrl-C', async () => {
    const env = { CDB_LOGS_FILE_BYTES_MAX: '16384', CDB_LOGS_LEVEL: 'debug' };
    const follower = place.start(['logs', '-f', '--output', 'jsonl', '--level', 'debug']);
    await until('it waits', () => follower.stderr.includes('no log yet: waiting for'));
    expect((await place.run([...RUN, '1000'], { env })).status).toBe(0);
    await follower.says('ended: finished');
    follower.kill('SIGINT');
    expect((await follower.ended).status).toBe(130);
    expect(readdirSync(join(place.stateDir, 'logs')).length).toBeGreaterThan(4);
    const followed = follower.stdout.trimEnd().split('\n').map(dataOf);
    const stored = await place.run(['logs', '--output', 'jsonl', '-n', '10000']);
    const kept = stored.stdout.trimEnd().split('\n').map(dataOf);
    // Whatever is still there was followed, in its order and without a gap.
    expect(followed.slice(-kept.length)).toEqual(kept);
  });

  it('ends quietly when whoever reads it goes away', async () => {
    expect((await place.run([...RUN, 'max'])).status).toBe(0);
    const line = [process.execPath, CDB, 'logs', '-f', '--state-dir', place.stateDir];
    // A follower notices at its next line: the second run writes some.
    const script = '"$@" | head -1; exit "${PIPESTATUS[0]}"';
    const shell = spawn('bash', ['-c', script, 'bash', ...line], {
      cwd: place.path,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    shell.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
    const closed = new Promise((resolve) => shell.once('close', resolve));
    await place.run([...RUN, 'max']);
    expect(await closed).toBe(0);
    expect(stderr).toBe('');
  });

  it('that is taken away under a running engine is neither missed nor mourned', async () => {
    const engine = place.start([...RUN, '50']);
    await engine.says(/ fill /);
    rmSync(join(place.stateDir, 'logs'), { recursive: true });
    engine.kill('SIGINT');
    expect((await engine.ended).status, engine.words).toBe(130);
    expect(engine.stderr).not.toContain('the log');
    expect(readFileSync(logPath(), 'utf8')).toContain('ended: stopped');
  });
});

describe('the writer of the log', () => {
  /** Parts of the product that one command loaded, and that contain pino. */
  async function loggersLoadedBy(args: readonly string[]): Promise<readonly string[]> {
    const coverage = join(place.path, 'coverage');
    mkdirSync(coverage);
    await place.run(args, { env: { NODE_V8_COVERAGE: coverage } });
    const scripts = readdirSync(coverage).flatMap((name) => {
      const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as {
        readonly result: readonly { readonly url: string }[];
      };
      return result.map(({ url }) => url);
    });
    rmSync(coverage, { recursive: true });
    const ours = [...new Set(scripts)].filter((url) => url.includes('/dist/'));
    expect(ours.length).toBeGreaterThan(2);
    return ours.filter((url) => readFileSync(new URL(url), 'utf8').includes('pino.chindings'));
  }

  it('is loaded by an engine and by no command beside it', async () => {
    expect(await loggersLoadedBy([...RUN, 'max'])).toHaveLength(1);
    for (const command of ['status', 'logs', 'stop', 'restart']) {
      expect(await loggersLoadedBy([command]), command).toEqual([]);
    }
  });
});

describe('secrets', () => {
  /** In a URL, in a query, in a header, bare: wherever an operator may put one by mistake. */
  const FEED = `https://ops:${SECRET}@feed.example/t.csv?apiKey=${SECRET}&signature=${SECRET}`;
  const ENV = {
    CDB_DATABASE_URL: `postgres://ops:${SECRET}@127.0.0.1:1/cdb`,
    CDB_REDIS_URL: `redis://:${SECRET}@127.0.0.1:1`,
    MEXC_API_SECRET: SECRET,
    PGPASSWORD: SECRET,
  };
  /** A bug in the middle of a run, whose message carries what a library would put into it. */
  const BUG = `
    const at = setInterval(() => {
      if (!process.env.CDB_BUG_FILE || !require('node:fs').existsSync(process.env.CDB_BUG_FILE)) return;
      clearInterval(at);
      const headers = { 'X-MEXC-APIKEY': '${SECRET}', authorization: 'Bearer ${SECRET}' };
      throw Object.assign(new TypeError('GET https://a:${SECRET}@b/?signature=${SECRET}'), { headers });
    }, 20);`;

  function everythingWritten(): string {
    const logs = join(place.stateDir, 'logs');
    return readdirSync(logs)
      .map((name) => `${name}\n${readFileSync(join(logs, name), 'utf8')}`)
      .join('\n');
  }

  it.each([[[]], [['--json']]])(
    'stay out of what a refused start says and writes %j',
    async (form) => {
      // Once with a log directory to write to.
      expect((await place.run([...RUN, 'max'])).status).toBe(0);
      const external = await place.run([...RUN, 'max', ...form], { env: ENV });
      expect(external.status).toBe(4);
      const feed = await place.run(['run', '--paper', '--feed', FEED, ...form]);
      expect(feed.status).toBe(3);
      const env = { CDB_RUN_SEED: `token=${SECRET}` };
      const config = await place.run([...RUN, 'max', ...form], { env });
      expect(config.status).toBe(3);
      const written = everythingWritten();
      for (const { stdout, stderr } of [external, feed, config]) {
        expect(stdout + stderr).not.toContain(SECRET);
      }
      expect(written).not.toContain(SECRET);
      expect(written).toContain('Cannot reach');
      expect(written).toContain('CDB-E0101');
      expect((await place.run(['logs', ...form])).stdout).not.toContain(SECRET);
    },
  );

  it.each([[[]], [['--json']]])('stay out of what a crash leaves behind %j', async (form) => {
    const script = join(place.path, 'with-bug.mjs');
    writeFileSync(
      script,
      `import { createRequire } from 'node:module';
       const require = createRequire(import.meta.url);
       ${BUG}
       process.argv[1] = ${JSON.stringify(CDB)};
       await import(${JSON.stringify(CDB)});`,
    );
    const bugFile = join(place.path, 'now');
    const env = { MEXC_API_SECRET: SECRET, PGPASSWORD: SECRET, CDB_BUG_FILE: bugFile };
    const engine = place.start([...RUN, '50', ...form], { env, script });
    await until('it runs', () => engine.stdout !== '' && lockOf() !== null, 60_000);
    await until('it decides', async () => (await place.run(['status'])).stdout.includes('running'));
    writeFileSync(bugFile, '');
    expect((await engine.ended).status, engine.words).toBe(70);
    const written = everythingWritten();
    expect(written).toContain('cdb-crash-');
    expect(written).toMatch(/"level":"error".*CDB-E0901/);
    expect(written).toContain('X-MEXC-APIKEY');
    expect(written).not.toContain(SECRET);
    expect(engine.stdout + engine.stderr).not.toContain(SECRET);
    expect(engine.stderr).toContain('CDB-E0901');
    const lock = lockOf();
    expect(lock ?? '').not.toContain(SECRET);
  });

  function lockOf(): string | null {
    try {
      return readFileSync(join(place.stateDir, 'engine.lock'), 'utf8');
    } catch {
      return null; // Not there (yet, or no more).
    }
  }
});

function dataOf(line: string): unknown {
  return (JSON.parse(line) as { data: unknown }).data;
}
