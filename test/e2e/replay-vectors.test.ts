import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCdb } from './run-cdb.js';

/** Reference values of candles, indicators, regimes and ticks, through the command itself. */
const FIXTURES = join(import.meta.dirname, '../fixtures');
const SAMPLE = join(import.meta.dirname, '../../data/sample');
/** The vectors' own tolerance for floats. */
const RELATIVE = 1e-12;

const cwd = mkdtempSync(join(tmpdir(), 'cdb-vectors-'));
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

interface Row {
  readonly kind: string;
  readonly heartbeat?: boolean;
  readonly [member: string]: unknown;
}

interface Vectors {
  readonly trades_file: string;
  readonly candles: readonly Readonly<Record<string, string | number | null>>[];
  readonly regime_entries: readonly { readonly ts: number; readonly regime: string }[];
  readonly pct_change: {
    readonly count: number;
    readonly first_20: readonly number[];
    readonly sum: number;
    readonly 'momentum_buy_count_at_0.005_pp': number;
  };
}

function tradesPath(file: string): string {
  const name = basename(file);
  const isSample = name === 'binance-futures-btcusdt-20200222.csv.gz';
  return join(isSample ? SAMPLE : join(FIXTURES, 'trades'), name);
}

async function replayed(file: string, set: readonly string[]): Promise<readonly Row[]> {
  const emit = ['--emit', 'candles,regimes,pct_change,signals'];
  const args = ['replay', tradesPath(file), '--thresholds', 'reference', ...emit];
  const { status, stdout, stderr } = await runCdb([...args, ...set], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

function isNear(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= RELATIVE * Math.max(Math.abs(a), Math.abs(b));
}

describe('cdb replay against the reference', () => {
  test.each([
    ['xrpeth', []],
    ['btcusdt', []],
    ['btcperp', []],
    ['btcperp_no_atr_limit', ['--set', 'regime.atrHighVol=1e9']],
  ])('%s: candles, ATR, ADX, regimes, ticks and momentum', async (name, set) => {
    const path = join(FIXTURES, 'vectors', `reference_stages_${name}.json`);
    const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors;
    const rows = await replayed(vectors.trades_file, set);
    const of = (kind: string) => rows.filter((row) => row.kind === kind);

    const candles = of('candle');
    expect(candles).toHaveLength(vectors.candles.length);
    const wrong = vectors.candles.flatMap((expected, i) =>
      Object.entries(expected).flatMap(([member, value]) =>
        isNear(candles[i]?.[member], value)
          ? []
          : [{ i, member, value, got: candles[i]?.[member] }],
      ),
    );
    expect(wrong).toEqual([]);

    const entries = of('regime').filter(({ heartbeat }) => heartbeat !== true);
    expect(entries.map(({ ts, regime }) => ({ ts: Number(ts), regime }))).toEqual(
      vectors.regime_entries,
    );

    const ticks = of('pct_change').map((row) => Number(row['pct_change']));
    const { count, first_20, sum } = vectors.pct_change;
    expect(ticks).toHaveLength(count);
    expect(ticks.slice(0, first_20.length).every((tick, i) => isNear(tick, first_20[i]))).toBe(
      true,
    );
    expect(
      isNear(
        ticks.reduce((a, b) => a + b),
        sum,
      ),
    ).toBe(true);
    expect(of('signal')).toHaveLength(vectors.pct_change['momentum_buy_count_at_0.005_pp']);
    expect(rows.at(-1)).toMatchObject({ kind: 'summary', trades: count, accepted: count });
  });
});
