import type { Line } from '../../line.js';
import { wrap } from '../../text/fit.js';
import type { Overlay } from '../../ui-state.js';
import type { Scene } from '../scene.js';
import { say } from '../spans.js';
import { overBox } from './overlay-box.js';
import { commandLine } from '../../../view/shell-word.js';

const COLUMNS_MAX = 90;

/** The target first, then the very command; nothing happens unless `y` is pressed. */
export function confirmOverlay(
  scene: Scene,
  below: readonly Line[],
  { title, lines, argv, deadUntilMs }: Extract<Overlay, { kind: 'confirm' }>,
): readonly Line[] {
  const isDead = scene.frame.nowMs < deadUntilMs;
  const question = isDead
    ? 'wait a moment: keys do nothing yet'
    : 'y: do it   any other key: cancel';
  return overBox(scene, below, {
    ...{ title, columnsMax: COLUMNS_MAX },
    small: isDead ? question : `${title}? y=yes other=no`,
    body: ({ columns, rows }) => {
      const broken = (text: string) => wrap(text, Math.max(1, columns - 2));
      const facts = lines.flatMap(broken).map((text): Line => [say(` ${text}`, 'title')]);
      const command = broken(commandLine(argv)).map((text): Line => [say(` ${text}`, 'key')]);
      const asked = broken(question).map((text): Line => [
        say(` ${text}`, isDead ? 'dim' : 'warn'),
      ]);
      const room = Math.max(1, rows - asked.length);
      return [...[...facts, ...command].slice(0, room), ...asked];
    },
  });
}
