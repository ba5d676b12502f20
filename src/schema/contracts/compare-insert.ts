import type { CodeInsert } from '../sql/read-inserts.js';
import type { Contract } from './contract.js';
import type { Finding, FindingKind } from './finding.js';

/** The INSERT that code sends against the contract: the same set of columns; order is a warning. */
export function compareInsert(
  { table, fields, required, insert_columns: agreed }: Contract,
  { statement, columns }: CodeInsert,
): readonly Finding[] {
  const findings: Finding[] = [];
  const fail = (kind: FindingKind, subject: string, words: string) =>
    findings.push({ ...sides(kind), level: 'FAIL', kind, table, subject, words });
  for (const name of columns.filter((column) => !agreed.includes(column))) {
    const words = `column ${name} is sent to table ${table} by ${statement}, the contract does not name it`;
    fail('insert column not in contract', name, words);
  }
  for (const name of agreed.filter((column) => !columns.includes(column))) {
    const words = `column ${name} of table ${table} is in the contract, ${statement} does not send it`;
    fail('insert column not in code', name, words);
  }
  for (const [name, field] of Object.entries(fields)) {
    const mustHave = field.nullable === false || required.includes(name);
    const hasDefault = (field.default ?? null) !== null || /serial/i.test(field.type);
    if (!mustHave || hasDefault || columns.includes(name) || agreed.includes(name)) continue;
    const words = `column ${name} of table ${table} must not be null and has no default, ${statement} does not send it`;
    fail('insert column not in code', name, words);
  }
  if (findings.length === 0 && columns.some((name, at) => name !== agreed[at])) {
    findings.push({
      level: 'WARN',
      kind: 'insert order',
      table,
      subject: columns.find((name, at) => name !== agreed[at]) ?? '',
      expected: agreed.join(', '),
      found: columns.join(', '),
      words: `${statement} sends the columns of table ${table} in another order than the contract`,
    });
  }
  return findings;
}

function sides(kind: FindingKind) {
  return kind === 'insert column not in contract'
    ? { expected: null, found: 'sent' }
    : { expected: 'sent', found: null };
}
