import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DependencyError } from '../../../src/operator-error.js';
import { entries, entry, openLog, segmentPaths, seqs, temporaryDirectory } from './log-on-disk.js';

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  directory.remove();
});

async function written(last: number, segmentBytesMax?: number): Promise<readonly string[]> {
  const log = openLog(directory.path, segmentBytesMax === undefined ? {} : { segmentBytesMax });
  for (const one of entries(1, last)) await log.append('s', [one]);
  await log.close();
  return segmentPaths(directory.path, 's');
}

function flip(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8((bytes[offset] ?? 0) ^ 0x10, offset);
  writeFileSync(path, bytes);
}

const RECORD_BYTES = 20 + JSON.stringify(entry(1).fields).length;

describe('torn tail', () => {
  it('is cut off at every byte of the last record, counted, kept aside, and overwritten', async () => {
    const [path = ''] = await written(5);
    const whole = readFileSync(path);
    for (let lost = 1; lost < RECORD_BYTES; lost += 1) {
      writeFileSync(path, whole.subarray(0, whole.length - lost));
      const log = openLog(directory.path);
      expect(seqs(await log.read('s', null, 10))).toEqual([1, 2, 3, 4]);
      expect((await log.info('s'))?.tornBytes).toBe(RECORD_BYTES - lost);
      expect(statSync(path).size).toBe(whole.length - RECORD_BYTES);
      await log.append('s', [entry(5)]);
      await log.close();
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
    const torn = readdirSync(dirname(path)).filter((name) => name.endsWith('.torn'));
    expect(torn).toHaveLength(1);
  });

  it('of zeros or of garbage is a torn tail too', async () => {
    const [path = ''] = await written(3);
    for (const rest of [Buffer.alloc(9_000), Buffer.alloc(300, 0xfe)]) {
      appendFileSync(path, rest);
      const log = openLog(directory.path);
      expect((await log.info('s'))?.tornBytes).toBe(rest.length);
      expect(seqs(await log.tail('s', 10))).toEqual([1, 2, 3]);
      await log.close();
    }
  });

  it('keeps at most four torn files', async () => {
    const [path = ''] = await written(20);
    for (let round = 0; round < 8; round += 1) {
      truncateSync(path, statSync(path).size - 3);
      const log = openLog(directory.path);
      await log.list();
      await log.close();
    }
    const torn = readdirSync(dirname(path)).filter((name) => name.endsWith('.torn'));
    expect(torn).toHaveLength(4);
  });

  it('that took the header of a new segment leaves the older ones and the counters', async () => {
    const paths = await written(30, 300);
    const newest = paths.at(-1) ?? '';
    const [before = 0] = seqs(await readAll(newest));
    truncateSync(newest, 31);
    const log = openLog(directory.path, { segmentBytesMax: 300 });
    expect((await log.info('s'))?.entriesAdded).toBe(before - 1);
    expect(existsSync(newest)).toBe(false);
    expect(await log.append('s', entries(before, 40))).toBe(41 - before);
    expect(seqs(await log.read('s', null, 100))).toEqual(seqs(entries(1, 40)));
    await log.close();
  });

  async function readAll(path: string) {
    const log = openLog(directory.path);
    const first = Number(/(\d+)-\d+\.seg$/.exec(path)?.[1]);
    const found = await log.read('s', { seq: first - 1, ord: 0 }, 100);
    await log.close();
    return found;
  }
});

describe('damage in the middle', () => {
  it('of any byte of any record but the last stops the opening and names file and offset', async () => {
    const [path = ''] = await written(4);
    const whole = readFileSync(path);
    for (let offset = 32; offset < whole.length - RECORD_BYTES; offset += 1) {
      writeFileSync(path, whole);
      flip(path, offset);
      const log = openLog(directory.path);
      const at = 32 + Math.floor((offset - 32) / RECORD_BYTES) * RECORD_BYTES;
      await expect(log.read('s', null, 10)).rejects.toThrow(
        `"${path}": a record is damaged at offset ${at}`,
      );
      await expect(log.append('s', [entry(9)])).rejects.toBeInstanceOf(DependencyError);
      await log.close();
      expect(statSync(path).size).toBe(whole.length);
    }
  });

  it('of the header stops the opening', async () => {
    const [path = ''] = await written(4);
    for (let offset = 0; offset < 32; offset += 1) {
      flip(path, offset);
      const log = openLog(directory.path);
      await expect(log.info('s')).rejects.toThrow(`"${path}": the header is damaged at offset 0`);
      await log.close();
      flip(path, offset);
    }
  });

  it('of an older segment fails the read that comes there, and no other', async () => {
    const paths = await written(60, 400);
    flip(paths[1] ?? '', 60);
    const log = openLog(directory.path, { segmentBytesMax: 400 });
    expect(seqs(await log.tail('s', 3))).toEqual([58, 59, 60]);
    const firstCount = Number(/(\d+)-\d+\.seg$/.exec(paths[1] ?? '')?.[1]) - 1;
    expect(await log.read('s', null, firstCount)).toHaveLength(firstCount);
    await expect(log.read('s', null, 60)).rejects.toThrow(`"${paths[1] ?? ''}": a record is`);
    await log.close();
  });

  it('notices an older segment that lost whole records at its end', async () => {
    const paths = await written(60, 400);
    truncateSync(paths[1] ?? '', statSync(paths[1] ?? '').size - RECORD_BYTES - 1);
    const log = openLog(directory.path, { segmentBytesMax: 400 });
    await expect(log.read('s', null, 60)).rejects.toThrow('entries are missing');
    await log.close();
  });

  it('notices a segment in the wrong place', async () => {
    const paths = await written(60, 400);
    copyFileSync(paths[0] ?? '', paths[1] ?? '');
    const log = openLog(directory.path, { segmentBytesMax: 400 });
    await expect(log.read('s', null, 60)).rejects.toBeInstanceOf(DependencyError);
    await log.close();
  });
});

describe('a reader in another process', () => {
  it('sees each batch, passes over a half-written record and takes it when it is whole', async () => {
    const writer = openLog(directory.path, { segmentBytesMax: 500 });
    const reader = openLog(directory.path, { readOnly: true });
    expect(await reader.info('s')).toBeNull();
    for (let seq = 1; seq <= 40; seq += 1) {
      await writer.append('s', [entry(seq)], { lengthMax: 24 });
      expect(seqs(await reader.tail('s', 2))).toEqual(seq === 1 ? [1] : [seq - 1, seq]);
    }
    const path = segmentPaths(directory.path, 's').at(-1) ?? '';
    const size = statSync(path).size;
    await writer.append('s', [entry(41)], { lengthMax: 24 });
    const whole = readFileSync(path);
    truncateSync(path, size + 25);
    expect((await reader.info('s'))?.lastId?.seq).toBe(40);
    expect(statSync(path).size).toBe(size + 25);
    writeFileSync(path, whole);
    expect((await reader.info('s'))?.lastId?.seq).toBe(41);
    expect((await reader.info('s'))?.entriesAdded).toBe(41);
    await reader.close();
    await writer.close();
  });

  it('looks again when a batch that it saw was taken back and replaced', async () => {
    const writer = openLog(directory.path);
    await writer.append('s', entries(1, 3));
    await writer.close();
    const [path = ''] = segmentPaths(directory.path, 's');
    const three = readFileSync(path);
    const reader = openLog(directory.path, { readOnly: true });
    expect(seqs(await reader.read('s', null, 10))).toEqual([1, 2, 3]);
    const other = openLog(directory.path);
    writeFileSync(path, three.subarray(0, three.length - RECORD_BYTES));
    await other.append('s', entries(7, 9, 'something longer'));
    expect(seqs(await reader.read('s', null, 10))).toEqual([1, 2, 7, 8, 9]);
    await reader.close();
    await other.close();
  });

  it('finds damage as the writer does', async () => {
    const [path = ''] = await written(4);
    flip(path, 40);
    const reader = openLog(directory.path, { readOnly: true });
    await expect(reader.list()).rejects.toThrow('a record is damaged at offset 32');
    await reader.close();
  });
});

describe('bounds', () => {
  it('keeps at most 32 files open however many streams are written', async () => {
    const log = openLog(directory.path);
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const before = process.platform === 'linux' ? openFiles() : 0;
    for (let stream = 0; stream < 100; stream += 1) {
      await log.append(`s${stream}`, entries(1, 3));
      await log.append(`s${stream % 7}`, [entry(10 + stream)]);
    }
    if (process.platform === 'linux') expect(openFiles() - before).toBeLessThanOrEqual(32);
    await log.sync('s50');
    await log.append('s50', [entry(200)]);
    expect(seqs(await log.read('s50', null, 10))).toEqual([1, 2, 3, 200]);
    await log.close();
    if (process.platform === 'linux') expect(openFiles()).toBe(before);
  });
});
