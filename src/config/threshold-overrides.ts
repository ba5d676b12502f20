import { THRESHOLD_SETS } from '../engine/domain/thresholds.js';
import type { Thresholds, ThresholdSetName } from '../engine/domain/thresholds.js';
import type { ReadValue } from './values.js';

type ThresholdValue = number | boolean | string | null;

interface ThresholdKey {
  /** Dotted: `regime.adxTrend`. */
  readonly key: string;
  readonly value: ThresholdValue;
  /** Null switches the limit off; in some shipped set it is null. */
  readonly nullable: boolean;
}

/** The texts that are no free choice. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'signal.adapter': [
    'momentum_builtin',
    'primary_breakout_v1',
  ] satisfies readonly Thresholds['signal']['adapter'][],
};

/** Names go into columns of the audit trail, and on the screen. */
const NAME = /^[\p{L}\p{N}._:*-]{0,40}$/u;

/** What a number may be is in its name, as its unit is; the first rule that matches counts. */
const RANGES: readonly { readonly name: RegExp; readonly min: number; readonly max: number }[] = [
  { name: /Fraction\b/, min: 0, max: 1 },
  {
    name: /(?:Period|confirmationBars|intervalSec|symbolsMax|triesMax|confirm\w+)$/,
    min: 1,
    max: 1_000_000,
  },
  { name: /(?:Ms|Sec|Bps|Factor|Lookback|EntryGap)(?:Min|Max)?$/, min: 0, max: 1e12 },
  { name: /(?:Trades|Orders|PerMin)(?:Min|Max)$/, min: 0, max: 1e9 },
];

/** @returns every key of the threshold sets, with its value in `set` */
export function thresholdKeys(set: ThresholdSetName = 'default'): readonly ThresholdKey[] {
  const others = Object.values(THRESHOLD_SETS).map((one) => new Map(leaves(one)));
  return leaves(THRESHOLD_SETS[set]).map(([key, value]) => ({
    key,
    value,
    nullable: others.some((other) => other.get(key) === null),
  }));
}

/** Reads one override as it stands in a file (typed) or on the command line (text). */
export function readThreshold(key: ThresholdKey, raw: unknown): ReadValue<ThresholdValue> {
  const required = requirement(key);
  if (key.nullable && (raw === null || raw === 'null')) return { ok: true, value: null };
  const value = typeof raw === 'string' ? fromText(key, raw.trim()) : raw;
  return isAllowed(key, value) ? { ok: true, value } : { ok: false, required };
}

/** @param overrides values that `readThreshold` accepted, by dotted key */
export function applyOverrides(
  set: ThresholdSetName,
  overrides: ReadonlyMap<string, unknown>,
): Thresholds {
  const rebuild = (node: object, prefix: string): object =>
    Object.fromEntries(
      Object.entries(node).map(([name, value]: [string, unknown]) => {
        const key = `${prefix}${name}`;
        if (typeof value === 'object' && value !== null) return [name, rebuild(value, `${key}.`)];
        return [name, overrides.has(key) ? overrides.get(key) : value];
      }),
    );
  // Same keys as the set, and readThreshold checked each value against the set's type for it.
  return rebuild(THRESHOLD_SETS[set], '') as Thresholds;
}

function leaves(node: object, prefix = ''): readonly [string, ThresholdValue][] {
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? leaves(value, `${prefix}${name}.`)
      : isThresholdValue(value)
        ? [[`${prefix}${name}`, value] as [string, ThresholdValue]]
        : [],
  );
}

function isThresholdValue(value: unknown): value is ThresholdValue {
  return value === null || ['number', 'boolean', 'string'].includes(typeof value);
}

function fromText({ value }: ThresholdKey, text: string): unknown {
  if (typeof value === 'boolean') return { true: true, false: false }[text];
  if (typeof value === 'string') return text;
  return /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function isAllowed(key: ThresholdKey, value: unknown): value is ThresholdValue {
  if (typeof key.value === 'boolean') return typeof value === 'boolean';
  if (typeof key.value === 'string') {
    return typeof value === 'string' && (CHOICES[key.key]?.includes(value) ?? NAME.test(value));
  }
  const { min, max } = rangeOf(key.key);
  return typeof value === 'number' && value >= min && value <= max;
}

function requirement(key: ThresholdKey): string {
  const off = key.nullable ? ', or null for off' : '';
  if (typeof key.value === 'boolean') return 'true or false';
  if (typeof key.value === 'string') {
    const choices = CHOICES[key.key];
    const name = 'up to 40 letters, digits or any of . _ : * -';
    return choices === undefined ? name : `one of ${choices.join(', ')}`;
  }
  const { min, max } = rangeOf(key.key);
  return min === -Infinity ? `a number${off}` : `a number from ${min} to ${max}${off}`;
}

function rangeOf(key: string): { readonly min: number; readonly max: number } {
  const known = RANGES.find(({ name }) => name.test(key));
  return known ?? { min: Number.NEGATIVE_INFINITY, max: Number.MAX_VALUE };
}
