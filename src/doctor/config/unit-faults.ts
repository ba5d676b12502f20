import { THRESHOLD_SETS } from '../../engine/domain/thresholds.js';
import type { StackVariables, ThresholdsInForce } from './facts.js';
import { STACK_NUMBERS, type StackNumber } from './stack-variables.js';

export interface UnitFault {
  /** `range`: no such value can be meant. `factor`: it is a hundred times what is usual, or less. */
  readonly kind: 'range' | 'factor';
  readonly words: string;
}

/** Of a value that was given in the other unit, with some room for a limit that was moved too. */
const FACTOR_MIN = 90;
const FACTOR_MAX = 110;
/** What is a part of something, in one of two units. */
const PART = /(?:Pp(?:Abs)?(?:Min|Max)?|Pp|Fraction)$/;

/** Thresholds that differ from their set by the factor between a fraction and percentage points. */
export function thresholdFaults({ values, set }: ThresholdsInForce): readonly UnitFault[] {
  const usual = new Map(leaves(THRESHOLD_SETS[set]));
  return leaves(values).flatMap(([key, value]): readonly UnitFault[] => {
    const [, name = ''] = key.split('.');
    const expected = usual.get(key);
    if (!PART.test(name) || expected === undefined || !isFactor(value, expected)) return [];
    const unit = name.endsWith('Fraction') ? 'a fraction' : 'percentage points';
    const words = `${key} is ${value}, the set ${set} has ${expected}: the key is in ${unit}`;
    return [{ kind: 'factor', words }];
  });
}

export function variableFaults({ values }: StackVariables): readonly UnitFault[] {
  return [
    ...STACK_NUMBERS.flatMap((number) => {
      const given = values[number.name];
      return given === undefined ? [] : numberFault(number, given.text, given.origin);
    }),
    ...ruleFaults(values['ALLOCATION_RULES_JSON']?.text),
  ];
}

function numberFault(number: StackNumber, text: string, origin: string): readonly UnitFault[] {
  const { name, unit, usual } = number;
  const value = Number(text);
  const isNumber = text.trim() !== '' && Number.isFinite(value);
  if (!isNumber || value <= 0 || value > MAX[unit]) {
    const meant = unit === 'fraction' && value > 1 ? `; ${value} percent is ${value / 100}` : '';
    const words = `${name} is ${text} (${origin}), required ${REQUIRED[unit]}${meant}`;
    return [{ kind: 'range', words }];
  }
  const expected = unit === 'port' ? undefined : usual.find((one) => isFactor(value, one));
  if (expected === undefined || usual.some((one) => isLike(value, one))) return [];
  const words = `${name} is ${text} (${origin}), usual is ${expected}: it is ${REQUIRED[unit]}`;
  return [{ kind: 'factor', words }];
}

const MAX = { fraction: 1, pp: 100, USDT: 1e12, port: 65_535 } as const;
const REQUIRED = {
  fraction: 'a fraction above 0 and up to 1',
  pp: 'a number of percentage points above 0 and up to 100',
  USDT: 'an amount above 0',
  port: 'a port',
} as const;

/** Allocations are fractions of the position cap. */
function ruleFaults(text: string | undefined): readonly UnitFault[] {
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return leaves(parsed)
      .filter(([, value]) => value < 0 || value > 1)
      .map(([key, value]) => {
        const words = `ALLOCATION_RULES_JSON gives ${key} ${value}, required ${REQUIRED.fraction}`;
        return { kind: 'range', words };
      });
  } catch {
    return [{ kind: 'range', words: 'ALLOCATION_RULES_JSON is no JSON' }];
  }
}

function isFactor(value: number, usual: number): boolean {
  if (value === 0 || usual === 0) return false;
  const ratio = Math.abs(value / usual);
  const factor = ratio < 1 ? 1 / ratio : ratio;
  return factor >= FACTOR_MIN && factor <= FACTOR_MAX;
}

function isLike(value: number, usual: number): boolean {
  return Math.abs(value / usual - 1) < 0.5;
}

function leaves(node: unknown, prefix = ''): readonly (readonly [string, number])[] {
  if (typeof node === 'number') return [[prefix, node]];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) =>
    leaves(value, prefix === '' ? name : `${prefix}.${name}`),
  );
}
