import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeCrashFile } from '../../../src/main/crash-file.js';

let stateDir = '';
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'cdb-crash-test-'));
});
afterEach(() => {
  rmSync(stateDir, { recursive: true });
});

function crash(atMs: number, fault: unknown = new Error('boom')) {
  return { fault, args: ['run'], build: '1', atMs, pid: 42 };
}

describe('writeCrashFile', () => {
  test('is bounded, private, and masks secrets', () => {
    const fault = new Error(`redis://a:hush@b ${'ü'.repeat(200_000)}`);
    const path = writeCrashFile(stateDir, crash(0, fault)) ?? '';
    expect(statSync(path).size).toBeLessThanOrEqual(64 * 1024);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain('redis://a:***@b');
  });

  test('keeps the newest ten and nothing but its own files', () => {
    mkdirSync(join(stateDir, 'logs'));
    writeFileSync(join(stateDir, 'logs/engine.log'), '');
    for (let n = 0; n < 12; n += 1) writeCrashFile(stateDir, crash(n * 1_000));
    const files = readdirSync(join(stateDir, 'logs')).sort();
    expect(files).toHaveLength(11);
    expect(files[0]).toContain('1970-01-01T00-00-02');
    expect(files).toContain('engine.log');
  });

  test('falls back to the temporary directory', () => {
    writeFileSync(join(stateDir, 'logs'), 'not a folder');
    const path = writeCrashFile(stateDir, crash(Date.now())) ?? '';
    expect(path.startsWith(tmpdir())).toBe(true);
    expect(path.startsWith(stateDir)).toBe(false);
    rmSync(path);
  });

  test('creates no state directory', () => {
    const path = writeCrashFile(join(stateDir, 'gone'), crash(Date.now())) ?? '';
    expect(readdirSync(stateDir)).toEqual([]);
    rmSync(path);
  });
});
