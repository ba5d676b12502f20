import type { DrillRound } from './drill-round.js';

export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What is measured, with its words; all but the last count from the call of engage. */
export const HOPS = {
  latchedMs: 'latch written',
  gateClosedMs: 'gate closed',
  lastOrderMs: 'last order out',
  openGoneMs: 'open orders gone',
  processMs: 'whole process',
} as const satisfies Partial<Record<keyof DrillRound, string>>;

export type Hop = keyof typeof HOPS;
export const HOP_NAMES = Object.keys(HOPS) as readonly Hop[];

/** Upper bounds in ms; the last bucket has none. */
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1_000, 2_000, 5_000] as const;

/** Nearest rank: a value that was measured, never one between two. Null of nothing. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export function spreads(rounds: readonly DrillRound[]): Readonly<Record<Hop, Spread | null>> {
  const of = (hop: Hop) => spreadOf(rounds.map((one) => one[hop]));
  return {
    latchedMs: of('latchedMs'),
    gateClosedMs: of('gateClosedMs'),
    lastOrderMs: of('lastOrderMs'),
    openGoneMs: of('openGoneMs'),
    processMs: of('processMs'),
  };
}

export function histogramOf(values: readonly number[]) {
  return {
    bounds_ms: BOUNDS_MS,
    counts: [...BOUNDS_MS, Infinity].map(
      (bound, i, all) =>
        values.filter((value) => value <= bound && value > (all[i - 1] ?? -Infinity)).length,
    ),
  };
}

/** @returns why the drill does not pass, null when it does */
export function drillVerdict(
  rounds: readonly DrillRound[],
  asked: {
    readonly rounds: number;
    readonly maxLatencyMs: number;
    readonly failure: string | null;
  },
): string | null {
  if (asked.failure !== null) return `${asked.failure}; a drill that stops nothing proves nothing`;
  if (rounds.length < asked.rounds) return 'not every round was measured';
  const limited: readonly Hop[] = ['gateClosedMs', 'lastOrderMs', 'openGoneMs', 'processMs'];
  const over = limited.filter((hop) => rounds.some((one) => one[hop] > asked.maxLatencyMs));
  if (over.length === 0) return null;
  return `past the limit: ${over.map((hop) => HOPS[hop]).join(', ')}`;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
