import { isRecord } from '../../schema/sql/parse-sql.js';
import type { Panel } from './facts.js';

/** Rows hold panels, which may hold panels; deeper is no dashboard. */
const DEPTH_MAX = 6;

/**
 * The queries of a dashboard of Grafana, as it is stored or as its API hands it out.
 * @returns null where it is none
 */
export function readDashboard(document: unknown, place: string): readonly Panel[] | null {
  const outer = isRecord(document) ? document : {};
  const dashboard = isRecord(outer['dashboard']) ? outer['dashboard'] : outer;
  if (!Array.isArray(dashboard['panels']) && !Array.isArray(dashboard['rows'])) return null;
  const name = typeof dashboard['title'] === 'string' ? dashboard['title'] : place;
  return panelsIn(dashboard, DEPTH_MAX).flatMap((panel) => {
    const title = typeof panel['title'] === 'string' ? panel['title'] : 'without a title';
    const targets: readonly unknown[] = Array.isArray(panel['targets']) ? panel['targets'] : [];
    return targets.filter(isRecord).flatMap((target) => {
      const asked = queryOf(target, panel);
      return asked === null ? [] : [{ dashboard: name, title, place, ...asked }];
    });
  });
}

type Json = Readonly<Record<string, unknown>>;

function panelsIn(node: Json, depth: number): readonly Json[] {
  if (depth === 0) return [];
  const below = [node['panels'], node['rows']].flatMap((list): readonly unknown[] =>
    Array.isArray(list) ? list : [],
  );
  return below.filter(isRecord).flatMap((panel) => [panel, ...panelsIn(panel, depth - 1)]);
}

function queryOf(target: Json, panel: Json): Pick<Panel, 'query' | 'language'> | null {
  if (target['hide'] === true) return null;
  // LogQL looks like PromQL and asks no metric.
  if (/loki/i.test(sourceOf(target['datasource'] ?? panel['datasource']))) return null;
  const { expr, rawSql } = target;
  if (typeof expr === 'string' && expr.trim() !== '') return { query: expr, language: 'promql' };
  if (typeof rawSql === 'string' && rawSql.trim() !== '') return { query: rawSql, language: 'sql' };
  return null;
}

function sourceOf(datasource: unknown): string {
  if (typeof datasource === 'string') return datasource;
  if (!isRecord(datasource)) return '';
  return `${String(datasource['type'])} ${String(datasource['uid'])}`;
}
