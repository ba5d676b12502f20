import type { CriteriaVerdict } from '../../doctor/readiness/criteria.js';
import { textTable } from '../tables/text-table.js';

export function criteriaText(name: string, { verdict, criteria }: CriteriaVerdict): string {
  const rows = criteria.map(({ id, demands, value, word }) => [
    word,
    id,
    value === null ? 'not said' : String(Math.round(value * 1e6) / 1e6),
    demands,
  ]);
  const titles = ['verdict', 'figure', 'found', 'demands'].map((title) => ({ title }));
  return `${name}: ${verdict}\n${textTable(titles, rows)}`;
}

/** What keeps it from passing, in one line; null where nothing does. */
export function criteriaFault({ criteria }: CriteriaVerdict): string | null {
  const open = criteria.filter(({ word }) => word !== 'PASS');
  return open.length === 0 ? null : open.map(({ id, word }) => `${word} ${id}`).join(', ');
}
