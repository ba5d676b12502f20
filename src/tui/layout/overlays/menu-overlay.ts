import type { Line } from '../../line.js';
import { wrap } from '../../text/fit.js';
import type { Overlay } from '../../ui-state.js';
import { menuItems } from '../../update/menu.js';
import type { Scene } from '../scene.js';
import { say } from '../spans.js';
import { windowTop } from '../../../view/board/tables/selection.js';
import { overBox } from './overlay-box.js';
import { commandLine } from '../../../view/shell-word.js';

const COLUMNS_MAX = 80;
const ELSEWHERE =
  'A release, gates and canary steps need a reason and the target retyped: use cdb.';

/** What can be changed from here. */
export function menuOverlay(
  scene: Scene,
  below: readonly Line[],
  { selected }: Extract<Overlay, { kind: 'menu' }>,
): readonly Line[] {
  return overBox(scene, below, {
    ...{ title: 'Change something (Enter: ask, Esc: back)', columnsMax: COLUMNS_MAX },
    small: 'menu: grow to 60x16, Esc: back',
    body: ({ columns, rows }) => {
      const all = menuItems(scene.board);
      const chosen = Math.max(0, Math.min(selected, all.length - 1));
      const top = windowTop(chosen, all.length, rows);
      const items = all.map(({ label, argv }, at): Line => {
        const isChosen = at === chosen;
        const text = `${isChosen ? '▶' : ' '} ${label}   ${commandLine(argv)}`;
        return [say(text, isChosen ? 'selected' : 'plain')];
      });
      const foot = wrap(ELSEWHERE, Math.max(1, columns - 2)).map((text): Line => [
        say(` ${text}`, 'dim'),
      ]);
      return [...items.slice(top, top + rows), ...foot].slice(0, rows);
    },
  });
}
