import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGateOutput } from '../../../src/doctor/repository/gate-output.js';
import {
  protectionDifferences,
  requiredContexts,
} from '../../../src/doctor/repository/protection-paths.js';
import { couldBe } from '../../../src/doctor/repository/read-workflow.js';
import { findingOf, NOW_MS } from './readings.js';

describe('protectionDifferences', () => {
  it('takes no notice of order, of the form, or of what is off', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(names, fc.boolean(), fc.nat(3), (contexts, isOn, approvals) => {
        const reviews = { required_approving_review_count: approvals };
        const given = {
          required_status_checks: { strict: isOn, contexts },
          required_pull_request_reviews: reviews,
          enforce_admins: isOn,
        };
        const answered = {
          url: 'https://x',
          required_status_checks: {
            strict: isOn,
            contexts: [...contexts].reverse(),
            checks: contexts.map((context) => ({ context, app_id: null })),
          },
          required_pull_request_reviews: { ...reviews, require_last_push_approval: false },
          enforce_admins: { enabled: isOn, url: 'https://x' },
          required_signatures: { enabled: false },
        };
        expect(protectionDifferences(given, answered)).toEqual([]);
        const more = { ...answered, enforce_admins: { enabled: !isOn } };
        expect(protectionDifferences(given, more).map(({ path }) => path)).toEqual([
          'enforce_admins',
        ]);
      }),
    );
  });

  it('takes people and teams by their names, in any order', () => {
    const file = { restrictions: { users: ['a', 'b'], teams: ['t'] } };
    const users = [
      { login: 'b', id: 2 },
      { login: 'a', id: 1 },
    ];
    const answer = { restrictions: { users, teams: [{ slug: 't', name: 'T' }], apps: [] } };
    expect(protectionDifferences(file, answer)).toEqual([]);
    expect(protectionDifferences(file, { restrictions: { users, teams: [] } })).toEqual([
      { path: 'restrictions.teams', expected: '["t"]', live: 'off' },
    ]);
  });

  it('finds a check that was added or left out', () => {
    const one = { required_status_checks: { contexts: ['a'] } };
    const two = { required_status_checks: { checks: [{ context: 'a' }, { context: 'b' }] } };
    expect(protectionDifferences(one, two)).toEqual([
      { path: 'required_status_checks.contexts', expected: '["a"]', live: '["a","b"]' },
    ]);
    expect(protectionDifferences(one, {})).toHaveLength(1);
    expect(requiredContexts({})).toBeNull();
  });
});

describe('couldBe', () => {
  it.each([
    ['test', 'test', true],
    ['test', 'tests', false],
    ['test (${{ matrix.node }})', 'test (20)', true],
    ['test', 'test (20, linux)', true],
    ['call', 'call / inner', true],
    ['ci (Unit/Integration)', 'ci (Unit/Integration)', true],
  ])('%s is %s: %s', (name, context, is) => {
    expect(couldBe({ name, toothless: null }, context)).toBe(is);
  });
});

describe('readGateOutput', () => {
  it.each<[string, number | null, number | null]>([
    ['===== 161 passed, 3 failed in 2.10s =====', 161, null],
    [' Test Files  9 passed (9)\n      Tests  254 passed | 1 skipped (255)', 254, null],
    ['Tests:       5 failed, 42 passed, 47 total', 42, null],
    ['# tests 12\n# pass 12\n# fail 0', 12, null],
    ['Ran 7 tests in 0.1s\nOK', 7, null],
    ['collected 0 items', 0, null],
    ['No test files found, exiting with code 0', 0, null],
    ['minimum: 254\n161 passed', 161, 254],
    ['all is well', null, null],
  ])('%s', (text, passed, threshold) => {
    expect(readGateOutput('out', text)).toMatchObject({ passed, threshold });
  });
});

describe('ci.gate_counts', () => {
  it.each([
    [254, 254, 'OK'],
    [253, 254, 'FAIL'],
    [0, null, 'FAIL'],
    [null, null, 'FAIL'],
  ])('%s of %s is %s', async (passed, threshold, status) => {
    const gateOutput = [{ file: 'out', fault: null, passed, failed: null, threshold }];
    expect(await findingOf('ci.gate_counts', { gateOutput })).toMatchObject({ status });
  });
});

describe('ci.recent_runs', () => {
  it('knows the gate by its name where nothing else tells', async () => {
    const atMs = NOW_MS;
    const run = (workflow: string) => ({ workflow, status: 'failure', atMs });
    const statusOf = async (...names: readonly string[]) =>
      (await findingOf('ci.recent_runs', { ciRuns: names.map(run) })).status;
    expect(await statusOf('CI')).toBe('FAIL');
    expect(await statusOf('policy-gate')).toBe('FAIL');
    expect(await statusOf('pip in /. - Update', 'Dependabot tests')).toBe('WARN');
    expect(await statusOf('Pricing')).toBe('WARN');
  });
});
