import { z } from 'zod';
import type { Counter, CounterSample } from '../../../doctor/pipeline/facts.js';

/** Names and their bounds are ours; a value that is no number is not kept. */
const LINE = z.object({
  v: z.literal(1),
  at: z.number(),
  /** Value, since (or null), capped as 0 or 1. */
  c: z.record(z.string(), z.tuple([z.number(), z.number().nullable(), z.number()])),
});

type Kept = z.infer<typeof LINE>['c'][string];

/** One line of a look, without what only this look has use for. */
export function sampleLine({ atMs, counters }: CounterSample): string {
  const kept = Object.entries(counters)
    .filter(([, { value }]) => Number.isFinite(value))
    .map(([name, { value, sinceMs, isCapped }]): [string, Kept] => {
      return [name, [value, sinceMs === null ? null : Math.round(sinceMs), isCapped ? 1 : 0]];
    });
  return JSON.stringify({ v: 1, at: Math.round(atMs), c: Object.fromEntries(kept) });
}

/** Those of the last `ageMsMax`, oldest first. */
export function keptSamples(
  lines: readonly unknown[],
  nowMs: number,
  ageMsMax: number,
): readonly CounterSample[] {
  return lines
    .flatMap((line) => LINE.safeParse(line).data ?? [])
    .filter(({ at }) => at < nowMs && nowMs - at <= ageMsMax)
    .sort((a, b) => a.at - b.at)
    .map(({ at, c }) => ({ atMs: at, counters: countersOf(c), isKept: true }));
}

function countersOf(kept: z.infer<typeof LINE>['c']): Readonly<Record<string, Counter>> {
  return Object.fromEntries(
    Object.entries(kept).map(([name, [value, sinceMs, capped]]) => [
      name,
      { value, sinceMs, isCapped: capped === 1 },
    ]),
  );
}
