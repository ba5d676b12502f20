import { findRunningPostgres } from '../../adapters/embedded/embedded-postgres.js';
import { withReadSession } from '../../adapters/postgres/sql-client.js';
import type { Config } from '../../config/parse-config.js';
import type { Panel, PanelSql } from '../../doctor/monitoring/facts.js';
import { panelQuery } from '../../doctor/monitoring/panel-query.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { loadContracts } from '../../schema/contracts/load-contracts.js';
import type { Finding } from '../../schema/contracts/finding.js';
import { prepareForeign } from '../../schema/drift/prepare-foreign.js';
import { compareColumnsUsed } from '../../schema/sql/compare-columns-used.js';
import type { ForeignStatement } from '../../schema/sql/foreign-source.js';
import { loadSqlParser, type SqlParser } from '../../schema/sql/parse-sql.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { targetOf } from '../engine/external-database.js';

const NAME = 'cdb doctor';

/**
 * What the live schema says to the queries of panels, none of which is run; the contracts where no
 * database runs.
 * @throws DependencyError where one is configured and cannot be asked
 */
export async function judgePanelSql(panels: readonly Panel[], config: Config): Promise<PanelSql> {
  const parser = await loadSqlParser();
  const asked = panels.filter(({ language }) => language === 'sql');
  const read = asked.map((panel) => readPanel(parser, panel));
  const statements = read.flatMap(({ statement }) => statement ?? []);
  const look = sessionOf(config);
  const findings =
    look === null
      ? againstContracts(parser, statements)
      : await look.with((session) => prepareForeign(session, parser, statements));
  const notJudged = [
    ...read.filter(({ isTemplated }) => isTemplated).map(({ panel }) => panel),
    // The server had no time for them.
    ...findings.filter(({ level }) => level === 'WARN').map(({ subject }) => subject),
  ];
  return {
    comparedWith: look?.place ?? 'the contracts of this build',
    isLive: look !== null,
    examined: read.length - notJudged.length,
    faults: [
      ...read.flatMap(({ panel, fault }) => (fault === null ? [] : [{ panel, words: fault }])),
      ...findings
        .filter(({ level }) => level === 'FAIL')
        .map(({ subject, words, found }) => {
          return { panel: subject, words: look === null ? words : (found ?? words) };
        }),
    ],
    notJudged,
  };
}

interface ReadPanel {
  readonly panel: string;
  readonly statement: ForeignStatement | null;
  readonly fault: string | null;
  readonly isTemplated: boolean;
}

function readPanel(parser: SqlParser, { dashboard, title, query }: Panel): ReadPanel {
  const panel = `${dashboard} / ${title}`;
  const { sql: text, isTemplated } = panelQuery(query);
  const nothing = { panel, statement: null, fault: null, isTemplated };
  if (isTemplated) return nothing;
  try {
    parser.parse(text);
    return { ...nothing, statement: { line: 1, statement: { name: panel, text } } };
  } catch (fault) {
    return { ...nothing, fault: `it cannot be read: ${wordsOf(fault)}` };
  }
}

/** Tables without a contract say nothing: they may belong to somebody else. */
function againstContracts(
  parser: SqlParser,
  statements: readonly ForeignStatement[],
): readonly Finding[] {
  const contracts = loadContracts();
  return statements.flatMap(({ statement: { name, text } }) =>
    compareColumnsUsed(contracts, name, parser.parse(text)).map((finding) => {
      const words = `table ${finding.table} has no column ${finding.subject}`;
      return { ...finding, subject: name, words };
    }),
  );
}

/** Nothing is started for a look. */
function sessionOf(config: Config): {
  readonly place: string;
  readonly with: <T>(work: (session: SqlSession) => Promise<T>) => Promise<T>;
} | null {
  const { databaseUrl } = config;
  if (databaseUrl !== undefined) {
    const target = targetOf(databaseUrl);
    return { place: target.where, with: (work) => withReadSession(target, NAME, work) };
  }
  const running = findRunningPostgres(config.stateDir);
  if (running === null) return null;
  const { connection } = running;
  const place = `the embedded PostgreSQL of ${config.stateDir}`;
  return { place, with: (work) => withReadSession(connection, NAME, work) };
}
