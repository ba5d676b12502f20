import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { decidedPlan } from '../fakes/canary-plan.js';
import { runCdb, type Finished } from './run-cdb.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-readiness-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const cdb = (...words: readonly string[]): Promise<Finished> => runCdb(words, { cwd });

function write(path: string, content: unknown): void {
  mkdirSync(join(cwd, dirname(path)), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(join(cwd, path), text);
}

const DAY_MS = 86_400_000;
const isoAgo = (ms: number) => new Date(Date.now() - ms).toISOString();

function shadowRun(folder: string, change: Readonly<Record<string, unknown>> = {}): void {
  write(`${folder}/evidence_index.json`, {
    ...{ shadow_blocked_total: 1, orders_filled: 0, orders_received: 1, orders_rejected: 1 },
    ...{ orders_approved: 0, orders_blocked: 12, signals_received: 12, total_exposure: 0 },
    ...{ has_live_data: true, zero_execution: true, zero_exposure: true, risk_blocked_all: true },
    ...{ soak_minutes: 1461.5, ended_at: isoAgo(60_000), run_id: 'somebody else says more' },
    ...change,
  });
  write(`${folder}/shadow_block_probe.json`, {
    order_result_found: true,
    order_result: { status: 'REJECTED', filled_quantity: 0.0 },
  });
  write(`${folder}/endpoints/execution_status.json`, { mode: 'mock' });
  write(`${folder}/endpoints/risk_status.json`, { risk_state: { circuit_breaker: false } });
}

function state(id: string, change: Readonly<Record<string, unknown>> = {}): void {
  write(
    `docs/lr/${id}-STATE.yaml`,
    stringify({
      ...{ spec_version: '1.0', task_id: id, task_title: `title of ${id}`, status: 'DONE' },
      ...{ completion_timestamp: isoAgo(DAY_MS), completion_author: 'ann' },
      ...{ blocked_reason_code: null, blocked_reason_text: null, blocked_since: null },
      ...{ evidence_file: 'docs/evidence.md', evidence_commit: 'b3a4fc0' },
      ...change,
    }),
  );
}

function stateFolder(...ids: readonly string[]): void {
  mkdirSync(join(cwd, '.git'));
  write('docs/evidence.md', 'evidence');
  const tasks = ids.map((id) => ({ task_id: id, task_title: `title of ${id}` }));
  write('docs/lr/LR-TASKS.yaml', stringify({ spec_version: '1.0', tasks }));
  for (const id of ids) state(id);
}

describe('cdb readiness', () => {
  it('is a NO-GO where nothing was ever proven, and makes nothing', async () => {
    const { status, stdout, stderr } = await cdb('readiness');
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^NOT READY 0\/13 {3}canary: NO-GO\n/);
    expect(stdout).toMatch(
      /^✗ MISSING +LR-K1 +kill-switch drill +no proof drill +cdb kill-switch drill --write$/m,
    );
    expect(stdout).not.toContain('PASS');
    const live = await cdb('readiness', '--for', 'live', '--json');
    expect(live.status).toBe(1);
    const { schema, data } = JSON.parse(live.stdout) as { schema: string; data: unknown };
    expect(schema).toBe('cdb.readiness/1');
    expect(data).toMatchObject({
      verdict: 'NO-GO',
      ready: false,
      passed: 0,
      total: 19,
      guard: null,
    });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('takes proofs and state files, explains an item, and says what it does not know', async () => {
    stateFolder('LR-001', 'LR-031');
    shadowRun('run');
    expect((await cdb('evaluate', 'shadow-compare', 'run', '--write')).status).toBe(0);
    const found = await cdb('readiness', '--state-files', 'docs/lr');
    expect(found.stdout).toMatch(/^NOT READY 2\/13/);
    expect(found.stdout).toMatch(/^✓ PASS +LR-001 .*DONE by ann, 24 h old \(valid 90 d\)$/m);
    expect(found.stdout).toMatch(
      /^✓ PASS +LR-031 .*12 metrics within their thresholds, .* old \(valid 14 d\)$/m,
    );
    expect(found.stdout).toMatch(/^✗ MISSING +LR-002 .*it is not in LR-TASKS.yaml/m);

    const one = await cdb('readiness', '--explain', 'lr-031');
    expect([one.status, one.stdout.split('\n')[0]]).toEqual([
      0,
      'LR-031   shadow metrics comparison   ✓ PASS',
    ]);
    const blocked = { completion_timestamp: null, completion_author: null, status: 'BLOCKED' };
    const why = { blocked_reason_code: 'RC_B300', blocked_reason_text: '\u001b[2Jwait' };
    state('LR-031', { ...blocked, ...why, blocked_since: isoAgo(0) });
    const stopped = await cdb('readiness', '--explain', 'LR-031', '--state-files', 'docs/lr');
    expect(stopped.status).toBe(1);
    expect(stopped.stdout).toContain('✗ BLOCKED');
    expect(stopped.stdout).not.toContain('\u001b[2J');

    const unknown = await cdb('readiness', '--explain', 'LR-032');
    expect(unknown.status).toBe(8);
    expect(unknown.stderr).toContain('CDB-E0735');
    expect(unknown.stderr).toContain('the nearest is LR-0');
    const wrong = await cdb('readiness', '--for', 'paper');
    expect(wrong.status).toBe(2);
  });

  it('feeds the conditions of a canary on a real venue', async () => {
    const plan = decidedPlan({ fromMs: Date.now() - 60_000 });
    write('canary-plan.yaml', stringify({ ...plan, venue: 'mexc' }));
    const before = await cdb('canary', 'status');
    expect(before.stdout).toMatch(
      /^LR-031 +MISSING .*no proof shadow-compare +cdb readiness --explain LR-031$/m,
    );
    shadowRun('run');
    expect((await cdb('evaluate', 'shadow-compare', 'run', '--write')).status).toBe(0);
    const after = await cdb('canary', 'status');
    expect(after.stdout).toMatch(/^LR-031 +OK .*12 metrics within/m);
    expect(after.stdout).toMatch(/^LR-030 +MISSING/m);
    const [name = ''] = readdirSync(join(cwd, '.cdb/proofs'));
    write(`.cdb/proofs/${name}`, '{}');
    const broken = await cdb('canary', 'status');
    expect(broken.stdout).toMatch(/^LR-031 +FAILED .*UNKNOWN: .*it is no cdb\.proof\/1/m);
  });

  it('keeps a failure, which counts until it passes again', async () => {
    shadowRun('run');
    await cdb('evaluate', 'shadow-compare', 'run', '--write');
    shadowRun('run', { orders_filled: 1 });
    const failed = await cdb('evaluate', 'shadow-compare', 'run', '--write');
    expect(failed.status).toBe(1);
    expect(failed.stdout).toMatch(/^proof +FAIL: .*orders_filled: it is another value/m);
    const stopped = await cdb('readiness', '--explain', 'LR-031');
    expect(stopped.stdout).toContain('✗ FAIL');
    shadowRun('run');
    await cdb('evaluate', 'shadow-compare', 'run', '--write');
    expect((await cdb('readiness', '--explain', 'LR-031')).status).toBe(0);
    rmSync(join(cwd, '.cdb/ledger'), { recursive: true });
    expect((await cdb('readiness', '--explain', 'LR-031')).stdout).toContain(
      'is not in the ledger',
    );
  });
});

describe('cdb readiness guard', () => {
  it('ends with 0, 1 and 2', async () => {
    const none = await cdb('readiness', 'guard', 'docs/lr');
    expect([none.status, none.stdout]).toEqual([2, expect.stringContaining('V000')]);
    stateFolder('LR-001', 'LR-002');
    const valid = await cdb('readiness', 'guard', 'docs/lr');
    expect([valid.status, valid.stdout]).toEqual([
      0,
      'docs/lr: VALID   2 tasks, 2 done, 0 blocked, 0 violations\n',
    ]);
    state('LR-002', { status: 'IMPLEMENTED', evidence_file: 'docs/lr' });
    symlinkSync('/etc/hostname', join(cwd, 'docs/out'));
    state('LR-001', { evidence_file: 'docs/out' });
    const broken = await cdb('readiness', 'guard', 'docs/lr', '--json');
    expect(broken.status).toBe(1);
    const { data } = JSON.parse(broken.stdout) as {
      data: { violations: readonly { rule: string; says: string }[] };
    };
    expect(data.violations.map(({ rule, says }) => `${rule} ${says}`)).toEqual([
      'V014 evidence_file: "docs/out" leads out of the repository',
      'V009 status: required DONE or BLOCKED, found "IMPLEMENTED"',
      'V014 evidence_file: "docs/lr" is no file',
    ]);
  });
});

describe('cdb evaluate, over evidence', () => {
  it('shadow-gate passes, fails, and names what is missing', async () => {
    shadowRun('run');
    const passed = await cdb('evaluate', 'shadow-gate', 'run');
    expect([passed.status, passed.stdout.split('\n')[0]]).toEqual([0, 'run: PASS   10 of 10']);
    rmSync(join(cwd, 'run/endpoints/risk_status.json'));
    const missing = await cdb('evaluate', 'shadow-gate', 'run');
    expect(missing.status).toBe(1);
    expect(missing.stdout).toContain('missing  endpoints/risk_status.json is missing\n');
    expect((await cdb('evaluate', 'shadow-gate', 'nowhere')).status).toBe(1);
  });

  it('shadow-gate proves LR-030 only by more than a day, with a time', async () => {
    shadowRun('run', { soak_minutes: 1440 });
    const short = await cdb('evaluate', 'shadow-gate', 'run', '--write');
    expect(short.status).toBe(0);
    expect(short.stdout).toMatch(
      /^proof +FAIL: a run of more than 1440 min is demanded, it was 1440/m,
    );
    shadowRun('run', { ended_at: null });
    const timeless = await cdb('evaluate', 'shadow-gate', 'run', '--write');
    expect([timeless.status, timeless.stdout]).toEqual([5, '']);
    expect(timeless.stderr).toContain('CDB-E0736');
  });

  it('shadow-compare takes other thresholds, and makes no proof of them', async () => {
    shadowRun('run');
    write('none.json', { thresholds: {} });
    const none = await cdb('evaluate', 'shadow-compare', 'run', '--limits', 'none.json');
    expect([none.status, none.stdout.split('\n')[0]]).toEqual([1, 'run: UNCALIBRATED']);
    write('one.json', { orders_blocked: { min: 13 } });
    expect((await cdb('evaluate', 'shadow-compare', 'run', '--limits', 'one.json')).status).toBe(1);
    const proof = await cdb('evaluate', 'shadow-compare', 'run', '--limits', 'one.json', '--write');
    expect(proof.status).toBe(5);
  });

  it('files of figures: a verdict, or exit 2 for what is no evidence', async () => {
    write('window.json', {
      started_at: isoAgo(DAY_MS),
      ended_at: isoAgo(0),
      real_order_attempts: 1,
    });
    const window = await cdb('evaluate', 'validation-window', 'window.json');
    expect([window.status, window.stdout.split('\n')[0]]).toEqual([1, 'validation window: ABORT']);
    expect((await cdb('evaluate', 'paper-period', 'window.json')).status).toBe(1);
    const drill = { drill: 'LR-042', fills: 0, stalls: 0, ended_at: isoAgo(1_000) };
    write('drill.json', { ...drill, cases: [{ recovery_sec: 12 }] });
    expect((await cdb('evaluate', 'recovery', 'drill.json', '--write')).status).toBe(0);
    expect((await cdb('readiness', '--explain', 'LR-042')).status).toBe(0);
    write('junk.json', '[1,2');
    for (const words of [
      ['recovery', 'window.json'],
      ['recovery', 'junk.json'],
      ['paper-period', 'gone.json'],
    ]) {
      const refused = await cdb('evaluate', ...words);
      expect([refused.status, refused.stdout]).toEqual([2, '']);
      expect(refused.stderr).toContain(words[1] ?? '');
    }
  });

  it('replay-twice proves that two passes say the same', async () => {
    const { status, stdout } = await cdb('evaluate', 'replay-twice', 'sample', '--write', '--json');
    expect(status).toBe(0);
    const { data } = JSON.parse(stdout) as {
      data: { verdict: string; passes: readonly { envelopes: number; signature: string }[] };
    };
    expect(data.verdict).toBe('PASS');
    expect(data.passes[0]).toEqual(data.passes[1]);
    expect(data.passes[0]?.envelopes).toBeGreaterThan(1_000);
    expect((await cdb('readiness', '--explain', 'LR-021')).status).toBe(0);
    const empty = await cdb(
      'evaluate',
      'replay-twice',
      'sample',
      '--symbols',
      'BTCUSDT-PERP',
      '--set',
      'signal.thresholdPp=1000',
    );
    expect([empty.status, empty.stdout]).toEqual([
      1,
      expect.stringContaining('nothing was decided'),
    ]);
  });
});
