import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCdb } from './run-cdb.js';

const script = join(import.meta.dirname, '../../.ci/count-results.mjs');

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-count-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const GREEN = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, testResults: [] };
const UNLOADABLE = { name: 'a.test.ts', status: 'failed', message: 'x', assertionResults: [] };

test.each([
  ['all passed', GREEN, [], '5 passed, 0 failed', 0],
  ['a test failed', { ...GREEN, numFailedTests: 2 }, ['tests'], '5 passed, 2 failed', 1],
  ['a file did not load', { ...GREEN, testResults: [UNLOADABLE] }, [], '5 passed, 1 failed', 1],
  ['nothing ran', { ...GREEN, numPassedTests: 0 }, [], '0 passed, 0 failed', 1],
  ['the runner broke', GREEN, ['tests'], '5 passed, 1 failed', 1],
  ['a step failed', GREEN, ['first run', 'check'], '5 passed, 2 failed', 1],
])('count-results when %s', async (_, results, steps, line, status) => {
  writeFileSync(join(cwd, 'results.json'), JSON.stringify(results));
  const finished = await runCdb(['results.json', ...steps], { cwd, script });
  expect(finished.stdout.split('\n').at(-2)).toBe(line);
  expect(finished.status).toBe(status);
});

test('count-results fails without results, and says what was left out', async () => {
  const missing = await runCdb(['gone.json'], { cwd, script });
  expect(missing.stdout).toMatch(/^no test results: .*\n0 passed, 0 failed\n$/);
  expect(missing.status).toBe(1);
  writeFileSync(join(cwd, 'results.json'), JSON.stringify({ ...GREEN, numPendingTests: 3 }));
  const { stdout } = await runCdb(['results.json'], { cwd, script });
  expect(stdout).toContain('LEFT OUT: 3 tests');
});
