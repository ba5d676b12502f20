import { durationText } from '../../view/age.js';
import { clockCell, lastCell, shareCell, spanCell } from '../../view/board/tables/cell-text.js';
import type { CellContext } from '../../view/board/table.js';
import type { Line } from '../line.js';
import { textCells } from '../text/screen-text.js';
import { freshnessLabel } from './freshness-label.js';
import { levelOf, modeOf } from './control-words.js';
import type { Scene } from './scene.js';
import { fitLine, restyle, say } from './spans.js';
import { VIEW_TITLES } from './view-lists.js';
import { VIEWS } from '../../view/screen-names.js';

/** A fact of the banner: in short where room is short; the highest rank is dropped first. */
interface Piece {
  readonly long: string;
  readonly short: string;
  readonly rank: number;
  readonly isWarning?: boolean;
}

const SEPARATOR = ' │ ';

/** Where orders go and whether they may, in every view; an alarm while trading is stopped. */
export function bannerLine(scene: Scene): Line {
  const { columns } = scene.frame.size;
  const { isStopped, isUnknown } = levelOf(scene);
  const pieces = fitting(piecesOf(scene), columns - 1);
  const line = pieces.flatMap(({ text, isWarning }, at) => [
    say(at === 0 ? ' ' : SEPARATOR, 'dim'),
    say(text, isWarning || (isUnknown && at > 0 && at < 3) ? 'warn' : at < 3 ? 'title' : 'plain'),
  ]);
  const fitted = fitLine(line, columns);
  return isStopped ? restyle(fitted, 'alarm') : fitted;
}

function piecesOf(scene: Scene): readonly Piece[] {
  const { board, ui, frame } = scene;
  const { cpuFraction, beat, isRecording, droppedFrames } = frame.self;
  const mode = modeOf(scene);
  const level = levelOf(scene);
  const ordersTo = board.control.value?.ordersTo ?? 'unknown';
  const dropped = droppedFrames > 0 ? `, ${droppedFrames} frames dropped` : '';
  return [
    { long: `cdb ${mode}`, short: mode, rank: 1 },
    { long: level.long, short: level.short, rank: 0, isWarning: level.isUnknown },
    { long: `orders→${ordersTo}`, short: `→${ordersTo}`, rank: 4 },
    gatesPiece(scene),
    ui.hasControl
      ? { long: 'CONTROL', short: 'CONTROL', rank: 3, isWarning: true }
      : { long: 'read-only', short: 'RO', rank: 6 },
    timePiece(scene),
    ...(isRecording ? [{ long: 'recording', short: 'rec', rank: 7 }] : []),
    { long: `cpu ${shareCell(cpuFraction)}${dropped}`, short: shareCell(cpuFraction), rank: 8 },
    { long: beat ? '♥' : ' ', short: beat ? '♥' : ' ', rank: 5 },
  ];
}

function gatesPiece({ board, shownMs }: Scene): Piece {
  const { permissions } = board;
  if (permissions.value === null) return { long: 'gates ?', short: 'gates ?', rank: 5 };
  const { doubt } = freshnessLabel(permissions, shownMs);
  const open = permissions.value.gates.filter(({ until }) => until !== null && until > shownMs);
  if (open.length === 0) return { long: `gates none${doubt}`, short: `no gate${doubt}`, rank: 6 };
  const texts = open.map(({ scope, until }) => `${scope} ${spanCell((until ?? 0) - shownMs)}`);
  const [first = ''] = texts;
  const more = texts.length > 1 ? ` +${texts.length - 1}` : '';
  return {
    long: `GATE OPEN ${texts.join(', ')}${doubt}`,
    short: `GATE ${first}${more}${doubt}`,
    ...{ rank: 3, isWarning: true },
  };
}

function timePiece({ ui, frame, shownMs }: Scene): Piece {
  const time = clockCell(shownMs);
  const behindMs = (ui.isReplay ? (ui.playback?.newestMs ?? shownMs) : frame.nowMs) - shownMs;
  const behind = `(−${durationText(behindMs)})`;
  if (ui.isReplay) {
    const long = ui.playback === null ? `REPLAY ${time}` : `REPLAY at ${time} ${behind}`;
    return { long, short: `REPLAY ${time}`, rank: 2, isWarning: true };
  }
  if (ui.playback !== null) {
    const long = `PAUSED at ${time} ${behind}`;
    return { long, short: `PAUSED ${time}`, rank: 2, isWarning: true };
  }
  const hertz = Math.round(10_000 / ui.intervalMs) / 10;
  return { long: `${time} live ${hertz} Hz`, short: `${time} ${hertz}Hz`, rank: 2 };
}

interface PlacedPiece {
  readonly text: string;
  readonly isWarning: boolean;
}

/** All in full, else in short the most important first, each that still has room. */
function fitting(pieces: readonly Piece[], columns: number): readonly PlacedPiece[] {
  const full = placed(pieces, 'long');
  if (cellsOf(full) <= columns) return full;
  let room = columns + SEPARATOR.length;
  const taken = pieces
    .toSorted((a, b) => a.rank - b.rank)
    .filter(({ short }, at) => {
      const cells = textCells(short) + SEPARATOR.length;
      const hasRoom = at === 0 || cells <= room;
      if (hasRoom) room -= cells;
      return hasRoom;
    });
  return placed(
    pieces.filter((piece) => taken.includes(piece)),
    'short',
  );
}

function placed(pieces: readonly Piece[], form: 'long' | 'short'): readonly PlacedPiece[] {
  return pieces.map((piece) => ({ text: piece[form], isWarning: piece.isWarning === true }));
}

function cellsOf(pieces: readonly PlacedPiece[]): number {
  const texts = pieces.reduce((sum, { text }) => sum + textCells(text), 0);
  return texts + SEPARATOR.length * (pieces.length - 1);
}

/** What is down, since when and why; else the views, or a rule on the view that all know. */
export function secondLine(scene: Scene): Line {
  const { columns } = scene.frame.size;
  const down = downWords(scene, columns - ' ✖ DOWN '.length);
  if (down !== '') return fitLine([say(` ✖ DOWN ${down}`, 'bad')], columns);
  return scene.ui.view === 'home' ? [say('─'.repeat(columns), 'dim')] : viewTabs(scene);
}

/** In full, or where that has no room the names first, and why of the first of them. */
function downWords({ board, context }: Scene, columns: number): string {
  const down = board.links.filter(({ state }) => state === 'down');
  const since = (atMs: number | null, times: CellContext['times']) =>
    lastCell(atMs, { ...context, times });
  const full = down.map(({ name, sinceMs, why }) => {
    const times = `${since(sinceMs, 'absolute')} (${since(sinceMs, 'relative')})`;
    return `${name} since ${times}${why === '' ? '' : `: ${why}`}`;
  });
  if (textCells(full.join('; ')) <= columns) return full.join('; ');
  const names = down.map(({ name, sinceMs }) => `${name} ${since(sinceMs, 'relative')}`);
  return [names.join(', '), ...down.slice(0, 1).map(({ why }) => why)].join(': ');
}

function viewTabs({ ui, frame }: Scene): Line {
  const { columns } = frame.size;
  const tabs = (isShort: boolean) =>
    VIEWS.map((view, at) => {
      const isHere = view === ui.view;
      const name = isShort && !isHere ? `${at + 1}` : `${at + 1} ${VIEW_TITLES[view]}`;
      return say(isHere ? `[${name}]` : ` ${name} `, isHere ? 'title' : 'dim');
    });
  const full = tabs(false);
  const cells = full.reduce((sum, { text }) => sum + textCells(text), 0);
  return fitLine(cells <= columns ? full : tabs(true), columns);
}
