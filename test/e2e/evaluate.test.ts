import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { canonicalJson, PLAIN_STYLE } from '../../src/engine/domain/canonical-json.js';
import { readVectors, vectorPath } from '../fixtures/vectors/read-vectors.js';
import { runCdb } from './run-cdb.js';

const cwd = mkdtempSync(join(tmpdir(), 'cdb-evaluate-'));
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

describe('cdb evaluate', () => {
  test('gate answers the recorded file', async () => {
    const { status, stdout, stderr } = await runCdb(
      ['evaluate', 'gate', vectorPath('decide.json')],
      { cwd },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const answers = stdout
      .split('\n')
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line));
    const recorded = readVectors('decide.json').map((vector): unknown =>
      JSON.parse(canonicalJson(vector, PLAIN_STYLE)),
    );
    expect(answers).toHaveLength(recorded.length);
    for (const [i, answer] of answers.entries()) expect(recorded[i]).toMatchObject(Object(answer));
  });

  test('bundle answers the recorded file byte for byte', async () => {
    const { status, stdout } = await runCdb(
      ['evaluate', 'bundle', vectorPath('decision_contract_v1.json')],
      { cwd },
    );
    expect(status).toBe(0);
    const answers = stdout.split('\n').slice(0, -1);
    for (const [i, vector] of readVectors('decision_contract_v1.json').entries()) {
      const bundle = vector.get('bundle');
      if (bundle === undefined) expect(answers[i]).toMatch(/^\{"ok":false,"error":\{"field":"/);
      else {
        expect(answers[i]).toBe(`{"ok":true,"bundle":${canonicalJson(bundle, PLAIN_STYLE)}}`);
      }
    }
  });

  test('leaves quietly when nobody reads its answers', async () => {
    const args = ['evaluate', 'bundle', vectorPath('decision_contract_v1.json')];
    expect(await runCdb(args, { cwd, closeStdout: true })).toMatchObject({ status: 0, stderr: '' });
  });

  test('names a bad line and a missing file, exit 2', async () => {
    writeFileSync(join(cwd, 'bad.ndjson'), '{"now_ms":1}\n{"now_ms":\n');
    const bad = await runCdb(['evaluate', 'gate', 'bad.ndjson'], { cwd });
    expect(bad.status).toBe(2);
    expect(bad.stdout).toMatch(/^\{"decision":"BLOCK".*\}\n$/);
    expect(bad.stderr).toContain('line 2, column 11');
    const missing = await runCdb(['evaluate', 'gate', 'missing.ndjson'], { cwd });
    expect(missing).toMatchObject({ status: 2, stdout: '' });
    expect(missing.stderr).toContain('Cannot read "missing.ndjson"');
  });
});
