import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CDB, type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { until } from '../integration/embedded/embedded-fixture.js';

const RUN = ['run', '--paper', '--feed', 'sample', '--speed', '200'];

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

interface Row {
  readonly schema: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Whole lines only: the last one may still be on its way. */
function rowsOf({ stdout }: EngineProcess): readonly Row[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);
}

const members = (follower: EngineProcess, name: string) =>
  rowsOf(follower).map(({ data }) => data[name]);

async function listed(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { status, stdout, stderr } = await place.run([...args, '--json']);
  expect(status, stderr).toBe(0);
  return (JSON.parse(stdout) as Row).data;
}

async function ends(follower: EngineProcess, status: number): Promise<void> {
  follower.kill('SIGINT');
  expect((await follower.ended).status, follower.words).toBe(status);
}

describe('following an engine that is killed and started again', () => {
  it('misses no row and repeats none', async () => {
    const first = place.start(RUN);
    await first.says(/ fill +/);
    const fills = place.start(['fills', '-f', '-n', '1000', '--json']);
    const blocks = place.start(['blocks', '-f', '-n', '1000', '--output', 'jsonl']);
    const entries = place.start(['streams', 'tail', 'stream.fills', '-f', '-n', '1000', '--json']);
    const watch = place.start(['status', '--watch=200ms', '--json']);
    const followers = [fills, blocks, entries];
    await until('every follower has rows', () =>
      [...followers, watch].every((one) => rowsOf(one).length > 0),
    );
    const counted = followers.map((one) => rowsOf(one).length);
    await until('new rows come', () =>
      followers.every((one, index) => rowsOf(one).length > (counted[index] ?? 0)),
    );

    first.kill('SIGKILL');
    await first.ended;
    await until('they say that it is away', () =>
      // One that had asked just before has first said that it gets no answer.
      followers.every(({ stderr }) => /notice: (still waiting: )?no engine runs/.test(stderr)),
    );
    await until('the watch says so too', () => members(watch, 'word').includes('NOT RUNNING'));
    const second = place.start(RUN);
    await second.says(/ goes on: /);
    await until('they say that it is back', () =>
      followers.every(({ stderr }) => stderr.includes('notice: an engine answers again')),
    );
    await until('the watch does as well', () => {
      const words = members(watch, 'word');
      return words.slice(words.indexOf('NOT RUNNING')).some((word) => word !== 'NOT RUNNING');
    });
    const before = followers.map((one) => rowsOf(one).length);
    await until('rows come again', () =>
      followers.every((one, index) => rowsOf(one).length > (before[index] ?? 0)),
    );
    expect((await place.run(['stop'])).status).toBe(0);
    await second.ended;

    const all = (await listed(['fills', '-n', '1000'])) as {
      fills: { fill_id: string }[];
      total: number;
    };
    expect(all.total, 'the list is cut').toBe(all.fills.length);
    const ids = all.fills.map(({ fill_id }) => fill_id);
    await until('the last fills come', () => rowsOf(fills).length >= ids.length, 60_000);
    expect(members(fills, 'fill_id')).toEqual(ids);

    const summary = await listed(['blocks']);
    await until(
      'the last refusals come',
      () => rowsOf(blocks).length >= Number(summary['blocked']),
      60_000,
    );
    const decisions = members(blocks, 'decision_id');
    expect(decisions).toHaveLength(Number(summary['blocked']));
    expect(new Set(decisions).size).toBe(decisions.length);

    const tail = (await listed(['streams', 'tail', 'stream.fills', '-n', '1000'])) as {
      entries: { id: string }[];
    };
    await until('the last entries come', () => rowsOf(entries).length >= tail.entries.length);
    expect(members(entries, 'id')).toEqual(tail.entries.map(({ id }) => id));

    const isUp = (word: unknown) => word !== 'NOT RUNNING' && word !== 'NO ANSWER';
    const words = members(watch, 'word');
    expect(new Set(rowsOf(watch).map(({ schema }) => schema))).toEqual(new Set(['cdb.status/1']));
    const away = words.indexOf('NOT RUNNING');
    expect(away, 'it saw the engine run, end and run again').toBeGreaterThan(0);
    expect(words.slice(away).some(isUp)).toBe(true);
    for (const one of [...followers, watch]) await ends(one, 130);
  });
});

describe('following without an engine', () => {
  it('reads what is there, starts nothing for streams, and waits', async () => {
    const engine = place.start([...RUN, '--duration', '3s']);
    await engine.ended;
    await place.quiet();
    const tail = place.start(['streams', 'tail', 'stream.signals', '-f']);
    const watch = place.start(['status', '-w', '200ms']);
    await until(
      'both speak',
      () => tail.stdout !== '' && /NOT RUNNING[^]*NOT RUNNING/.test(watch.stdout),
    );
    expect(tail.stderr).toContain('notice: no engine runs');
    expect(watch.stdout).not.toContain('\u001b');
    await ends(tail, 130);
    await ends(watch, 130);

    const lag = await listed(['streams', 'lag']);
    expect(lag['from']).toBe('files');
    const { streams } = lag as { streams: { name: string; newest_id: string }[] };
    const newest = streams.find(({ name }) => name === 'stream.signals')?.newest_id ?? '';
    const peek = await listed(['streams', 'peek', 'stream.signals', newest]);
    expect(peek).toMatchObject({ stream: 'stream.signals', id: newest });
    const none = await place.run(['streams', 'peek', 'stream.signals', '1-0']);
    expect(none.status).toBe(8);
    expect(none.stderr).toMatch(/fix: +cdb streams peek --state-dir \S+ stream\.signals \d+-\d+/);
  });

  it('ends quietly with 0 when the reader leaves', async () => {
    const script = '"$0" "$@" | head -1; exit "${PIPESTATUS[0]}"';
    const args = [CDB, 'status', '-w', '200ms', '--state-dir', place.stateDir];
    const child = spawn('bash', ['-c', script, process.execPath, ...args], {
      cwd: place.path,
      env: { PATH: process.env['PATH'], HOME: place.path },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    let stderr = '';
    child.stderr.on('data', (part) => (stderr += String(part)));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(stderr).toBe('');
  });
});
