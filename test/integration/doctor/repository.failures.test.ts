import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { complaints, ExaminedPlace } from './examined-place.js';
import { failure } from './failure.js';
import { fakeGh, type GhAnswers } from './fake-gh.js';

const GROUPS = ['repository', 'ci'] as const;
const CI = 'ci (Unit/Integration + Lint gesammelt)';

let place: ExaminedPlace;
beforeEach(() => {
  place = new ExaminedPlace();
  git('init', '--quiet', '--initial-branch=main');
  place.write('.gitignore', 'bin/\n.cdb/\n');
  place.write('.github/workflows/ci.yml', workflow('CI', CI));
  place.write('.github/workflows/policy.yml', workflow('Policy', 'policy-gate'));
  place.write('cdb.yaml', { doctor: { protection: 'protection.json' } });
  place.write('protection.json', BASELINE);
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
});
afterEach(() => {
  place.end();
});

function git(...args: readonly string[]): void {
  const by = ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', place.directory, ...by, ...args], { stdio: 'pipe' });
}

function workflow(name: string, job: string, more = ''): string {
  return `name: ${name}\non: [push]\njobs:\n  main:\n    name: ${job}\n    runs-on: x\n${more}    steps: []\n`;
}

const BASELINE = {
  required_status_checks: { strict: true, contexts: ['policy-gate', CI] },
  enforce_admins: true,
  required_pull_request_reviews: {
    dismiss_stale_reviews: true,
    require_code_owner_reviews: true,
    required_approving_review_count: 0,
  },
  restrictions: null,
  required_linear_history: true,
  required_conversation_resolution: true,
  allow_force_pushes: false,
  allow_deletions: false,
};

const API = 'https://api.github.com/repos/o/r/branches/main/protection';
const PROTECTED = {
  url: API,
  required_status_checks: {
    url: `${API}/required_status_checks`,
    strict: true,
    contexts: [CI, 'policy-gate'],
    contexts_url: `${API}/required_status_checks/contexts`,
    checks: [
      { context: CI, app_id: 15368 },
      { context: 'policy-gate', app_id: 15368 },
    ],
  },
  required_pull_request_reviews: {
    url: `${API}/required_pull_request_reviews`,
    dismiss_stale_reviews: true,
    require_code_owner_reviews: true,
    require_last_push_approval: false,
    required_approving_review_count: 0,
  },
  required_signatures: { url: `${API}/required_signatures`, enabled: false },
  enforce_admins: { url: `${API}/enforce_admins`, enabled: true },
  required_linear_history: { enabled: true },
  allow_force_pushes: { enabled: false },
  allow_deletions: { enabled: false },
  required_conversation_resolution: { enabled: true },
};

function run(workflowName: string, conclusion: string, databaseId: number, headBranch = 'main') {
  const createdAt = '2026-02-09T03:38:00Z';
  return { workflowName, conclusion, databaseId, headBranch, createdAt, status: 'completed' };
}

function job(name: string, conclusion: string, steps: Readonly<Record<string, string>>) {
  const all = { 'Set up job': 'success', ...steps, 'Complete job': 'success' };
  return {
    name,
    conclusion,
    steps: Object.entries(all).map(([step, result]) => ({ name: step, conclusion: result })),
  };
}

const GREEN = { jobs: [job(CI, 'success', { Checkout: 'success', 'Run tests': 'success' })] };

const WELL: GhAnswers = {
  'run list': [run('CI', 'success', 7), run('Policy', 'success', 6)],
  'run view 7': GREEN,
  'run view 6': { jobs: [job('policy-gate', 'success', { 'Check gate': 'success' })] },
  'issue list': [
    {
      number: 792,
      title: 'LR-050 - P5 Canary Execution Checklist',
      labels: [{ name: 'prio:must' }],
    },
    { number: 3, title: 'A typing error', labels: [] },
  ],
  'api repos/': PROTECTED,
};

function findings(answers: GhAnswers, options: Readonly<Record<string, boolean>> = {}) {
  const PATH = fakeGh(place.directory, { ...WELL, ...answers });
  return place.findings(GROUPS, { env: { PATH }, options });
}

describe('repository and CI', () => {
  it('raise no false alarm', async () => {
    place.write('ci.txt', 'Tests  254 passed (254)\nthreshold 254\n');
    git('add', '.');
    git('commit', '--quiet', '--message', 'second');
    const PATH = fakeGh(place.directory, WELL);
    const env = { PATH, CDB_DOCTOR_GATE_OUTPUT: 'ci.txt' };
    const found = await place.findings(GROUPS, { env });
    expect(complaints(found)).toEqual([]);
    expect(Object.values(found).map(({ id, status }) => `${status} ${id}`)).toEqual(
      Object.keys(found).map((id) => `OK ${id}`),
    );
    expect(found['ci.open_issues']?.says).toBe(
      '1 of 2 open issues are of live readiness or governance: #792',
    );
    expect(found['repository.state']?.figures).toMatchObject({ branch: 'main', untracked: 0 });
  });

  it('tells untracked files without an alarm, and changed ones with a warning', async () => {
    for (let at = 0; at < 56; at += 1) place.write(`untracked-${at}`, 'x');
    const found = await findings({});
    expect(found['repository.state']).toMatchObject({ status: 'OK', figures: { untracked: 56 } });
    place.write('protection.json', '{}');
    const changed = await findings({});
    expect(changed['repository.state']).toMatchObject({
      ...{ status: 'WARN', level: 'P3', figures: { changed: 1, untracked: 56 } },
    });
  });

  it('warns of failed dependency updates, four of five', async () => {
    const { 'ci.recent_runs': found } = await findings({
      'run list': [
        run('docker in /infrastructure - Update', 'failure', 5),
        run('docker in /. - Update', 'failure', 4),
        run('github_actions in /. - Update', 'failure', 3),
        run('pip in /.worktrees_backup - Update', 'failure', 2),
        run('Automatic Dependency Submission', 'success', 1),
      ],
    });
    expect(found).toMatchObject({
      ...{ status: 'WARN', level: 'P2' },
      figures: { runs: 5, failed: 4, dependency_updates: 4, gate_failed: 0 },
    });
    expect(found?.says).toContain('4 of 5 newest runs failed');
  });

  it('fails where the newest run of a gate on the branch failed', async () => {
    const list = [
      run('CI', 'success', 9, 'topic'),
      run('CI', 'failure', 8),
      run('CI', 'success', 7),
    ];
    const { 'ci.recent_runs': found } = await findings({ 'run list': list, 'run view': GREEN });
    expect(found).toMatchObject({
      ...{ status: 'FAIL', level: 'P1', figures: { gate_failed: 1 } },
      remedy: { command: 'gh run view 8 --log-failed' },
    });
    const mended = { 'run list': [run('CI', 'success', 9), ...list], 'run view': GREEN };
    expect((await findings(mended))['ci.recent_runs']?.status).toBe('WARN');
  });

  failure(38, 'the branch is not protected', async () => {
    const why = 'gh: Branch not protected (HTTP 404)';
    const { 'ci.branch_protection': found } = await findings({ 'api repos/': why });
    expect(found).toMatchObject({
      ...{ status: 'FAIL', level: 'P1' },
      says: `branch main is not protected: ${why}`,
    });
  });

  failure(38, 'the protection drifts, and a required check was renamed', async () => {
    const contexts = ['policy-gate', 'ci (old name)'];
    const checks = contexts.map((context) => ({ context, app_id: 15368 }));
    const drifted = {
      ...PROTECTED,
      enforce_admins: { enabled: false },
      allow_force_pushes: { enabled: true },
      required_status_checks: { strict: true, contexts, checks },
    };
    const found = await findings({ 'api repos/': drifted });
    const { 'ci.branch_protection': protection, 'ci.required_checks': required } = found;
    expect(protection).toMatchObject({ status: 'FAIL', level: 'P1', figures: { differences: 3 } });
    expect(protection?.says).toContain('enforce_admins is off, expected true');
    expect(protection?.says).toContain('allow_force_pushes is true, expected off');
    expect(protection?.says).toContain('required_status_checks.contexts');
    expect(required).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(required?.says).toContain('"ci (old name)" is required, and no job has that name');
  });

  failure(37, 'a gate is green because it was skipped', async () => {
    const skipped = { jobs: [job(CI, 'skipped', {})] };
    const { 'ci.gate_ran': found } = await findings({ 'run view 7': skipped });
    expect(found).toMatchObject({ status: 'FAIL', level: 'P1', figures: { gates: 2, idle: 1 } });
    expect(found?.says).toContain(`CI: ${CI} skipped, 0 steps`);
    const argument = job(CI, 'success', { Checkout: 'success', 'Run tests': 'skipped' });
    const { 'ci.gate_ran': inactive } = await findings({ 'run view 7': { jobs: [argument] } });
    expect(inactive?.status).toBe('FAIL');
    expect(inactive?.says).toContain('skipped "Run tests"');
  });

  failure(37, 'a gate counts fewer tests than its threshold, or none', async () => {
    place.write('out/gate.txt', 'threshold: 254\n===== 161 passed, 2 skipped in 3.1s =====\n');
    place.write('out/other.txt', 'collected 0 items\n===== no tests ran in 0.01s =====\n');
    const found = await place.findings(GROUPS, { env: { CDB_DOCTOR_GATE_OUTPUT: 'out' } });
    expect(found['ci.gate_counts']).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found['ci.gate_counts']?.says).toContain('161 passed tests, its threshold is 254');
    expect(found['ci.gate_counts']?.says).toContain('other.txt counted 0 tests');
  });

  failure(37, 'a gate cannot fail', async () => {
    const text = workflow('CI', CI, '    continue-on-error: true\n');
    place.write('.github/workflows/ci.yml', text);
    const { 'ci.required_checks': found } = await findings({}, { offline: true });
    expect(found).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found?.says).toContain('cannot fail: continue-on-error: true');
  });

  it('are not examined offline, without gh, or without a login, and say so', async () => {
    const offline = await findings({}, { offline: true });
    expect(offline['ci.recent_runs']?.says).toBe('not examined: left out by --offline');
    expect(offline['ci.branch_protection']?.status).toBe('SKIP');
    const login = 'To get started with GitHub CLI, please run:  gh auth login';
    const stranger = await findings({ 'run list': login });
    expect(stranger['ci.recent_runs']?.says).toBe('not examined: gh is not logged in');
    const none = await place.findings(GROUPS, { env: { PATH: '/nowhere' } });
    expect(none['repository.state']?.says).toBe('not examined: there is no program "git"');
    expect(complaints(none)).toEqual([]);
  });

  it('judge no gate whose jobs nobody tells', async () => {
    const gone = { 'run view 7': 'gh: Not Found (HTTP 404)' };
    const { 'ci.gate_ran': found } = await findings(gone);
    expect(found).toMatchObject({ status: 'OK', figures: { gates: 1 } });
  });

  it('do not take a directory that is not there for a program that is not there', async () => {
    const gone = join(place.directory, 'gone');
    const found = await place.findings(GROUPS, { env: { CDB_DOCTOR_REPOSITORY: gone } });
    expect(found['repository.state']?.status).toBe('CRASH');
    expect(found['repository.state']?.says).toContain(`"${gone}" is no directory`);
  });

  it('take an answer that cannot be used for unknown', async () => {
    const found = await findings({ 'api repos/': 'gh: Bad gateway (HTTP 502)' });
    expect(found['ci.branch_protection']?.status).toBe('CRASH');
  });
});
