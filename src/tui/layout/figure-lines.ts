import type { Line } from '../line.js';
import { textCells } from '../text/screen-text.js';
import { sparkline } from '../../view/board/sparkline.js';
import { figureRows, type FigureItem } from './figure-items.js';
import { freshnessLabel, nothingWords } from './freshness-label.js';
import type { Scene } from './scene.js';
import { fitLine, say } from './spans.js';

const TREND_CELLS_MAX = 12;
const TREND_CELLS_MIN = 4;
/** Where there is less room, the age is said only where it matters. */
const LABEL_COLUMNS = 100;

/** The figures in three rows, and how old they are at the end of the last. */
export function figureLines(scene: Scene): readonly Line[] {
  const { figures } = scene.board;
  const { columns } = scene.frame.size;
  const { span: label, freshness } = freshnessLabel(figures, scene.shownMs);
  const isOld = freshness !== 'fresh';
  const rows = figureRows(scene).map((items, at) => {
    const isLast = at === 2;
    const isSaid = isLast && label.text !== '' && (columns >= LABEL_COLUMNS || isOld);
    const words = isSaid ? ` ${label.text} ` : '';
    const room = columns - textCells(words);
    return fitLine([...fitLine(rowLine(items, room), room), say(words, label.style)], columns);
  });
  if (figures.value !== null) return rows;
  const missing: Line = [say(` figures: ${nothingWords(figures)}`, 'dim')];
  return [fitLine(missing, columns), ...rows.slice(1)];
}

/** From the one that says most to the one that takes least room. */
interface Form {
  readonly label: 'label' | 'shortLabel';
  readonly value: 'value' | 'shortValue';
  readonly gap: number;
  /** Whether what is well is marked, too. */
  readonly marksAll: boolean;
}

const FORMS: readonly [Form, ...Form[]] = [
  { label: 'label', value: 'value', gap: 2, marksAll: true },
  { label: 'label', value: 'shortValue', gap: 2, marksAll: true },
  { label: 'shortLabel', value: 'shortValue', gap: 2, marksAll: true },
  { label: 'shortLabel', value: 'shortValue', gap: 1, marksAll: false },
];

function rowLine(all: readonly FigureItem[], columns: number): Line {
  const items = withRoom(all, columns);
  const fits = FORMS.filter((form) => cellsOf(items, form) <= columns);
  const form = fits.find((one) => trendCells(items, one, columns) > 0) ?? fits[0] ?? FEWEST;
  const cells = trendCells(items, form, columns);
  return items.flatMap((item, at) => {
    const chart = cells > 0 && item.trend.length > 0 ? ` ${sparkline(item.trend, cells)}` : '';
    const mark = markOf(item, form);
    return [
      say(`${' '.repeat(at === 0 ? 1 : form.gap)}${item[form.label]} `, labelStyle(item.style)),
      say(`${mark}${item[form.value]}${chart}`, item.style),
    ];
  });
}

const FEWEST: Form = { label: 'shortLabel', value: 'shortValue', gap: 1, marksAll: false };

/** What is well is left out first where even the shortest form has no room. */
function withRoom(items: readonly FigureItem[], columns: number): readonly FigureItem[] {
  let left = items;
  while (left.length > 1 && cellsOf(left, FEWEST) > columns) {
    const well = left.findIndex(({ isWell }) => isWell);
    if (well === -1) break;
    left = left.filter((_, at) => at !== well);
  }
  return left;
}

/** 0 where there is no room for trends, or nothing to draw. */
function trendCells(items: readonly FigureItem[], form: Form, columns: number): number {
  const trends = items.filter(({ trend }) => trend.length > 0).length;
  if (trends === 0) return 0;
  const share = Math.floor((columns - cellsOf(items, form)) / trends) - 1;
  return share >= TREND_CELLS_MIN ? Math.min(TREND_CELLS_MAX, share) : 0;
}

function markOf({ mark, isWell }: FigureItem, { marksAll }: Form): string {
  return isWell && !marksAll ? '' : `${mark} `;
}

/** A label in red with its value: what is bad must not be overlooked. */
function labelStyle(style: FigureItem['style']): FigureItem['style'] {
  return style === 'bad' ? 'bad' : style === 'dim' ? 'dim' : 'plain';
}

function cellsOf(items: readonly FigureItem[], form: Form): number {
  return items.reduce((sum, item, at) => {
    const text = item[form.label] + markOf(item, form) + item[form.value];
    return sum + textCells(text) + 1 + (at === 0 ? 1 : form.gap);
  }, 0);
}
