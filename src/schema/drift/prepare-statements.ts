import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { SqlStatement } from '../../engine/ports/sql-statement.js';
import type { Finding } from '../contracts/finding.js';
import { isPreparable } from '../sql/needed-privileges.js';
import { nodesOf, textAt, type SqlParser } from '../sql/parse-sql.js';
import { DRIFT_SQL, preparation } from './drift-statements.js';
import { NO_RIGHT_STATE, TIMEOUT_STATES, type SqlFault } from '../sql/sql-fault.js';
import { tolerate } from './tolerate.js';

/** A database that keeps so many waiting (a migration runs) would keep all the others waiting too. */
const LATE_MAX = 3;

interface Prepared {
  /** Statements that the server planned. */
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
  if (together.ok) return { count: preparable.length, findings: [] };
  // One by one: which of them, and all of them.
  const findings: Finding[] = [];
  let count = 0;
  for (const [at, statement] of preparable.entries()) {
    if (findings.filter(({ level }) => level === 'WARN').length >= LATE_MAX) {
      return { count, findings: [...findings, notLookedAt(preparable.length - at)] };
    }
    const alone = await prepared(session, [statement]);
    if (alone.ok) count += 1;
    // Which right is missing is told by table, not by statement.
    else if (alone.fault.state !== NO_RIGHT_STATE) {
      findings.push(finding(parser, statement, alone.fault));
    }
  }
  return { count, findings };
}

async function prepared(session: SqlSession, statements: readonly SqlStatement[]) {
  const tried = await tolerate(session, () => session.query(preparation(statements).text));
  // What was prepared before the refusal outlives it.
  if (!tried.ok) await session.query(DRIFT_SQL.forgetPrepared.text);
  return tried;
}

function finding(parser: SqlParser, statement: SqlStatement, { state, words }: SqlFault): Finding {
  const isLate = TIMEOUT_STATES.includes(state);
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

/** Of no table: what is wrong is that the database keeps everybody waiting. */
function notLookedAt(count: number): Finding {
  return {
    level: 'WARN',
    table: '',
    kind: 'statement',
    subject: '',
    expected: 'can be prepared',
    found: 'not looked at',
    words: `${count} more statements were not looked at: the database keeps waiting`,
  };
}

/** The table that is written, or else the first that is read. */
function tableOf(parser: SqlParser, { text }: SqlStatement): string {
  const [{ kind, body } = { kind: '', body: null }] = parser.parse(text);
  const target = textAt(body, 'relation', 'relname');
  return target ?? textAt(nodesOf({ [kind]: body }, 'RangeVar')[0], 'relname') ?? '';
}
