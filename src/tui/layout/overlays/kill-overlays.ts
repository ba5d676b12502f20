import { clockCell, countCell, msCell } from '../../../view/board/tables/cell-text.js';
import type { Line } from '../../line.js';
import { wrap } from '../../text/fit.js';
import { textCells } from '../../text/screen-text.js';
import type { Overlay } from '../../ui-state.js';
import { levelOf, modeOf } from '../control-words.js';
import { freshnessLabel } from '../freshness-label.js';
import type { Scene } from '../scene.js';
import { fitLine, say } from '../spans.js';
import { overBox } from './overlay-box.js';

const COLUMNS_MAX = 62;
const QUESTION = 'y engage now, any other key: cancel';

/** Drawn from what is in memory alone, and at any size: `y` works as soon as it is there. */
export function killAskOverlay(scene: Scene, below: readonly Line[]): readonly Line[] {
  const { columns } = scene.frame.size;
  const isNarrow = columns < QUESTION.length + 6;
  return overBox(scene, below, {
    ...{ title: 'ENGAGE KILL SWITCH', columnsMax: COLUMNS_MAX, style: 'alarm' },
    small: isNarrow ? 'STOP? y=yes other=no' : `STOP: ${QUESTION}`,
    body: ({ columns: room, rows: space }) => {
      const facts = [
        ...packed(askFacts(scene), room),
        ...wrapped(
          'no new order leaves, open ones are cancelled; positions stay. Released by a command only',
          room,
        ),
      ];
      const asked = wrapped(QUESTION, room);
      return [...facts.slice(0, Math.max(0, space - asked.length)), ...asked];
    },
  });
}

function askFacts(scene: Scene): readonly string[] {
  const { board, shownMs } = scene;
  const control = board.control.value;
  const { doubt } = freshnessLabel(board.control, shownMs);
  const stages = freshnessLabel(board.stages, shownMs).doubt;
  const engines = countCell(board.stages.value?.engines.length ?? null);
  const orders = countCell(control?.openOrders ?? null);
  const positions = countCell(control?.openPositions ?? null);
  return [
    `mode ${modeOf(scene)}`,
    levelOf(scene).short,
    `engines ${engines}${stages}`,
    `open orders ${orders}${doubt}`,
    `open positions ${positions}${doubt}`,
    ...(scene.ui.playback === null ? [] : [`as of ${clockCell(shownMs)}`]),
  ];
}

type KillOverlay = Extract<Overlay, { kind: 'kill' }>;

const STATES: Readonly<Record<KillOverlay['state'], string>> = {
  sent: 'sent; waiting for the engines',
  stopped: 'STOPPED: no new order leaves. Any key: back',
  partial: 'PARTLY STOPPED: look at the lines marked ✖. K: again',
  failed: 'NOT STOPPED. K: again, or: cdb kill-switch engage',
};

/** Who has stopped, and how long after the key. */
export function killProgressOverlay(
  scene: Scene,
  below: readonly Line[],
  { state, lines }: KillOverlay,
): readonly Line[] {
  return overBox(scene, below, {
    ...{ title: 'KILL SWITCH', columnsMax: COLUMNS_MAX, style: 'alarm' },
    small: STATES[state],
    body: ({ columns: room, rows: space }) => {
      const verdict = wrapped(STATES[state], room);
      const said = lines.map(({ who, words, isWell, ms }): Line => {
        const time = ms === null ? '' : ` ${msCell(ms)} ms`;
        return fitLine([say(` ${isWell ? '●' : '✖'} ${who}: ${words}${time}`)], room);
      });
      const listRoom = Math.max(0, space - verdict.length);
      return [...shortened(said, listRoom), ...verdict];
    },
  });
}

/** Fewer lines with the number of those that are missing. */
function shortened(lines: readonly Line[], rows: number): readonly Line[] {
  if (lines.length <= rows) return lines;
  const kept = Math.max(0, rows - 1);
  return [...lines.slice(0, kept), [say(` and ${lines.length - kept} more`)]].slice(0, rows);
}

/** Each fact in one piece, as many in a line as have room. */
function packed(facts: readonly string[], columns: number): readonly Line[] {
  const lines: string[] = [];
  for (const fact of facts) {
    const longer = lines.length === 0 ? fact : `${lines.at(-1) ?? ''}   ${fact}`;
    if (lines.length > 0 && textCells(longer) <= columns - 2) lines[lines.length - 1] = longer;
    else lines.push(fact);
  }
  return lines.map((text) => [say(` ${text}`)]);
}

function wrapped(words: string, columns: number): readonly Line[] {
  return wrap(words, Math.max(1, columns - 2)).map((text) => [say(` ${text}`)]);
}
