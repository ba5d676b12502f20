import { KEY_BINDINGS, type KeyBinding } from '../../keys/keymap.js';
import type { Line } from '../../line.js';
import { pad, wrap } from '../../text/fit.js';
import { textCells } from '../../text/screen-text.js';
import type { Overlay } from '../../ui-state.js';
import type { Scene } from '../scene.js';
import { beside, fitBlock, say } from '../spans.js';
import { overBox, scrolled } from './overlay-box.js';

const GROUP_TITLES: Readonly<Record<KeyBinding['group'], string>> = {
  views: 'Views: 1 Home 2 Streams 3 Risk blocks 4 Fills 5 Stages 6 Doctor 7 Control 8 Audit 9 Logs',
  rows: 'Rows',
  time: 'Time',
  act: 'Act',
};
const GROUPS = ['views', 'rows', 'time', 'act'] as const;
const LABEL_CELLS = Math.max(...KEY_BINDINGS.map(({ label }) => textCells(label)));
const TWO_COLUMNS_MIN = 90;

/** Every key there is, from the one list of keys. */
export function helpOverlay(
  scene: Scene,
  below: readonly Line[],
  { top }: Extract<Overlay, { kind: 'help' }>,
): readonly Line[] {
  return overBox(scene, below, {
    ...{ title: 'Keys', columnsMax: 116 },
    small: 'keys: grow to 60x16, Esc: back',
    body: ({ columns, rows }) => scrolled(helpLines(columns), top, rows),
  });
}

function helpLines(columns: number): readonly Line[] {
  if (columns < TWO_COLUMNS_MIN) return GROUPS.flatMap((group) => groupLines(group, columns));
  const half = Math.floor(columns / 2);
  const left = [...groupLines('views', half), ...groupLines('rows', half)];
  const right = [...groupLines('time', half), ...groupLines('act', half)];
  const rows = Math.max(left.length, right.length);
  return beside(fitBlock(left, half, rows), fitBlock(right, columns - half, rows));
}

function groupLines(group: KeyBinding['group'], columns: number): readonly Line[] {
  const bindings = KEY_BINDINGS.filter((binding) => binding.group === group);
  const title = wrap(GROUP_TITLES[group], Math.max(1, columns - 2));
  return [
    ...title.map((text): Line => [say(` ${text}`, 'title')]),
    ...bindings.flatMap(({ label, does }) => bindingLines(label, does, columns)),
  ];
}

function bindingLines(label: string, does: string, columns: number): readonly Line[] {
  const cells = LABEL_CELLS + 2;
  return wrap(does, Math.max(8, columns - cells - 2)).map((text, at) => [
    say(` ${pad(at === 0 ? label : '', cells)}`, 'key'),
    say(text),
  ]);
}
