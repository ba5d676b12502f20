import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { SqlStatement } from '../../engine/ports/sql-statement.js';
import type { Finding } from '../contracts/finding.js';
import { isPreparable } from '../sql/needed-privileges.js';
import { nodesOf, textAt, type SqlParser } from '../sql/parse-sql.js';
import { DRIFT_SQL, preparation } from './drift-statements.js';
import type { SqlFault } from './sql-fault.js';
import { tolerate } from './tolerate.js';

/** Answers of the server that say nothing about the schema. */
const NO_RIGHT = '42501';
const TIMEOUTS = ['57014', '55P03'];
/** A database that keeps so many waiting (a migration runs) would keep all the others waiting too. */
const LATE_MAX = 3;

interface Prepared {
  readonly count: number;
  readonly findings: readonly Finding[];
}

/** Has the server plan every statement that touches rows; the transaction of the session stays. */
export async function prepareStatements(
  session: SqlSession,
  parser: SqlParser,
  statements: readonly SqlStatement[],
): Promise<Prepared> {
  const preparable = statements.filter((statement) => isPreparable(parser, statement));
  if (preparable.length === 0) return { count: 0, findings: [] };
  const together = await prepared(session, preparable);
  const findings: Finding[] = [];
  if (!together.ok) {
    // One by one: which of them, and all of them.
    for (const statement of preparable) {
      if (findings.filter(({ level }) => level === 'WARN').length >= LATE_MAX) break;
      const alone = await prepared(session, [statement]);
      // Which right is missing is told by table, not by statement.
      if (alone.ok || alone.fault.state === NO_RIGHT) continue;
      findings.push(finding(parser, statement, alone.fault));
    }
  }
  return { count: preparable.length, findings };
}

async function prepared(session: SqlSession, statements: readonly SqlStatement[]) {
  const tried = await tolerate(session, () => session.query(preparation(statements).text));
  // What was prepared before the refusal outlives it.
  if (!tried.ok) await session.query(DRIFT_SQL.forgetPrepared.text);
  return tried;
}

function finding(parser: SqlParser, statement: SqlStatement, { state, words }: SqlFault): Finding {
  const isLate = TIMEOUTS.includes(state);
  return {
    level: isLate ? 'WARN' : 'FAIL',
    table: tableOf(parser, statement),
    kind: 'statement',
    subject: statement.name,
    expected: 'can be prepared',
    found: `${words} (${state})`,
    words: isLate
      ? `statement ${statement.name} was not looked at in time: ${words} (${state})`
      : `statement ${statement.name} fails on this database: ${words} (${state})`,
  };
}

/** The table that is written, or else the first that is read. */
function tableOf(parser: SqlParser, { text }: SqlStatement): string {
  const [{ kind, body } = { kind: '', body: null }] = parser.parse(text);
  const target = textAt(body, 'relation', 'relname');
  return target ?? textAt(nodesOf({ [kind]: body }, 'RangeVar')[0], 'relname') ?? '';
}
