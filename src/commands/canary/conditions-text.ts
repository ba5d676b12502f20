import { unmet, type Condition } from '../../engine/control/canary-conditions.js';
import { textTable } from '../tables/text-table.js';

export function conditionsText(target: string, conditions: readonly Condition[]): string {
  const missing = unmet(conditions);
  const met = conditions.length - missing.length;
  const verdict = missing.length === 0 ? 'ready' : 'NO-GO';
  const titles = ['condition', 'state', 'what', 'found', 'next'].map((title) => ({ title }));
  const rows = conditions.map(({ id, title, state, detail, next }) => [
    id,
    state,
    title,
    detail,
    next,
  ]);
  return `${target}: ${verdict}   ${met} of ${conditions.length}\n${textTable(titles, rows)}`;
}
