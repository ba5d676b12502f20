import type { Line } from '../line.js';
import type { ListName } from '../ui-state.js';
import { bannerLine, secondLine } from './banner.js';
import { figureLines } from './figure-lines.js';
import { keyLine, statusLine } from './foot-lines.js';
import { homePanel } from './home-panels.js';
import { listPanel } from './list-panel.js';
import type { Scene } from './scene.js';
import { fitLine, say } from './spans.js';
import { focusedList } from './view-lists.js';
import { VIEW_LISTS } from '../../view/board/view-lists.js';

const TABS: Partial<Readonly<Record<ListName, string>>> = {
  streams: '2 Streams',
  codes: '3 Blocks',
  engines: '5 Engines',
  fills: '4 Fills',
  findings: '6 Doctor',
  events: 'Events',
};
const EVENT_ROWS = 4;

/** Home where there is no room for panels: one list at a time, Tab takes the next. */
export function oneListScreen(scene: Scene): readonly Line[] {
  const { ui, frame } = scene;
  const { columns, rows } = frame.size;
  const focus = focusedList(ui.view, ui.focus);
  const head = [bannerLine(scene), secondLine(scene), ...figureLines(scene), tabLine(scene, focus)];
  const foot = [statusLine(scene), keyLine(scene)];
  const room = rows - head.length - foot.length;
  const eventRows = focus === 'events' ? 0 : EVENT_ROWS;
  const events =
    eventRows === 0
      ? []
      : listPanel(scene, { list: 'events', columns, rows: eventRows, hasHeader: false });
  const body = homePanel(scene, focus, { columns, rows: room - eventRows });
  return [...head, ...body, ...events, ...foot];
}

function tabLine({ frame }: Scene, focus: ListName): Line {
  const tabs = VIEW_LISTS.home.map((list) => {
    const name = TABS[list] ?? list;
    return list === focus ? say(`[${name}]`, 'title') : say(` ${name} `, 'dim');
  });
  return fitLine([...tabs, say('  Tab: next', 'dim')], frame.size.columns);
}
