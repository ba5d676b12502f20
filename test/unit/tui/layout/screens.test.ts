import { describe, expect, it } from 'vitest';
import { VIEWS } from '../../../../src/view/screen-names.js';
import { type UiState } from '../../../../src/tui/ui-state.js';
import type { Board } from '../../../../src/view/board/board.js';
import {
  BOARD_NOW_MS,
  fakeBoard,
  fakeUi,
  haltedBoard,
  hostileBoard,
  staleBoard,
  unreachableBoard,
  unreadBoard,
} from '../../../fakes/fake-board.js';
import { screenOf } from '../../../fakes/screen-text.js';

const SIZES = ['120x40', '80x24', '60x16', '40x1'];
const PAST = { atMs: BOARD_NOW_MS - 42_000, newestMs: BOARD_NOW_MS };

interface Look {
  readonly board: Board;
  readonly ui: Partial<UiState>;
}

const LOOKS: Readonly<Record<string, Look>> = {
  normal: { board: fakeBoard(), ui: {} },
  unread: { board: unreadBoard(), ui: {} },
  unreachable: { board: unreachableBoard(), ui: {} },
  stale: { board: staleBoard(), ui: {} },
  halted: { board: haltedBoard(), ui: { hasControl: true } },
  paused: { board: fakeBoard({ atMs: PAST.atMs }), ui: { playback: PAST } },
  replay: { board: fakeBoard(), ui: { isReplay: true } },
  hostile: { board: hostileBoard(), ui: {} },
  ascii: { board: fakeBoard(), ui: { isAscii: true } },
};

/** `UPDATE_SCREENS`: run vitest with `-u`, then read every file that has changed: it is the product. */
describe('every view looks as it did', () => {
  for (const [look, { board, ui }] of Object.entries(LOOKS)) {
    for (const size of SIZES) {
      it(`${look} at ${size}`, async () => {
        const screens = VIEWS.map((view) => {
          const screen = screenOf(board, fakeUi({ ...ui, view }), size);
          return `--- ${view} ---\n${screen}`;
        });
        const shown = size === '40x1' ? screens.slice(0, 1) : screens;
        await expect(shown.join('')).toMatchFileSnapshot(
          `../../../fixtures/screens/${look}-${size}.txt`,
        );
      });
    }
  }
});
