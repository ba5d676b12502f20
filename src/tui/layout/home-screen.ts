import type { Line } from '../line.js';
import type { ListName } from '../ui-state.js';
import { bannerLine, secondLine } from './banner.js';
import { figureLines } from './figure-lines.js';
import { flowPanel } from './flow-panel.js';
import { keyLine, statusLine } from './foot-lines.js';
import { homePanel } from './home-panels.js';
import type { Box } from './panel-box.js';
import { shareRows } from './share-rows.js';
import type { Scene } from './scene.js';
import { beside } from './spans.js';
import { focusedList } from './view-lists.js';

/** A row of panels side by side. */
interface Band {
  readonly lists: readonly ListName[];
  readonly rowsMin: number;
  readonly weight: number;
  readonly draw: (scene: Scene, box: Box) => readonly Line[];
}

/** Streams have more columns than refusals. */
const LEFT_FRACTION = 31 / 60;

const halves =
  (...panels: readonly ((scene: Scene, box: Box) => readonly Line[])[]) =>
  (scene: Scene, { columns, rows }: Box): readonly Line[] => {
    const left = Math.floor(columns * LEFT_FRACTION);
    return beside(
      ...panels.map((draw, at) => draw(scene, { columns: at === 0 ? left : columns - left, rows })),
    );
  };

const list =
  (name: ListName) =>
  (scene: Scene, box: Box): readonly Line[] =>
    homePanel(scene, name, box);

const BANDS: readonly Band[] = [
  {
    ...{ lists: ['streams', 'codes'], rowsMin: 6, weight: 3 },
    draw: halves(list('streams'), list('codes')),
  },
  {
    ...{ lists: ['fills', 'engines'], rowsMin: 6, weight: 3 },
    draw: halves(list('fills'), list('engines')),
  },
  {
    ...{ lists: ['findings'], rowsMin: 8, weight: 1 },
    draw: halves(flowPanel, list('findings')),
  },
  { lists: ['events'], rowsMin: 5, weight: 2, draw: list('events') },
];
/** Which bands go first where there are not enough rows for all. */
const DROPPED: readonly number[] = [3, 2, 1];

/** Everything at once. */
export function homeScreen(scene: Scene): readonly Line[] {
  const { columns, rows } = scene.frame.size;
  const head = [bannerLine(scene), secondLine(scene), ...figureLines(scene)];
  const foot = [statusLine(scene), keyLine(scene)];
  const room = rows - head.length - foot.length;
  const bands = bandsFor(scene, room);
  const heights = shareRows(room, bands);
  const body = bands.flatMap((band, at) => band.draw(scene, { columns, rows: heights[at] ?? 0 }));
  return [...head, ...body, ...foot];
}

/** As many as have room; the one that has the row keys stays. */
function bandsFor({ ui }: Scene, room: number): readonly Band[] {
  const focus = focusedList(ui.view, ui.focus);
  let bands = BANDS;
  for (const at of DROPPED) {
    if (bands.reduce((sum, { rowsMin }) => sum + rowsMin, 0) <= room) break;
    const band = BANDS[at];
    if (band !== undefined && !band.lists.includes(focus)) {
      bands = bands.filter((other) => other !== band);
    }
  }
  return bands;
}
