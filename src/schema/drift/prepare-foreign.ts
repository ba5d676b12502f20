import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Finding } from '../contracts/finding.js';
import type { ForeignStatement } from '../sql/foreign-source.js';
import type { SqlParser } from '../sql/parse-sql.js';
import { DRIFT_SQL } from './drift-statements.js';
import { prepareStatements } from './prepare-statements.js';

/** Whether a database takes the statements of another program's file; nothing is run. */
export async function prepareForeign(
  session: SqlSession,
  parser: SqlParser,
  statements: readonly ForeignStatement[],
): Promise<readonly Finding[]> {
  const parsing = statements.filter(({ statement }) => parses(parser, statement.text));
  await session.query(DRIFT_SQL.begin.text);
  try {
    // Their names are places in a file, which are no names in SQL.
    const named = parsing.map(({ statement }, at) => ({ ...statement, name: `file_${at}` }));
    const { findings } = await prepareStatements(session, parser, named);
    return findings.map((finding) => {
      const place = parsing[Number(finding.subject.slice('file_'.length))]?.statement.name ?? '';
      return { ...finding, subject: place, words: finding.words.replace(finding.subject, place) };
    });
  } finally {
    await session.query(DRIFT_SQL.rollback.text).catch(() => undefined);
  }
}

/** What does not is told where the columns are compared. */
function parses(parser: SqlParser, text: string): boolean {
  try {
    return parser.parse(text).length > 0;
  } catch {
    return false;
  }
}
