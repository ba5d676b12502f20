import { z } from 'zod';
import type { TraceAnswer } from '../engine/ports/decision-trace.js';

/** @returns null for a body of another shape or version */
export function readTraceAnswer(body: unknown): TraceAnswer | null {
  const read = TRACE_ANSWER.safeParse(body);
  return read.success ? read.data : null;
}

const row = z.record(z.string(), z.unknown());
const match = z.object({
  kind: z.enum(['signal', 'decision', 'order', 'client order', 'fill']),
  id: z.string(),
  symbol: z.string(),
});

const TRACE_ANSWER = z.discriminatedUnion('found', [
  z.object({
    found: z.literal('one'),
    trace: z.object({
      matched: match,
      run: row.nullable(),
      signal: row.nullable(),
      decision: row.nullable(),
      refusal: row.nullable(),
      control: row.nullable(),
      candle: row.nullable(),
      orders: z.array(row),
      fills: z.array(row),
      positions: z.array(row),
      ledger: z.array(row),
    }),
  }),
  z.object({ found: z.literal('several'), matches: z.array(match), more: z.boolean() }),
  z.object({ found: z.literal('none'), looked: z.array(z.string()) }),
]);
