import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  readGenerationLock,
  tryGenerationLock,
} from '../../../src/adapters/embedded/generation-lock.js';
import { identityOf } from '../../../src/adapters/process-identity.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdb-lock-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function writeRecord(generation: number, changes: object): void {
  const record = {
    ...identityOf(process.pid),
    owner: 'another',
    sinceMs: 1,
    released: false,
    details: {},
    ...changes,
  };
  writeFileSync(join(directory, String(generation)), JSON.stringify(record));
}

describe('tryGenerationLock', () => {
  it('has one owner until it is released', () => {
    const first = tryGenerationLock(directory, 'first', 5);
    expect(first).not.toBeNull();
    expect(tryGenerationLock(directory, 'second', 6)).toBeNull();
    expect(readGenerationLock(directory)).toMatchObject({ owner: 'first', sinceMs: 5 });
    first?.release();
    first?.release();
    expect(readGenerationLock(directory)).toBeNull();
    expect(tryGenerationLock(directory, 'second', 6)).not.toBeNull();
  });

  it.each([
    ['whose process is gone', { pid: 2 ** 22 + 1 }],
    ['whose pid was given to another process', { startedAt: '1' }],
    ['from before the machine restarted', { bootId: 'another boot' }],
    ['that was released', { released: true }],
  ])('takes over from an owner %s', (_words, changes) => {
    writeRecord(7, changes);
    expect(readGenerationLock(directory)).toBeNull();
    expect(tryGenerationLock(directory, 'next', 1)).not.toBeNull();
    expect(readdirSync(directory)).toEqual(['8']);
  });

  it('takes over a record that was damaged', () => {
    writeFileSync(join(directory, '3'), '{"pid":');
    expect(tryGenerationLock(directory, 'next', 1)).not.toBeNull();
  });

  it('never gives an old number away: the highest file stays after a release', () => {
    writeRecord(41, { released: true });
    tryGenerationLock(directory, 'next', 1)?.release();
    expect(readdirSync(directory)).toEqual(['42']);
  });

  it('publishes what others need to know, and forgets it on release', () => {
    const lock = tryGenerationLock(directory, 'owner', 1);
    lock?.update({ socketDir: '/somewhere' });
    expect(readGenerationLock(directory)?.details).toEqual({ socketDir: '/somewhere' });
    lock?.release();
    lock?.update({ socketDir: '/late' });
    expect(readFileSync(join(directory, '1'), 'utf8')).not.toContain('late');
  });
});
