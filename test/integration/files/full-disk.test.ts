import { openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileFault } from '../../../src/adapters/files/file-fault.js';
import { latchPlace } from '../../../src/adapters/files/latch-file.js';
import {
  prepareStateDirectory,
  stateDirectory,
} from '../../../src/adapters/files/state-directory.js';
import { initialRecord } from '../../../src/engine/control/register.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { entries, openLog, seqs } from './log-on-disk.js';
import { type SmallDisk, smallDisk } from './small-disk.js';

const TRADING = initialRecord({ mode: 'paper', operator: 'ops', atMs: 1_000 });
const HALTED: ControlRecord = { ...TRADING, level: 'HALTED', epoch: 2, previousLevel: 'TRADING' };

let disk: SmallDisk | null;
beforeEach(() => {
  disk = smallDisk();
});
afterEach(() => disk?.remove());

/** Where no disk can be mounted, the device that is always full shows at least the words. */
function showWordsOnly(): void {
  let fault: unknown;
  try {
    writeSync(openSync('/dev/full', 'w'), 'x');
  } catch (caught) {
    fault = caught;
  }
  expect(fileFault('Cannot append to "x"', fault).message).toContain('the disk is full (ENOSPC)');
}

describe('full disk', () => {
  it('fails the append with words, keeps the log good, and takes the batch later', async () => {
    if (disk === null) {
      showWordsOnly();
      return;
    }
    const log = openLog(disk.path, { segmentBytesMax: 64 * 1024 });
    await log.append('s', entries(1, 10));
    disk.fill();
    const big = entries(11, 200, 'x'.repeat(500));
    await expect(log.append('s', big)).rejects.toMatchObject({
      name: 'DependencyError',
      retryable: true,
      message: expect.stringMatching(
        /^Cannot append to ".*\/s": the disk is full \(ENOSPC\); free/,
      ),
    });
    const held = (await log.info('s'))?.length ?? 0;
    expect(seqs(await log.read('s', null, 1_000))).toEqual(seqs(entries(1, held)));
    const reader = openLog(disk.path, { readOnly: true });
    expect((await reader.info('s'))?.length).toBe(held);
    await expect(log.append('new', big)).rejects.toThrow('the disk is full');
    disk.free();
    expect(await log.append('s', big)).toBe(200 - held);
    await log.sync('s');
    await log.close();
    const again = openLog(disk.path);
    expect(seqs(await again.read('s', null, 1_000))).toEqual(seqs(entries(1, 200)));
    expect((await again.info('s'))?.tornBytes).toBe(0);
    await again.close();
  });

  it('still takes a halt record, from the reserve, and then a release from it', () => {
    if (disk === null) {
      showWordsOnly();
      return;
    }
    const latch = latchPlace(join(disk.path, 'control.json'));
    latch.write(TRADING);
    disk.fill();
    expect(latch.stop(HALTED)).toEqual({ how: 'record', level: 'HALTED', failures: [] });
    expect(latch.read()).toEqual({ state: 'present', record: HALTED });
  });

  it('halts by a marker when there is no reserve either, until a release', () => {
    if (disk === null) {
      showWordsOnly();
      return;
    }
    const latch = latchPlace(join(disk.path, 'control.json'));
    latch.write(TRADING);
    rmSync(join(disk.path, 'control.reserve'));
    disk.fill();
    const outcome = latch.stop({ ...HALTED, level: 'REDUCING' });
    expect(outcome).toEqual({ how: 'marker', level: 'HALTED', failures: ['record: ENOSPC'] });
    expect(latch.read()).toMatchObject({ state: 'unreadable' });
    disk.free();
    latch.write({ ...TRADING, epoch: 3 });
    expect(latch.read()).toMatchObject({ state: 'present', record: { epoch: 3 } });
    expect(readdirSync(disk.path).sort()).toEqual(['control.json', 'control.reserve']);
  });

  it('is found when the state directory is prepared', () => {
    if (disk === null) {
      showWordsOnly();
      return;
    }
    const state = stateDirectory(join(disk.path, 'state'));
    prepareStateDirectory(state);
    disk.fill();
    expect(() => {
      prepareStateDirectory(state);
    }).toThrow(expect.objectContaining({ code: 'CDB-E0201', why: 'the disk is full' }));
  });
});
