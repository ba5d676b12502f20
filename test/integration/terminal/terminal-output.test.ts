import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TerminalOutput } from '../../../src/main/dashboard/terminal-output.js';

let folder: string;
let reader: number;
let output: TerminalOutput;
let gone: number;

// A pipe that takes no more is, to its writer, a terminal that stands still.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdb-output-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  output = new TerminalOutput(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  gone = 0;
  output.onGone = () => (gone += 1);
});
afterEach(() => {
  output.close();
  if (reader !== -1) closeSync(reader);
  rmSync(folder, { recursive: true });
});

function read(): string {
  const bytes = Buffer.alloc(1024 * 1024);
  try {
    return bytes.toString('utf8', 0, readSync(reader, bytes));
  } catch {
    return '';
  }
}

const POLL = { interval: 5, timeout: 20_000 };
const MUCH = 'x'.repeat(200_000);

describe('TerminalOutput', () => {
  test('says when the terminal takes no more, does not wait for it, and when it does again', async () => {
    let drained = 0;
    output.onDrained(() => (drained += 1));
    expect(output.write('a')).toBe(true);
    expect(output.write(MUCH)).toBe(false);
    let text = '';
    await expect
      .poll(() => {
        text += read();
        return drained;
      }, POLL)
      .toBe(1);
    expect(text + read()).toBe(`a${MUCH}`);
    expect(output.write('b')).toBe(true);
    expect(read()).toBe('b');
  });

  test('gives up what waits for what must be written now', async () => {
    let drained = 0;
    output.onDrained(() => (drained += 1));
    output.write(MUCH);
    const taken = read();
    output.writeNow('END');
    // Whoever waited for it would wait for ever.
    expect(drained).toBe(1);
    expect(read()).toBe('END');
    expect(taken.length).toBeLessThan(MUCH.length);
  });

  test('does not wait for ever at the end', () => {
    output.write(MUCH);
    output.writeNow('END');
    expect(gone).toBe(0);
  });

  test('bounds what waits', async () => {
    for (let n = 0; n < 100; n += 1) output.write(MUCH);
    let text = '';
    await expect
      .poll(() => {
        text += read();
        return text.length;
      }, POLL)
      .toBeGreaterThanOrEqual(4_000_000);
    expect(text.length).toBeLessThan(4_300_000);
  });

  test('tells once that nobody is there any more, and takes what comes then', async () => {
    closeSync(reader);
    reader = -1;
    expect(output.write('a')).toBe(true);
    expect(output.write('b')).toBe(true);
    output.writeNow('END');
    await expect.poll(() => gone, POLL).toBe(1);
  });
});
