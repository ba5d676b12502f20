import { durationText } from '../../view/age.js';
import type { Line } from '../line.js';
import { KEY_BINDINGS, type KeyAction } from '../keys/keymap.js';
import { cut } from '../text/fit.js';
import { textCells } from '../text/screen-text.js';
import type { Scene } from './scene.js';
import { fitLine, lineCells, say } from './spans.js';
import { focusedList } from './view-lists.js';

const CURSOR = '█';

/** What is typed, else the answer to a key, else what was chosen for the list and for the screen. */
export function statusLine(scene: Scene): Line {
  const { ui, frame } = scene;
  const { columns } = frame.size;
  const said = promptLine(scene) ?? noticeLine(scene);
  if (said !== null) return said;
  const { filter, sort } = ui.lists[focusedList(ui.view, ui.focus)];
  const order = sort === null ? 'default' : `${sort.column}${sort.isDescending ? '↓' : '↑'}`;
  const recording = frame.self.isRecording ? 'on' : 'off';
  const kept = durationText(frame.self.snapshotsMs);
  const facts = [
    `filter: ${filter === '' ? '–' : filter}`,
    `sort: ${order}`,
    `times: ${ui.times}`,
    `recording: ${recording}`,
    `snapshots: ${kept} kept`,
  ];
  return fitLine([say(` ${facts.join('   ')}`, 'dim')], columns);
}

export function noticeLine({ ui, frame }: Scene): Line | null {
  if (ui.notice === null) return null;
  const { text, isBad } = ui.notice;
  return fitLine(
    [say(` ${isBad ? '✖' : '●'} ${text}`, isBad ? 'bad' : 'good')],
    frame.size.columns,
  );
}

/** The end of what is typed stays to be seen, and what is wrong with it stands behind. */
export function promptLine({ ui, frame }: Scene): Line | null {
  if (ui.prompt === null) return null;
  const { kind, text, fault } = ui.prompt;
  const { columns } = frame.size;
  const sign = kind === 'filter' ? '/' : ':';
  const words = fault === '' ? '' : `  ✖ ${fault}`;
  const room = Math.max(4, columns - 2 - Math.min(textCells(words), Math.floor(columns / 2)));
  const typed = textCells(text) <= room ? text : lastCells(text, room);
  return fitLine(
    [say(` ${sign}`, 'key'), say(typed, 'title'), say(CURSOR, 'key'), say(words, 'bad')],
    columns,
  );
}

/** Stay to the end; then come the others in the order of the key map. */
const NEEDED: readonly KeyAction[] = ['kill', 'help', 'quit'];

/** The most needed keys, as many as fit. */
export function keyLine({ frame }: Scene): Line {
  const { columns } = frame.size;
  const keys = KEY_BINDINGS.filter(({ short }) => short !== undefined).map(
    ({ action, label, short = '' }) => ({
      line: [say(`${label} `, 'key'), say(`${short}  `)],
      isNeeded: NEEDED.includes(action),
    }),
  );
  const needed = keys.filter(({ isNeeded }) => isNeeded).flatMap(({ line }) => line);
  let room = columns - 1 - lineCells(needed);
  const others = keys
    .filter(({ isNeeded }) => !isNeeded)
    .flatMap(({ line }) => {
      room -= lineCells(line);
      return room >= 0 ? line : [];
    });
  return fitLine([say(' '), ...others, ...needed], columns);
}

function lastCells(text: string, room: number): string {
  const characters = Array.from(text);
  while (characters.length > 0 && textCells(characters.join('')) > room - 1) characters.shift();
  return cut(`…${characters.join('')}`, room);
}
