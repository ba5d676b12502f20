import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Catalog } from '../catalog/catalog.js';
import { recognise } from '../baseline/recognise.js';
import { readCatalog } from '../catalog/read-catalog.js';
import { hashOfCatalog } from '../catalog-hash.js';
import { compareTable } from '../contracts/compare-table.js';
import type { Contract } from '../contracts/contract.js';
import type { MigrationFile } from '../migration-files.js';
import { migrationList, type ListedMigration } from '../migration-list.js';
import { schemaHistory, type AppliedMigration } from '../schema-history.js';
import { missingObjects, objectsMade, objectWords, type MadeObject } from './objects-made.js';

/** One thing that is open between the files, the history and the live schema. */
export interface OpenThing {
  readonly level: 'FAIL' | 'WARN';
  /** The migration or table that it is about. */
  readonly about: string;
  readonly words: string;
  /** A command, or nothing. */
  readonly todo: string;
}

/** Files, history and live schema against each other; an empty answer means that they agree. Reads only. */
export async function verifySchema(
  session: SqlSession,
  files: readonly MigrationFile[],
  contracts: ReadonlyMap<string, Contract>,
): Promise<readonly OpenThing[]> {
  const history = await schemaHistory(session);
  const catalog = await readCatalog(session);
  const list = migrationList(files, history);
  const open = list.flatMap(openMigration);
  const done = files.filter(({ version }) => isDone(history, version));
  const made = await objectsMade(files);
  const mended = (table: string) => remakeOf(table, catalog) ?? compareWith(table, made);
  const isWhole = open.length === 0;
  return [
    ...open,
    ...openObjects(await objectsMade(done), catalog, mended),
    ...invalidIndexes(catalog, mended),
    // Before the last file is applied the contracts say what is still to come.
    ...(isWhole ? openContracts(contracts, catalog, mended) : []),
    ...changedSince(history, catalog),
  ];
}

function isDone(history: readonly AppliedMigration[], version: number): boolean {
  return history.some((row) => row.version === version && row.state === 'done');
}

const STATES: Readonly<
  Record<Exclude<ListedMigration['state'], 'applied'>, Omit<OpenThing, 'about' | 'level'>>
> = {
  pending: { words: 'not applied', todo: 'cdb migrate plan' },
  late: { words: 'not applied, but one with a higher number is', todo: 'cdb explain CDB-E0450' },
  edited: { words: 'changed after it was applied', todo: 'cdb explain CDB-E0413' },
  unknown: { words: 'applied, and this build has no such file', todo: 'cdb explain CDB-E0412' },
  interrupted: { words: 'begun, and nobody saw its end', todo: 'cdb migrate up' },
};

function openMigration({ name, state }: ListedMigration): readonly OpenThing[] {
  return state === 'applied' ? [] : [{ level: 'FAIL', about: name, ...STATES[state] }];
}

/** What mends a table. */
type Mended = (table: string) => string;

function openObjects(
  made: readonly MadeObject[],
  catalog: Catalog,
  mended: Mended,
): readonly OpenThing[] {
  return missingObjects(made, catalog).map((object) => ({
    level: 'FAIL',
    about: object.by,
    words: `it made ${objectWords(object)}, which is not there`,
    todo: mended(object.table),
  }));
}

function invalidIndexes({ relations }: Catalog, mended: Mended): readonly OpenThing[] {
  return Object.values(relations).flatMap(({ name: table, indexes }) =>
    indexes
      .filter(({ valid }) => !valid)
      .map(({ name }) => ({
        level: 'FAIL' as const,
        about: table,
        words: `index ${name} is half built: it answers nothing and costs every write`,
        todo: `drop index ${name} concurrently, then make it again: ${mended(table)}`,
      })),
  );
}

function openContracts(
  contracts: ReadonlyMap<string, Contract>,
  catalog: Catalog,
  mended: Mended,
): readonly OpenThing[] {
  return [...contracts.values()]
    .flatMap((contract) => compareTable(contract, catalog))
    .map(({ level, table, words }) => ({
      ...{ level, about: table, words },
      todo: level === 'FAIL' ? mended(table) : '',
    }));
}

/** What makes a table again that is gone, or that somebody has put an old one in the place of. */
function remakeOf(table: string, { relations }: Catalog): string | null {
  const relation = Object.hasOwn(relations, table) ? relations[table] : undefined;
  const isGone = relation === undefined || recognise(relation).is === 'old';
  return isGone ? 'cdb migrate baseline' : null;
}

/** No command changes a table that is partly ours: its owner does, with the statements of our files. */
function compareWith(table: string, made: readonly MadeObject[]): string {
  const files = made.filter((object) => object.table === table).map(({ by }) => by);
  const names = [...new Set(files)].map((name) => `migrations/${name}.sql`);
  if (names.length === 0) return `cdb contracts show ${table}`;
  return `as its owner, what ${names.join(' and ')} says of ${table}`;
}

/** The last migration wrote down what it left; whatever is different now, somebody else did. */
function changedSince(
  history: readonly AppliedMigration[],
  catalog: Catalog,
): readonly OpenThing[] {
  const newest = history.at(-1);
  const left = newest?.catalogAfter ?? null;
  if (newest === undefined || left === null || left === hashOfCatalog(catalog)) return [];
  const words = 'the schema is not as it left it: somebody else has changed it since';
  return [{ level: 'WARN', about: newest.name, words, todo: '' }];
}
