import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalFact } from '../../engine/domain/canonical-fact.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { catalogHash } from '../catalog-hash.js';
import type { MigrationFile } from '../migration-files.js';
import { planStale, planUnreadable } from '../schema-errors.js';
import { SCHEMA_SQL } from '../schema-statements.js';
import { schemaHistory } from '../schema-history.js';

const FORMAT = 'cdb.migration-plan/1';
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const fileSchema = z.strictObject({ name: z.string(), sha256: hash });

const planSchema = z.strictObject({
  format: z.literal(FORMAT),
  made_at: z.string(),
  /** What the database was: another one of the same name is another one. */
  target: z.strictObject({ system: z.string(), database: z.string(), schema: z.string() }),
  /** SHA-256 of the schema then. */
  catalog: hash,
  applied: z.array(fileSchema),
  pending: z.array(fileSchema).min(1),
  /** For people; what is applied is what the hashes say. */
  steps: z.array(z.string()),
});

export type FrozenPlan = z.infer<typeof planSchema>;

const signedSchema = z.strictObject({ plan: planSchema, sha256: hash });

/** What must be the same when the plan is applied. Reads only. */
export async function freezePlan(
  session: SqlSession,
  pending: readonly MigrationFile[],
  more: { readonly madeAtMs: number; readonly steps: readonly string[] },
): Promise<FrozenPlan> {
  return {
    format: FORMAT,
    made_at: new Date(more.madeAtMs).toISOString(),
    target: await targetIdentity(session),
    catalog: await catalogHash(session),
    applied: (await schemaHistory(session)).map(named),
    pending: pending.map(named),
    steps: [...more.steps],
  };
}

function named({ name, sha256 }: { readonly name: string; readonly sha256: string }) {
  return { name, sha256 };
}

export function planHash(plan: FrozenPlan): string {
  return createHash('sha256').update(canonicalFact(plan)).digest('hex');
}

export function planText(plan: FrozenPlan): string {
  return `${JSON.stringify({ plan, sha256: planHash(plan) }, null, 2)}\n`;
}

/** @throws OperatorError when it is no plan, or was changed by hand */
export function readPlan(path: string, text: string): FrozenPlan {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw planUnreadable(path, 'it is no JSON');
  }
  const read = signedSchema.safeParse(json);
  if (!read.success) throw planUnreadable(path, 'it is no plan of cdb migrate plan --out');
  const { plan, sha256 } = read.data;
  if (planHash(plan) !== sha256) throw planUnreadable(path, 'it was changed after it was made');
  return plan;
}

/** @throws OperatorError (exit 6) naming the first thing that is not as it was. Reads only. */
export async function refuseStale(
  session: SqlSession,
  plan: FrozenPlan,
  files: readonly MigrationFile[],
): Promise<void> {
  const now = await freezePlan(session, files, { madeAtMs: 0, steps: [] });
  const why = differs(plan, now, files);
  if (why !== null) throw planStale(why);
}

function differs(
  plan: FrozenPlan,
  now: FrozenPlan,
  files: readonly MigrationFile[],
): string | null {
  const isSame = (a: unknown, b: unknown) => canonicalFact(a) === canonicalFact(b);
  if (!isSame(plan.target, now.target)) return 'it was made for another database';
  if (!isSame(plan.applied, now.applied)) return 'migrations were applied or taken back since';
  const pending = files.map(named).filter(({ name }) => !now.applied.some((a) => a.name === name));
  for (const { name, sha256 } of plan.pending) {
    const file = pending.find((one) => one.name === name);
    if (file === undefined) return `the file of "${name}" is not there any more`;
    if (file.sha256 !== sha256) return `the file of "${name}" was changed since`;
  }
  const added = pending.find(({ name }) => !plan.pending.some((one) => one.name === name));
  if (added !== undefined) return `"${added.name}" was added since`;
  return plan.catalog === now.catalog ? null : 'somebody changed the schema since';
}

async function targetIdentity(session: SqlSession): Promise<FrozenPlan['target']> {
  const { rows } = await session.query(SCHEMA_SQL.identity.text);
  const [row] = rows;
  return z.object({ system: z.string(), database: z.string(), schema: z.string() }).parse(row);
}
