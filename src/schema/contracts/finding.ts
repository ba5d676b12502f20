/** One thing in which two of contract, code, live schema and written values do not agree. */
export interface Finding {
  /** `WARN` refuses nothing: every row that the code sends can be written and read. */
  readonly level: 'FAIL' | 'WARN';
  readonly table: string;
  readonly kind: FindingKind;
  /** The column, index, constraint, trigger or statement; empty where it is the table itself. */
  readonly subject: string;
  /** What the contract says, or for want of one the code. */
  readonly expected: string | null;
  readonly found: string | null;
  /** All of it in one sentence without a period. */
  readonly words: string;
}

export type FindingKind =
  | 'contract missing'
  | 'table missing'
  | 'table elsewhere'
  | 'not a table'
  | 'table property'
  | 'column missing'
  | 'column extra'
  | 'column order'
  | 'type'
  | 'nullability'
  | 'default'
  | 'constraint missing'
  | 'constraint extra'
  | 'constraint differs'
  | 'index missing'
  | 'index extra'
  | 'index differs'
  | 'trigger'
  | 'rule'
  | 'insert column not in contract'
  | 'insert column not in code'
  | 'insert order'
  | 'insert missing'
  | 'value'
  | 'statement'
  | 'privilege'
  | 'setting';

export function hasDrift(findings: readonly Finding[]): boolean {
  return findings.some(({ level }) => level === 'FAIL');
}
