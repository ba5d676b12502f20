import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCdb } from './run-cdb.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-proof-test-'));
  // As root the database runs as another user, who has to pass through.
  chmodSync(cwd, 0o711);
});
afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

async function prove(name: string) {
  const operator = join(cwd, 'op');
  const words = ['proof', name, '--write', '--json', '--state-dir', operator];
  // Where another engine would be looked for.
  const env = { CDB_REDIS_URL: 'redis://127.0.0.1:1', MOCK_TRADING: 'false' };
  const ended = await runCdb(words, { cwd, env });
  expect(ended.status, ended.stderr + ended.stdout).toBe(0);
  const { data } = JSON.parse(ended.stdout) as { readonly data: Readonly<Record<string, unknown>> };
  const [file = ''] = readdirSync(join(operator, 'proofs'));
  const proof = readFileSync(join(operator, 'proofs', file), 'utf8');
  const { sha256 } = JSON.parse(proof) as { readonly sha256: string };
  const text = proof.slice(proof.indexOf('"proof":') + 8, -2);
  expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  const ledger = readFileSync(join(operator, 'ledger', '000000001.json'), 'utf8');
  expect(ledger).toContain(sha256);
  expect(readdirSync(cwd)).toEqual(['op']);
  return data;
}

describe('cdb proof', () => {
  it('paper-e2e fills a valid signal, and blocks drawdown 99 and regime 2', async () => {
    const data = await prove('paper-e2e');
    expect(data).toMatchObject({
      passed: true,
      cases: [
        {
          decision: { decision: 'ALLOW' },
          fill: { status: 'FILLED', book: 'real' },
          fills_in_stream: 1,
        },
        { decision: { decision: 'BLOCK', reason_code: 'RC_020' }, fill: null },
        { decision: { decision: 'BLOCK', reason_code: 'RC_001', regime_id: 2 }, fill: null },
      ],
    });
    const [, drawdown] = data['cases'] as readonly { decision: { daily_drawdown_pct: number } }[];
    expect(drawdown?.decision.daily_drawdown_pct).toBeGreaterThanOrEqual(99);
  });

  it('shadow-probe has an order refused, with nothing filled', async () => {
    expect(await prove('shadow-probe')).toMatchObject({
      passed: true,
      run_mode: 'shadow',
      blocked: 'Order blocked: shadow mode (zero execution)',
      order_result_found: true,
      order_result: { status: 'REJECTED', filled_quantity: 0 },
      fills: 0,
    });
  });
});
