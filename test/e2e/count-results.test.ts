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
  const finished = await runCdb(['results.json', 'none.json', ...steps], { cwd, script });
  expect(finished.stdout.split('\n').at(-2)).toBe(line);
  expect(finished.status).toBe(status);
});

const failedOnce = (title: string) => ({
  ...{ fullName: title, failureMessages: [`${title} said no`] },
});
const file = (name: string, tests: object) => ({
  ...{ name, status: 'failed', assertionResults: [tests] },
});
const SLOW = { ...failedOnce('is slow'), status: 'failed' };
const BROKEN = { ...failedOnce('is broken'), status: 'failed' };

test.each([
  ['passes then', SLOW, 'passed', 'test passed at the second try only', '6 passed, 0 failed', 0],
  ['fails again', BROKEN, 'failed', 'test failed', '5 passed, 1 failed', 1],
])('count-results names a test that %s', async (_, failed, status, words, line, code) => {
  const name = 'test/e2e/a.test.ts';
  const first = { ...GREEN, numFailedTests: 1, testResults: [file(name, failed)] };
  const again = { ...GREEN, testResults: [file(name, { ...failed, status })] };
  writeFileSync(join(cwd, 'results.json'), JSON.stringify(first));
  writeFileSync(join(cwd, 'second.json'), JSON.stringify(again));
  const finished = await runCdb(['results.json', 'second.json', 'tests'], { cwd, script });
  expect(finished.stdout).toContain(`${words}: ${name}: ${failed.fullName}`);
  expect(finished.stdout.split('\n').at(-2)).toBe(line);
  expect(finished.status).toBe(code);
});

test.each([
  ['a file with real parts', ['test/e2e/a.test.ts'], ['test/e2e/a.test.ts']],
  ['a unit test, never', ['test/e2e/a.test.ts', 'test/unit/b.test.ts'], []],
  [
    'much, never',
    ['e2e', 'chaos', 'integration', 'contract'].map((n) => `test/${n}/a.test.ts`),
    [],
  ],
])('a second try is for %s', async (_, names, expected) => {
  const testResults = names.map((name) => file(join(cwd, name), SLOW));
  writeFileSync(join(cwd, 'results.json'), JSON.stringify({ ...GREEN, testResults }));
  const again = join(script, '../files-to-try-again.mjs');
  const { stdout } = await runCdb(['results.json'], { cwd, script: again });
  expect(stdout.split('\n').filter((line) => line !== '')).toEqual(expected);
});

test('count-results fails without results, and says what was left out', async () => {
  const missing = await runCdb(['gone.json'], { cwd, script });
  expect(missing.stdout).toMatch(/^no test results: .*\n0 passed, 0 failed\n$/);
  expect(missing.status).toBe(1);
  writeFileSync(join(cwd, 'results.json'), JSON.stringify({ ...GREEN, numPendingTests: 3 }));
  const { stdout } = await runCdb(['results.json'], { cwd, script });
  expect(stdout).toContain('LEFT OUT: 3 tests');
});
