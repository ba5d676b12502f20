import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errnoOf } from '../../operator-error/errno.js';
import { sourceUnreadable } from '../../schema/contracts/contract-errors.js';
import { foreignStatements, type ForeignStatement } from '../../schema/sql/foreign-source.js';

/** Source code of one file is smaller; more is data. */
const BYTES_MAX = 4 * 1024 * 1024;

/** @throws OperatorError (exit 1) for a file that cannot be read or holds no SQL: nothing was compared */
export function readSource(cwd: string, path: string): readonly ForeignStatement[] {
  const statements = foreignStatements(path, sourceText(resolve(cwd, path), path));
  if (statements.length > 0) return statements;
  throw sourceUnreadable(path, 'no string of it begins with a statement of SQL');
}

function sourceText(absolutePath: string, path: string): string {
  try {
    const { size } = statSync(absolutePath);
    if (size > BYTES_MAX) throw sourceUnreadable(path, `it is longer than ${BYTES_MAX} bytes`);
    return readFileSync(absolutePath, 'utf8');
  } catch (fault) {
    if (errnoOf(fault) === '') throw fault;
    const why = errnoOf(fault) === 'ENOENT' ? 'there is no such file' : errnoOf(fault);
    throw sourceUnreadable(path, why, fault);
  }
}
