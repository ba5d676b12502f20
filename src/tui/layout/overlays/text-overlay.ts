import type { Line } from '../../line.js';
import { wrap } from '../../text/fit.js';
import type { Overlay } from '../../ui-state.js';
import type { Scene } from '../scene.js';
import { say } from '../spans.js';
import { overBox, scrolled } from './overlay-box.js';

const COLUMNS_MAX = 140;

/** Something to read, in lines that are broken to fit. */
export function textOverlay(
  scene: Scene,
  below: readonly Line[],
  { title, lines, top }: Extract<Overlay, { kind: 'text' }>,
): readonly Line[] {
  return overBox(scene, below, {
    ...{ title, columnsMax: COLUMNS_MAX },
    small: `${title} (grow to 60x16, Esc: back)`,
    body: ({ columns, rows }) => {
      const broken = lines.flatMap((text) =>
        wrap(text, Math.max(1, columns - 2)).map((part): Line => [say(` ${part}`)]),
      );
      return scrolled(broken, top, rows);
    },
  });
}
