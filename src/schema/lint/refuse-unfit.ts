import type { MigrationFile } from '../migration-files.js';
import { endsTransaction, notAllowedAlone } from '../schema-errors.js';
import { readConcurrent } from '../sql/concurrent-statement.js';
import { parseStatements } from '../sql/parse-statements.js';

/**
 * Files that would be found out only once a part of them is committed.
 * @throws OperatorError (exit 6) naming the first
 */
export async function refuseUnfit(files: readonly MigrationFile[]): Promise<void> {
  for (const { name, sql, alone } of files) {
    if (alone === true) {
      const read = await readConcurrent(sql);
      if (!read.ok) throw notAllowedAlone(name, read.why);
      continue;
    }
    const parsed = await parseStatements(sql);
    // What PostgreSQL's grammar refuses here it refuses there too, and rolls back.
    const ends = parsed.ok && parsed.statements.some(({ node }) => 'TransactionStmt' in node);
    if (ends) throw endsTransaction(name);
  }
}
