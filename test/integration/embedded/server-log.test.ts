import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerLog } from '../../../src/adapters/embedded/server-log.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdb-log-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('ServerLog', () => {
  it('stays bounded: one file and the one before it', () => {
    const log = new ServerLog(join(directory, 'logs', 'postgres.log'));
    const chunk = Buffer.alloc(300_000, 'x');
    for (let count = 0; count < 20; count += 1) log.append(chunk);
    const files = readdirSync(join(directory, 'logs')).sort();
    expect(files).toEqual(['postgres.log', 'postgres.log.1']);
    for (const name of files) {
      expect(statSync(join(directory, 'logs', name)).size).toBeLessThanOrEqual(1_048_576);
    }
  });

  it('gives the last lines of this start only', () => {
    const log = new ServerLog(join(directory, 'postgres.log'));
    log.append(Buffer.from('old\n'));
    log.mark();
    log.append(Buffer.from('one\ntwo\nthree\n'));
    expect(log.tail(2)).toBe('two\nthree');
    expect(log.tail(9)).not.toContain('old');
  });

  it('goes on, and counts, when the file cannot be written', () => {
    const log = new ServerLog(join(directory, 'gone', 'postgres.log'));
    rmSync(join(directory, 'gone'), { recursive: true });
    log.append(Buffer.from('still here'));
    expect(log.lostBytes).toBe(10);
    expect(log.tail()).toBe('still here');
  });
});
