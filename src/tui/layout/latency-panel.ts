import { LATENCIES_TABLE } from '../../view/board/tables/stages-tables.js';
import type { Line } from '../line.js';
import { freshnessLabel, nothingWords } from './freshness-label.js';
import { sentence } from './list-panel.js';
import { drawBox, insideOf, type Box } from './panel-box.js';
import type { Scene } from './scene.js';
import { say } from './spans.js';
import { tableLines } from './table-lines.js';

/** How long each step of the effect path takes; nothing is selected in it. */
export function latencyPanel({ board, shownMs, context }: Scene, box: Box): readonly Line[] {
  const { columns, rows } = insideOf(box);
  const { span, freshness } = freshnessLabel(board.stages, shownMs);
  const title = { title: say('Latency', 'title'), label: span };
  const latencies = board.stages.value?.latencies ?? null;
  if (latencies === null) return drawBox(box, title, sentence(nothingWords(board.stages), columns));
  if (latencies.length === 0)
    return drawBox(box, title, sentence('none was measured yet', columns));
  const lines = tableLines({
    ...{ table: LATENCIES_TABLE, rows: latencies, columns, room: rows - 1, context },
    ...{ hasHeader: true, selected: -1, isFocused: false, sort: null },
    isDim: freshness !== 'fresh',
  });
  return drawBox(box, title, lines);
}
