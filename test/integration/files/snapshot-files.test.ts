import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSnapshotFiles } from '../../../src/adapters/files/snapshot-files.js';
import type { Snapshot } from '../../../src/engine/ports/snapshot-store.js';
import { temporaryDirectory } from './log-on-disk.js';

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  directory.remove();
});

function snapshot(seq: number): Snapshot {
  const state = JSON.stringify({ seq, text: 'ä\n€'.repeat(1_000) });
  return {
    runId: 'run-1',
    seq,
    digest: `d${seq}`,
    codeVersion: '1',
    configHash: 'c',
    stateShape: 'candles,nowMs',
    state,
  };
}

function files(): readonly string[] {
  return readdirSync(join(directory.path, 'run-1')).sort();
}

for (const gzip of [true, false]) {
  describe(`snapshot files, ${gzip ? 'compressed' : 'plain'}`, () => {
    it('gives the newest first and keeps three', async () => {
      const store = openSnapshotFiles(directory.path, { gzip });
      for (const seq of [5, 100, 20, 3_000]) await store.save(snapshot(seq));
      expect(await openSnapshotFiles(directory.path).load('run-1')).toEqual({
        snapshots: [snapshot(3_000), snapshot(100), snapshot(20)],
        damaged: 0,
      });
      expect(await store.load('other')).toEqual({ snapshots: [], damaged: 0 });
    });

    it('leaves out and counts what is damaged at any place', async () => {
      const store = openSnapshotFiles(directory.path, { gzip });
      await store.save(snapshot(1));
      await store.save(snapshot(2));
      const path = join(directory.path, 'run-1', files()[1] ?? '');
      const whole = readFileSync(path);
      for (let offset = 0; offset < whole.length; offset += 1 + Math.floor(whole.length / 60)) {
        const bytes = Buffer.from(whole);
        bytes.writeUInt8(bytes.readUInt8(offset) ^ 0x40, offset);
        writeFileSync(path, bytes);
        const { snapshots, damaged } = await store.load('run-1');
        // A few bits of a gzip header mean nothing: then the content is what was written.
        if (damaged === 0) expect(snapshots[0]).toEqual(snapshot(2));
        else expect(snapshots).toEqual([snapshot(1)]);
        if (!gzip) expect(damaged).toBe(1);
      }
      truncateSync(path, 70);
      expect((await store.load('run-1')).damaged).toBe(1);
      truncateSync(path, 0);
      expect((await store.load('run-1')).damaged).toBe(1);
    });

    it('does not take the snapshot of another run, and clears unfinished writes', async () => {
      const store = openSnapshotFiles(directory.path, { gzip });
      await store.save({ ...snapshot(7), runId: 'run-2' });
      await store.save(snapshot(1));
      const [name = ''] = readdirSync(join(directory.path, 'run-2'));
      const foreign = readFileSync(join(directory.path, 'run-2', name));
      writeFileSync(join(directory.path, 'run-1', name), foreign);
      expect(await store.load('run-1')).toMatchObject({ snapshots: [{ seq: 1 }], damaged: 1 });
      writeFileSync(join(directory.path, 'run-1', `${name}.x.tmp`), '');
      await store.save(snapshot(8));
      expect(files().filter((file) => file.endsWith('.tmp'))).toEqual([]);
    });
  });
}
