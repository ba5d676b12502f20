import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlPart } from '../../engine/ports/sql-statement.js';
import { readCatalog } from '../catalog/read-catalog.js';
import type { MigrationFile } from '../migration-files.js';
import { schemaHistory } from '../schema-history.js';
import { pendingOf, stateOf } from '../schema-state.js';
import { nameOf } from '../sql/names.js';
import { objectsMade } from '../verify/objects-made.js';
import { oldLineage, recognise } from './recognise.js';

export interface OldTableFound {
  readonly table: string;
  readonly form: string;
  readonly rows: number;
}

/** How a database that somebody else made becomes one of ours. */
export interface BaselinePlan {
  /** Tables of ours that are there in an old form: they are put aside, whole. */
  readonly aside: readonly OldTableFound[];
  /** Relations that have a name of ours and are nothing that is known: nothing is done then. */
  readonly unknown: readonly { readonly table: string; readonly why: string }[];
  /** The history says that they were made, and they are gone or old: made again from their files. */
  readonly remade: readonly string[];
  readonly pending: readonly MigrationFile[];
  /** Everything else that is there; nobody touches it. */
  readonly untouched: readonly string[];
  readonly lineage: Readonly<Record<string, boolean>>;
  /** What schema_version says, for the eye only. */
  readonly claimed: readonly string[];
}

/** Reads only. @throws OperatorError for a history that must not be gone on with */
export async function planBaseline(
  session: SqlSession,
  files: readonly MigrationFile[],
): Promise<BaselinePlan> {
  const catalog = await readCatalog(session);
  const history = await schemaHistory(session);
  const pending = pendingOf(stateOf(history, files));
  const done = files.filter((file) => !pending.includes(file));
  const madeBy = async (some: readonly MigrationFile[]) => tablesOf(await objectsMade(some));
  const [toCome, applied] = [await madeBy(pending), await madeBy(done)];
  const { relations } = catalog;
  const present = Object.values(relations);
  // An applied table that has an old form was replaced by hand: the hot-fix of the founding incident.
  const seen = present
    .filter(({ name }) => toCome.includes(name) || applied.includes(name))
    .map((relation) => ({ ...recognise(relation), isApplied: applied.includes(relation.name) }));
  const aside: OldTableFound[] = [];
  for (const one of seen) {
    if (one.is !== 'old') continue;
    aside.push({ table: one.table, form: one.form, rows: await countRows(session, one.table) });
  }
  const isAside = (name: string) => aside.some(({ table }) => table === name);
  const gone = (name: string) => !Object.hasOwn(relations, name) || isAside(name);
  return {
    aside,
    unknown: seen.flatMap((one) =>
      one.is === 'unknown' && !one.isApplied ? [{ table: one.table, why: one.why }] : [],
    ),
    remade: applied.filter(gone),
    pending,
    untouched: present.map(({ name }) => name).filter((name) => !isAside(name)),
    lineage: oldLineage(present.filter(({ name }) => !applied.includes(name) || isAside(name))),
    claimed: Object.hasOwn(relations, 'schema_version') ? await claimedVersions(session) : [],
  };
}

function tablesOf(made: readonly { readonly kind: string; readonly table: string }[]) {
  return made.filter(({ kind }) => kind === 'table').map(({ table }) => table);
}

export async function countRows(session: SqlSession, table: string, schema = ''): Promise<number> {
  const name = nameOf(schema === '' ? [table] : [schema, table]);
  const count = { sql: sqlPart(`SELECT count(*)::text AS n FROM ${name}`) };
  const { rows } = await session.query(count.sql);
  return Number(rows[0]?.['n']);
}

/** Rows of the old stack's table of versions, in the order of their numbers. */
export async function claimedVersions(session: SqlSession): Promise<readonly string[]> {
  const claims = { sql: sqlPart('SELECT version::text AS version FROM schema_version') };
  const { rows } = await session.query(claims.sql);
  return rows.map(({ version }) => String(version)).sort(compareVersions);
}

/** As numbers: as text 1.0.10 would come before 1.0.2. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let at = 0; at < 4; at += 1) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return 0;
}
