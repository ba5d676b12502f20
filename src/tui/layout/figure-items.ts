import type { ExecutionCounts, Panel, PanelState, Trend } from '../../view/board/board.js';
import { NO_DATA, countCell, rateCell, spanCell } from '../../view/board/tables/cell-text.js';
import { statusTone } from '../../view/board/tables/state-word.js';
import type { Style } from '../line.js';
import { freshnessLabel } from './freshness-label.js';
import type { Scene } from './scene.js';

/** One of the figures at the top, in full and in few cells. */
export interface FigureItem {
  readonly label: string;
  readonly shortLabel: string;
  readonly value: string;
  readonly shortValue: string;
  readonly style: Style;
  readonly mark: string;
  /** Nothing to look at: good, or nothing happens. */
  readonly isWell: boolean;
  readonly trend: Trend;
}

/** Names of the panels as they are shown where there is room, and where there is little. */
const LABELS: Readonly<Record<string, readonly [long: string, short: string]>> = {
  'SERVICES UP': ['Services up', 'Svc'],
  POSTGRESQL: ['PostgreSQL', 'PG'],
  REDIS: ['Redis', 'Redis'],
  'CIRCUIT BREAKER': ['Breaker', 'Brk'],
  'ERROR RATE': ['Errors', 'Err'],
  'MIN UPTIME': ['Min uptime', 'Up'],
  '1. WS MESSAGES': ['1 WS msgs', 'WS'],
  '2. SIGNALS': ['2 Signals', 'Sig'],
  '3. APPROVED': ['3 Approved', 'Appr'],
  BLOCKED: ['BLOCKED', 'BLOCK'],
  '4. FILLED': ['4 Filled', 'Fill'],
  'Trade Flow Pipeline (Rate)': ['Trade flow', 'Flow'],
  'RISK BLOCKS (Total)': ['RISK BLOCKS', 'BLOCKS'],
  'Execution Status': ['Execution', 'Exec'],
};

const MARKS: Readonly<Record<PanelState, string>> = {
  good: '●',
  warn: '▲',
  bad: '✖',
  idle: '○',
  unknown: '?',
};
const STYLES: Readonly<Record<PanelState, Style>> = {
  ...{ good: 'good', warn: 'warn', bad: 'bad', idle: 'plain', unknown: 'dim' },
};
/** Nothing stale is well. */
const DOUBTED = { mark: '?', isWell: false } as const;
const SEC_PER_HOUR = 3_600;

/** The three rows; without data a row of what is known about why. */
export function figureRows(scene: Scene): readonly (readonly FigureItem[])[] {
  const { figures } = scene.board;
  const { doubt, freshness } = freshnessLabel(figures, scene.shownMs);
  const execution = figures.value?.execution ?? null;
  const items = (row: Panel['row']) =>
    (figures.value?.panels ?? [])
      .filter((panel) => panel.row === row)
      .map((panel) => {
        const item = itemOf(panel, execution);
        const isOld = freshness !== 'fresh' && item.style !== 'bad';
        const style: Style = isOld ? 'dim' : item.style;
        const [value, shortValue] = [item.value + doubt, item.shortValue + doubt];
        return { ...item, value, shortValue, style, ...(doubt !== '' && DOUBTED) };
      });
  return [items(1), items(2), [...items(3), ...effectItems(scene)]];
}

/** A rate as people count it: from one a second on per second, else per hour. */
export function flowText(perSec: number | null): string {
  if (perSec === null || !Number.isFinite(perSec)) return NO_DATA;
  if (perSec === 0) return '0/h';
  if (perSec >= 1) return `${rateCell(perSec)}/s`;
  const perHour = perSec * SEC_PER_HOUR;
  if (perHour < 0.05) return '<.1/h';
  return `${perHour < 9.95 ? perHour.toFixed(1) : Math.round(perHour)}/h`;
}

function itemOf(panel: Panel, execution: ExecutionCounts | null): FigureItem {
  const { name, note, state, trend } = panel;
  const [label, shortLabel] = (Object.hasOwn(LABELS, name) ? LABELS[name] : undefined) ?? [
    name,
    name,
  ];
  const base = { label, shortLabel, trend, ...lookOf(state) };
  if (name === 'Execution Status' && execution !== null) {
    return { ...base, ...executionTexts(execution) };
  }
  const value = valueText(panel);
  const isNoted = note !== '' && !(panel.unit === 'up' && panel.value === 1);
  const long = panel.unit === 'up' && panel.value === 1 && note !== '' ? note : value;
  return { ...base, value: isNoted ? `${long} ${note}` : long, shortValue: value };
}

function lookOf(state: PanelState): Pick<FigureItem, 'mark' | 'style' | 'isWell'> {
  const isWell = state === 'good' || state === 'idle';
  return { mark: MARKS[state], style: STYLES[state], isWell };
}

function valueText({ unit, value }: Panel): string {
  if (value === null) return NO_DATA;
  switch (unit) {
    case 'count':
      return countCell(value);
    case 'per second':
      return flowText(value);
    case 'seconds':
      return spanCell(value * 1_000);
    case 'up':
      return value === 1 ? 'up' : 'DOWN';
    case 'breaker':
      return value === 0 ? 'closed' : 'ACTIVE';
  }
}

function executionTexts({ received, filled, rejected }: ExecutionCounts) {
  const [all, done, refused] = [countCell(received), countCell(filled), countCell(rejected)];
  return {
    value: `${all} received, ${done} filled, ${refused} rejected`,
    shortValue: `${all} in ${done} ok ${refused} rej`,
  };
}

/** What the 14 can't show: causes without effects, and what the doctor found. */
function effectItems({ board, shownMs }: Scene): readonly FigureItem[] {
  const { stages, doctor } = board;
  const items: FigureItem[] = [];
  if (stages.value !== null) {
    const { doubt } = freshnessLabel(stages, shownMs);
    const { word } = stages.value;
    const state: PanelState = word === 'EFFECTS FLOW' ? 'good' : word === 'HALTED' ? 'bad' : 'warn';
    const look: PanelState = word === 'STALLED' || word === 'NOTHING FLOWS' ? 'bad' : state;
    items.push(effectItem(['Effects', 'Eff'], `${word}${doubt}`, look));
  }
  const [worst] = doctor.value?.counts ?? [];
  if (worst !== undefined) {
    const { doubt } = freshnessLabel(doctor, shownMs);
    const tone = statusTone(worst.status);
    const state: PanelState = tone === 'plain' || tone === 'dim' ? 'idle' : tone;
    items.push(effectItem(['Doctor', 'Doc'], `${worst.count} ${worst.status}${doubt}`, state));
  }
  return items;
}

function effectItem(
  [label, shortLabel]: readonly [string, string],
  value: string,
  state: PanelState,
): FigureItem {
  return { label, shortLabel, value, shortValue: value, trend: [], ...lookOf(state) };
}
