import * as z from 'zod';

const text = z.string().max(10_000);
const count = z.number().nonnegative();

/** What was written down of a stack at one moment; whatever is left out is unknown. */
const STATE = z.object({
  report_time: z.iso.datetime({ offset: true }),
  branch: text.optional(),
  commit: text.optional(),
  commit_subject: text.optional(),
  worktree_clean: z.boolean().optional(),
  untracked_files: count.optional(),
  stack_uptime_h: count.optional(),
  services: z
    .array(
      z.object({
        name: text,
        status: text,
        cpu_pct: count.nullish(),
        memory_mib: count.nullish(),
        uptime_h: count.nullish(),
        restarts: count.nullish(),
      }),
    )
    .max(1_000)
    .optional(),
  /** Of all services together. */
  restarts: count.optional(),
  /** Lines as they were printed, oldest first. */
  logs: z.record(z.string(), z.array(text).max(100_000)).optional(),
  /** A count, or `active` where nobody wrote down more than that it grows. */
  metrics: z.record(z.string(), z.union([z.number(), text, z.null()])).optional(),
  /** `to_regclass(public.risk_events)`: null; `orders.signal_id`: `integer`. */
  database: z.record(z.string(), text.nullable()).optional(),
  ci_runs: z
    .array(z.object({ status: text, workflow: text, at: text.nullish() }))
    .max(1_000)
    .optional(),
  open_issues: z
    .array(z.object({ number: count, title: text, label: text.nullish() }))
    .max(10_000)
    .optional(),
});

export type RecordedState = z.infer<typeof STATE>;

type ReadRecord =
  | { readonly ok: true; readonly state: RecordedState }
  | { readonly ok: false; readonly why: string };

/** @param value the JSON of the file: the state itself, or an object with it under `recorded` */
export function readRecordedState(value: unknown): ReadRecord {
  const outer = z.object({ recorded: z.unknown() }).safeParse(value);
  const read = STATE.safeParse(
    outer.success && outer.data.recorded !== undefined ? outer.data.recorded : value,
  );
  if (read.success) return { ok: true, state: read.data };
  const [issue] = read.error.issues;
  const place = issue?.path.join('.') ?? '';
  return {
    ok: false,
    why: `${place === '' ? 'the state' : place}: ${issue?.message ?? 'unreadable'}`,
  };
}
