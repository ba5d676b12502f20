export interface MigrationHead {
  /** One statement that PostgreSQL refuses inside a transaction. */
  readonly alone: boolean;
  /** Queries of one value that must be true once the file is applied. */
  readonly verify: readonly string[];
}

type ReadHead =
  | { readonly ok: true; readonly head: MigrationHead }
  | { readonly ok: false; readonly why: string };

const MARK = /^--\s*cdb:(\S*)\s*(.*)$/;

/**
 * The marks in the comments that a file begins with: `-- cdb:no-transaction` and
 * `-- cdb:verify SELECT ...`. One that stands further down, or that nobody knows, is a fault: it would
 * be passed over in silence.
 */
export function readHead(sql: string): ReadHead {
  const lines = sql.split('\n').map((line) => line.trim());
  const first = lines.findIndex((line) => line !== '' && !line.startsWith('--'));
  const end = first === -1 ? lines.length : first;
  const verify: string[] = [];
  let alone = false;
  for (const [index, line] of lines.entries()) {
    const [, mark, text = ''] = MARK.exec(line) ?? [];
    if (mark === undefined) continue;
    const where = `line ${index + 1}: "cdb:${mark}"`;
    if (index >= end) return { ok: false, why: `${where} stands below the head of the file` };
    if (mark === 'no-transaction' && text === '') alone = true;
    else if (mark === 'verify' && text !== '') verify.push(text.replace(/;$/, ''));
    else return { ok: false, why: `${where} is no mark: no-transaction, or verify with a query` };
  }
  return { ok: true, head: { alone, verify } };
}
