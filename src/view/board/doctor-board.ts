import { z } from 'zod';
import type { DoctorBoard } from './board.js';
import { boundedRows, boundedText } from './bounded.js';
import { readJsonText } from './json-text.js';

const text = z.string().transform(boundedText);
const REPORT = z.object({
  data: z.object({
    status: text,
    observed_at: z.iso.datetime(),
    next_step: z.object({ does: text, command: text.nullable(), gate: text.nullable() }),
    findings: z.array(
      z.object({
        id: text,
        group: text,
        level: text,
        status: text,
        says: text,
        matters: text,
        remedy: z.object({ does: text, command: text.nullable() }).nullable(),
      }),
    ),
  }),
});

/**
 * What the newest kept report says, in its order: worst first, what is well last.
 * @param json as `cdb doctor --daily --write` keeps it
 * @returns null for a text of another shape or version
 */
export function doctorBoard(json: string, path: string): DoctorBoard | null {
  const read = REPORT.safeParse(readJsonText(json));
  if (!read.success) return null;
  const { status, observed_at, findings, next_step: next } = read.data.data;
  return {
    verdict: status,
    finishedAtMs: Date.parse(observed_at),
    counts: countsOf(findings),
    findings: boundedRows(findings).map(({ remedy, matters, ...finding }) => ({
      ...finding,
      why: matters,
      remedy: remedy === null ? '' : (remedy.command ?? remedy.does),
    })),
    nextStep: next.command ?? '',
    needsGate: next.gate ?? '',
    path,
  };
}

/** In the order of the findings, which is that of what they cost. */
function countsOf(findings: readonly { readonly status: string }[]): DoctorBoard['counts'] {
  const counts = new Map<string, number>();
  for (const { status } of findings) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => ({ status, count }));
}
