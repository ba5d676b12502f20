import type { Node } from 'libpg-query';
import { nameOf, stringsOf } from './names.js';
import { parseStatements } from './parse-statements.js';

/** What may stand in a file without a transaction: what can be found and made again when it was cut off. */
export interface ConcurrentStatement {
  readonly kind: 'create index' | 'drop index';
  /** As a statement would name it, quoted. */
  readonly index: string;
  /** The table of the index; null for a drop. */
  readonly table: string | null;
}

type ReadConcurrent =
  | { readonly ok: true; readonly statement: ConcurrentStatement }
  | { readonly ok: false; readonly why: string };

export async function readConcurrent(sql: string): Promise<ReadConcurrent> {
  const parsed = await parseStatements(sql);
  if (!parsed.ok) return parsed;
  const [only, second] = parsed.statements;
  if (only === undefined || second !== undefined) {
    const count = parsed.statements.length;
    return { ok: false, why: `it has ${count} statements; several would be one transaction again` };
  }
  return statementOf(only.node);
}

function statementOf(node: Node): ReadConcurrent {
  if ('IndexStmt' in node && node.IndexStmt.concurrent === true) return created(node.IndexStmt);
  if ('DropStmt' in node && node.DropStmt.concurrent === true) {
    const { objects = [] } = node.DropStmt;
    const [index] = objects.map(stringsOf);
    if (index !== undefined && objects.length === 1) {
      return { ok: true, statement: { kind: 'drop index', index: nameOf(index), table: null } };
    }
  }
  return {
    ok: false,
    why: 'only CREATE INDEX CONCURRENTLY and DROP INDEX CONCURRENTLY of one index may stand there',
  };
}

type IndexStmt = Extract<Node, { IndexStmt: unknown }>['IndexStmt'];

function created({ idxname, relation, if_not_exists: isLenient }: IndexStmt): ReadConcurrent {
  if (idxname === undefined || idxname === '') {
    return { ok: false, why: 'its index has no name, so that nobody could find it again' };
  }
  if (isLenient === true) {
    return {
      ok: false,
      why: 'IF NOT EXISTS would take an index that is half built for a whole one',
    };
  }
  const schema = relation?.schemaname === undefined ? [] : [relation.schemaname];
  const index = nameOf([...schema, idxname]);
  const table = nameOf([...schema, relation?.relname ?? '']);
  return { ok: true, statement: { kind: 'create index', index, table } };
}
