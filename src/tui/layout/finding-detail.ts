import { FINDINGS_TABLE } from '../../view/board/tables/findings-table.js';
import { selectedIndex } from '../../view/board/tables/selection.js';
import { visibleRows } from '../../view/board/tables/visible-rows.js';
import type { Line } from '../line.js';
import { doctorFoot } from './home-panels.js';
import { sentence } from './list-panel.js';
import { drawBox, insideOf, type Box } from './panel-box.js';
import type { Scene } from './scene.js';
import { say } from './spans.js';

/** The selected finding in full, and the one next step of the whole report. */
export function findingDetail(scene: Scene, box: Box): readonly Line[] {
  const { board, ui, context } = scene;
  const { columns } = insideOf(box);
  const value = board.doctor.value;
  if (value === null) {
    return drawBox(box, { title: say('Finding', 'title') }, sentence('r: run it now', columns));
  }
  const state = ui.lists.findings;
  const { rows } = visibleRows(FINDINGS_TABLE, value.findings, state, context);
  const row = rows[Math.max(0, selectedIndex(FINDINGS_TABLE, rows, state.selectedKey))];
  const found =
    row === undefined
      ? []
      : [
          ...sentence(row.says, columns, 'plain'),
          ...(row.why === '' ? [] : sentence(`why it matters: ${row.why}`, columns, 'plain')),
          ...(row.remedy === '' ? [] : sentence(`what to do: ${row.remedy}`, columns, 'key')),
        ];
  const report: Line = [say(` report: ${value.path}   r: run it again`, 'dim')];
  const title = say(row === undefined ? 'Finding' : `${row.status} ${row.id}`, 'title');
  return drawBox(box, { title }, [...found, ...doctorFoot(scene), report]);
}
