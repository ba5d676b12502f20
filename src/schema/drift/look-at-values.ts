import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { CatalogRelation } from '../catalog/catalog.js';
import type { Contract } from '../contracts/contract.js';
import type { Finding } from '../contracts/finding.js';
import type { SqlParser } from '../sql/parse-sql.js';
import { tolerate } from './tolerate.js';
import { valueStatement, type ValueProbe } from './value-statements.js';

/** What was found of one column: `longest` 20 of 50, `range` 1 .. 8. */
export interface SeenValue {
  readonly column: string;
  readonly kind: ValueProbe['kind'];
  readonly rule: string;
  readonly seen: string;
}

interface LookedAt {
  /** Rows of the sample; null where the role may not read them. */
  readonly rows: number | null;
  readonly values: readonly SeenValue[];
  readonly findings: readonly Finding[];
}

/** What is really written, in the newest rows; needs the right to read them. */
export async function lookAtValues(
  session: SqlSession,
  parser: SqlParser,
  contract: Contract,
  relation: CatalogRelation,
): Promise<LookedAt> {
  const asked = valueStatement(parser, contract, relation);
  if (asked === null) return { rows: null, values: [], findings: [] };
  const tried = await tolerate(session, () => session.query(asked.statement.text));
  if (!tried.ok) {
    const { state, words } = tried.fault;
    return { rows: null, values: [], findings: [unseen(contract.table, `${words} (${state})`)] };
  }
  const row = tried.value.rows[0] ?? {};
  const values = asked.probes.flatMap(({ column, kind, rule }, at): readonly SeenValue[] => {
    const seen = row[`p${at}`];
    return typeof seen === 'string' ? [{ column, kind, rule, seen }] : [];
  });
  const findings = values.flatMap((value) => judge(contract.table, value));
  return { rows: Number(row['rows']), values, findings };
}

function judge(table: string, { column, kind, rule, seen }: SeenValue): readonly Finding[] {
  const found = (expected: string, words: string): readonly Finding[] => [
    { level: 'FAIL', table, kind: 'value', subject: column, expected, found: seen, words },
  ];
  const where = `of table ${table}`;
  switch (kind) {
    case 'range':
      return [];
    case 'longest':
      return Number(seen) <= Number(rule)
        ? []
        : found(
            `at most ${rule} characters`,
            `column ${column} ${where} holds a text of ${seen} characters, the contract allows ${rule}`,
          );
    case 'others':
      return found(rule, `column ${column} ${where} holds ${seen}, the contract allows ${rule}`);
    case 'nulls':
      return found(rule, `column ${column} ${where} is null in ${seen} rows, and must never be`);
    case 'not a number':
      return found(rule, `column ${column} ${where} is not a number (NaN) in ${seen} rows`);
    case 'check':
      return found(rule, `${seen} rows ${where} break the rule ${rule} (columns ${column})`);
    case 'repeated':
      return found(
        rule,
        `${seen} rows ${where} repeat a key of others (columns ${column}): ids come again, or two writers write`,
      );
  }
}

/** A reader without the right to read is told of it by table; here it is no drift. */
export function unseen(table: string, why: string): Finding {
  return {
    level: 'WARN',
    table,
    kind: 'value',
    subject: '',
    expected: 'can be read',
    found: why,
    words: `what is written to table ${table} was not looked at: ${why}`,
  };
}
