import type { Line } from '../line.js';
import { screenText } from '../text/screen-text.js';
import { levelOf, modeOf } from './control-words.js';
import { flowText } from './figure-items.js';
import { noticeLine, promptLine } from './foot-lines.js';
import { freshnessLabel } from './freshness-label.js';
import type { Scene } from './scene.js';
import { fitLine, restyle, say } from './spans.js';

interface Word {
  readonly text: string;
  /** The highest is dropped first. */
  readonly rank: number;
}

export const SCREEN_COLUMNS_MIN = 60;
export const SCREEN_ROWS_MIN = 16;

/** No room for a screen: whether orders may go, what is wrong, and the keys that always work. */
export function oneLineScreen(scene: Scene): readonly Line[] {
  const { columns } = scene.frame.size;
  const said = promptLine(scene) ?? noticeLine(scene);
  if (said !== null) return [said];
  const { isStopped, isUnknown } = levelOf(scene);
  const line = fitLine([say(fitting(wordsOf(scene), columns))], columns);
  return [isStopped ? restyle(line, 'alarm') : isUnknown ? restyle(line, 'warn') : line];
}

function wordsOf(scene: Scene): readonly Word[] {
  const { board, ui, shownMs } = scene;
  const down = board.links.filter(({ state }) => state === 'down').map(({ name }) => name);
  return [
    { text: 'cdb', rank: 5 },
    { text: modeOf(scene), rank: 1 },
    { text: levelOf(scene).short, rank: 0 },
    ...(ui.isReplay ? [{ text: 'REPLAY', rank: 2 }] : []),
    ...(ui.playback !== null && !ui.isReplay ? [{ text: 'PAUSED', rank: 2 }] : []),
    ...(down.length === 0 ? [] : [{ text: `DOWN ${down.join(',')}`, rank: 2 }]),
    { text: `BLOCK ${blockedText(scene)}`, rank: 3 },
    { text: worstText(board.doctor.value?.counts ?? null) + doctorDoubt(scene, shownMs), rank: 4 },
    { text: `(grow to ${SCREEN_COLUMNS_MIN}x${SCREEN_ROWS_MIN})`, rank: 8 },
    { text: 'q', rank: 7 },
    { text: 'K', rank: 6 },
  ];
}

function blockedText({ board, shownMs }: Scene): string {
  const { doubt } = freshnessLabel(board.figures, shownMs);
  const line = board.figures.value?.flow.find(({ name }) => name === 'blocked');
  return flowText(line?.perSec ?? null) + doubt;
}

function doctorDoubt({ board }: Scene, shownMs: number): string {
  return freshnessLabel(board.doctor, shownMs).doubt;
}

/** `✖1`: how many findings are worse than a warning. */
function worstText(counts: readonly { status: string; count: number }[] | null): string {
  if (counts === null) return '✖–';
  const fine = ['OK', 'WARN', 'SKIP'];
  const bad = counts.filter(({ status }) => !fine.includes(status));
  return `✖${bad.reduce((sum, { count }) => sum + count, 0)}`;
}

/** The most important first, each that still has room, in the order in which they are written. */
function fitting(words: readonly Word[], columns: number): string {
  let room = columns + 1;
  const taken = words
    .toSorted((a, b) => a.rank - b.rank)
    .filter(({ text }, at) => {
      const cells = screenText(text).cells + 1;
      const hasRoom = at === 0 || cells <= room;
      if (hasRoom) room -= cells;
      return hasRoom;
    });
  return words
    .filter((word) => taken.includes(word))
    .map(({ text }) => text)
    .join(' ');
}
