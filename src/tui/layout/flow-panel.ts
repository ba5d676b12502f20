import type { FlowLine } from '../../view/board/board.js';
import { clockCell } from '../../view/board/tables/cell-text.js';
import type { Line, Style } from '../line.js';
import { pad } from '../text/fit.js';
import { dotChart } from './charts.js';
import { flowText } from './figure-items.js';
import { freshnessLabel, nothingWords } from './freshness-label.js';
import { sentence } from './list-panel.js';
import { drawBox, insideOf, type Box } from './panel-box.js';
import type { Scene } from './scene.js';
import { say } from './spans.js';

const FLOW_MS = 600_000;
const NAME_CELLS = 10;
const VALUE_CELLS = 8;
const CHART_ROWS_MAX = 4;

/** Ten minutes of each rate of the pipeline, each to its own scale. */
export function flowPanel(scene: Scene, box: Box): readonly Line[] {
  const { figures } = scene.board;
  const { span, doubt, freshness } = freshnessLabel(figures, scene.shownMs);
  const inside = insideOf(box);
  const title = { title: say('Trade flow, 10 min, each to its own scale', 'title'), label: span };
  if (figures.value === null) {
    return drawBox(box, title, sentence(nothingWords(figures), inside.columns));
  }
  const { flow } = figures.value;
  const rows = Math.floor((inside.rows - 1) / Math.max(1, flow.length));
  const cells = Math.max(0, inside.columns - NAME_CELLS - VALUE_CELLS - 2);
  const isOld = freshness !== 'fresh';
  const look = { cells, rows: Math.max(1, Math.min(CHART_ROWS_MAX, rows)), doubt, isOld };
  const lines = flow.flatMap((line) => flowLines(line, look));
  return drawBox(box, title, [...lines, axisLine(scene, cells)]);
}

interface FlowLook {
  readonly cells: number;
  readonly rows: number;
  readonly doubt: string;
  readonly isOld: boolean;
}

function flowLines({ name, perSec, trend }: FlowLine, look: FlowLook): readonly Line[] {
  const { cells, rows, doubt, isOld } = look;
  const isBlocking = name === 'blocked' && (perSec ?? 0) > 0;
  const style: Style = isOld ? 'dim' : isBlocking ? 'bad' : 'plain';
  const label = isBlocking ? 'BLOCKED' : name;
  return dotChart(trend, { cells, rows }).map((chart, at): Line => {
    const isLast = at === rows - 1;
    const value = isLast ? `${flowText(perSec)}${doubt}` : '';
    return [
      say(` ${pad(isLast ? label : '', NAME_CELLS - 1)}${chart} `, style),
      say(pad(value, VALUE_CELLS, 'right'), style),
    ];
  });
}

function axisLine({ shownMs }: Scene, cells: number): Line {
  const [from, middle, to] = [FLOW_MS, FLOW_MS / 2, 0].map((agoMs) =>
    clockCell(shownMs - agoMs).slice(0, 5),
  );
  const half = Math.floor(cells / 2);
  if (cells < 20) return [];
  const left = pad(from ?? '', half - 2) + pad(middle ?? '', cells - half - 3);
  return [say(`${' '.repeat(NAME_CELLS)}${left}${to ?? ''}`, 'dim')];
}
