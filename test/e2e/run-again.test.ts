import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workplace } from '../chaos/engine-process.js';
import { sampleRows } from '../chaos/longer-sample.js';
import { verifyNewestRun } from '../chaos/verify-run.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

async function runFile(file: string, ...more: readonly string[]) {
  const args = ['run', '--paper', '--feed', file, '--speed', 'max', ...more];
  const { status, stdout, stderr } = await place.run(args);
  expect(status, stderr).toBe(0);
  return {
    stdout,
    digest: /digest ([0-9a-f]{64})/.exec(stdout)?.[1],
    runId: /run ([0-9a-f-]{36}) /.exec(stdout)?.[1],
  };
}

describe('cdb run on a feed that it knows', () => {
  it('says that a finished file is finished, and repeats it with the same digest', async () => {
    const first = await runFile('sample');
    const second = await runFile('sample');
    expect(second.stdout).toContain(`run ${first.runId} of this feed is finished: nothing to do`);
    const third = await runFile('sample', '--restart');
    expect(third.runId).not.toBe(first.runId);
    expect(third.digest).toBe(first.digest);
    expect(third.digest).toMatch(/^[0-9a-f]{64}$/);
    expect((await verifyNewestRun(place.stateDir)).faults).toEqual([]);
  });

  it('ends JSON output with a summary, for a finished feed too', async () => {
    const args = ['run', '--paper', '--feed', 'sample', '--speed', 'max', '--json'];
    const summaryOf = ({ stdout }: { readonly stdout: string }) =>
      JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { data: { run_id: string } };
    const first = summaryOf(await place.run(args));
    const second = summaryOf(await place.run(args));
    expect(first).toMatchObject({
      schema: 'cdb.run.summary/1',
      data: { reason: 'finished', digest: expect.stringMatching(/^[0-9a-f]{64}$/), trades: 9_999 },
    });
    expect(second).toMatchObject({
      schema: 'cdb.run.summary/1',
      data: { reason: 'already finished', run_id: first.data.run_id },
    });
  });

  it('decides otherwise under another seed, and when one price is another', async () => {
    const { header, rows } = sampleRows();
    const file = join(place.path, 'trades.csv');
    writeFileSync(file, [header, ...rows].join('\n'));
    const original = await runFile(file);
    expect((await runFile(file, '--seed', '2')).digest).not.toBe(original.digest);
    const at = Math.floor(rows.length / 2);
    const cells = (rows[at] ?? '').split(',');
    const price = header.split(',').indexOf('price');
    // A new high of its candle: the digest is of what was decided and published, not of the file.
    cells[price] = String(Number(cells[price]) + 20);
    writeFileSync(file, [header, ...rows.with(at, cells.join(','))].join('\n'));
    const changed = await runFile(file);
    expect(changed.stdout).toContain('is new');
    expect(changed.digest).not.toBe(original.digest);
  });
});
