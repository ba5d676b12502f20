import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { EMIT_KINDS } from '../../src/commands/replay/emit-kinds.js';
import { runCdb } from './run-cdb.js';

const cwd = mkdtempSync(join(tmpdir(), 'cdb-replay-'));
const TRADES = join(import.meta.dirname, '../fixtures/trades/binance-4streams-20240808.csv.gz');
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

interface Row {
  readonly kind: string;
  readonly digest?: string;
  readonly envelope?: { readonly event_type: string };
  readonly event_hash?: string;
  readonly chain_hash?: string;
}

async function replayed(...args: readonly string[]) {
  const { status, stdout, stderr } = await runCdb(['replay', ...args], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.split('\n').slice(0, -1);
  return { lines, rows: lines.map((line) => JSON.parse(line) as Row) };
}

describe('cdb replay', () => {
  test('writes every kind that it offers, a digest last, and nothing to disk', async () => {
    const { rows } = await replayed('sample', '--emit', EMIT_KINDS.join(','));
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(
      new Set([
        'candle',
        'regime',
        'pct_change',
        'signal',
        'decision',
        'order',
        'fill',
        'envelope',
        'summary',
      ]),
    );
    expect(rows.at(-1)?.kind).toBe('summary');
    const bare = await replayed('sample');
    expect(bare.rows).toEqual([rows.at(-1)]);
    const other = await replayed('sample', '--set', 'regime.adxTrend=40');
    expect(other.rows.at(-1)?.digest).not.toBe(bare.rows.at(-1)?.digest);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test.each([
    ['one symbol', 'sample', ['DECISION', 'ORDER', 'FILL']],
    ['four symbols', TRADES, ['DECISION']],
  ])('envelopes of %s are one chain over the bytes that are written', async (_, file, expected) => {
    const { lines, rows } = await replayed(file, '--emit', 'envelopes');
    let chain = '0'.repeat(64);
    const types = new Set<string | undefined>();
    for (const [index, line] of lines.slice(0, -1).entries()) {
      const text = /"envelope":(\{.*\}),"event_hash"/.exec(line)?.[1] ?? '';
      chain = sha256(`${chain}:${sha256(text)}`);
      expect(rows[index]).toMatchObject({ event_hash: sha256(text), chain_hash: chain });
      types.add(rows[index]?.envelope?.event_type);
    }
    expect(types).toEqual(new Set(expected));
  });

  test('writes what it folded of a file that is cut off, and no summary', async () => {
    const cut = join(cwd, 'cut.csv.gz');
    writeFileSync(cut, readFileSync(TRADES).subarray(0, 20_000));
    const { status, stdout, stderr } = await runCdb(['replay', cut, '--emit', 'pct_change'], {
      cwd,
    });
    expect(status).toBe(4);
    expect(stderr).toContain('CDB-E0503');
    expect(stdout).toMatch(/^\{"kind":"pct_change".*\}\n$/s);
    expect(stdout).not.toContain('summary');
  });

  test('says that --timeout was over, exit 7', async () => {
    const { status, stdout, stderr } = await runCdb(['replay', TRADES, '--timeout', '1ms'], {
      cwd,
    });
    expect({ status, stdout }).toEqual({ status: 7, stdout: '' });
    expect(stderr).toContain('CDB-E0003');
  });

  test('names the kinds when asked for another one, exit 2', async () => {
    const { status, stderr } = await runCdb(['replay', 'sample', '--emit', 'trades'], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain(EMIT_KINDS.join(', '));
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
