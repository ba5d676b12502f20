import { beforeAll, describe, expect, it } from 'vitest';
import { panelQuery } from '../../../src/doctor/monitoring/panel-query.js';
import { loadSqlParser, type SqlParser } from '../../../src/schema/sql/parse-sql.js';

let parser: SqlParser;
beforeAll(async () => {
  parser = await loadSqlParser();
});

describe('panelQuery', () => {
  it.each([
    "SELECT $__timeGroup(timestamp,'5m') AS time, count(*) FROM trades WHERE $__timeFilter(timestamp) GROUP BY 1",
    "SELECT $__timeGroupAlias(timestamp, $__interval, 0), price FROM trades WHERE symbol = '$symbol'",
    'SELECT $__time(created_at), size FROM orders WHERE status IN (${status:sqlstring}) LIMIT $limit;',
    'SELECT $__timeEpoch(created_at) FROM orders WHERE side IN ([[side]])',
    'SELECT timestamp_ms FROM risk_events WHERE timestamp_ms BETWEEN $__from AND $__to',
    "SELECT x FROM t WHERE $__unixEpochFilter(ts) AND name LIKE '%${name}%' AND at > $__timeFrom()",
    "SELECT date_bin('$__interval', timestamp, now()) FROM trades WHERE timestamp > '${__from:date:iso}'",
  ])('makes a statement of %s', (query) => {
    const { sql, isTemplated } = panelQuery(query);
    expect(isTemplated).toBe(false);
    expect(parser.parse(sql)).toHaveLength(1);
  });

  it.each(['SELECT * FROM $table', 'SELECT ${column} FROM trades', '$query'])(
    'leaves %s unjudged',
    (query) => {
      expect(panelQuery(query).isTemplated).toBe(true);
    },
  );

  it('changes nothing of a query without variables', () => {
    const query = "SELECT sum(size) FROM trades WHERE status = 'filled' AND price > 1";
    expect(panelQuery(query)).toEqual({ sql: query, isTemplated: false });
  });
});
