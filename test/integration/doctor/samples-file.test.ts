import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addSampleLine, readSampleLines } from '../../../src/adapters/doctor/samples-file.js';
import { keptSamples, sampleLine } from '../../../src/main/doctor/pipeline/kept-samples.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdb-samples-'));
  path = join(directory, 'reports', 'samples.jsonl');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const HOUR_MS = 3_600_000;
const NOW_MS = 100 * HOUR_MS;
const line = (atMs: number, value = 1) =>
  sampleLine({
    atMs,
    counters: {
      a: { value, sinceMs: 7, isCapped: true },
      b: { value: Number.NaN, sinceMs: null, isCapped: false },
    },
  });

describe('looks that are kept', () => {
  it('come back as they were, but for what is torn, too old, of the future or no number', () => {
    addSampleLine(path, line(NOW_MS - 2 * HOUR_MS));
    addSampleLine(path, line(NOW_MS - HOUR_MS / 2));
    appendFileSync(path, '{"v":1,"at":');
    addSampleLine(path, line(NOW_MS - HOUR_MS / 4));
    addSampleLine(path, '{"v":2,"at":1,"c":{}}');
    addSampleLine(path, line(NOW_MS + 1));
    const kept = keptSamples(readSampleLines(path), NOW_MS, HOUR_MS);
    expect(kept.map(({ atMs }) => atMs)).toEqual([NOW_MS - HOUR_MS / 2, NOW_MS - HOUR_MS / 4]);
    expect(kept[0]?.counters).toEqual({ a: { value: 1, sinceMs: 7, isCapped: true } });
    expect(kept[0]?.isKept).toBe(true);
  });

  it('never fill the disk, and the newest stay', () => {
    const long = 'x'.repeat(1_000);
    for (let at = 0; at < 3_000; at += 1) {
      addSampleLine(path, JSON.stringify({ v: 1, at, c: {}, long }));
    }
    const names = readdirSync(join(directory, 'reports'));
    const bytes = names.map((name) => statSync(join(directory, 'reports', name)).size);
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(1024 * 1024);
    expect(keptSamples(readSampleLines(path), 3_000, 3_000).at(-1)?.atMs).toBe(2_999);
  });

  it('are none where the place is no file, and nothing fails', () => {
    writeFileSync(join(directory, 'reports'), 'in the way');
    expect(readSampleLines(path)).toEqual([]);
    addSampleLine(path, line(1));
    expect(readSampleLines(path)).toEqual([]);
  });
});
