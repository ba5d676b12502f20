import { expect, test } from 'vitest';
import { keptBoard, ROWS_KEPT_MAX } from '../../../../src/view/board/kept-board.js';
import { fakeBoard, unreadBoard } from '../../../fakes/fake-board.js';

test('keeps the newest rows of each list, and everything else', () => {
  const board = fakeBoard();
  const [row] = board.log.value ?? [];
  const rows = Array.from({ length: 500 }, (_, seq) => ({ ...row, seq: 500 - seq }) as never);
  const kept = keptBoard(fakeBoard({ log: { ...board.log, value: rows } }));
  expect(kept.log.value).toEqual(rows.slice(0, ROWS_KEPT_MAX));
  expect({ ...kept, log: null }).toEqual({ ...board, log: null });
});

test('changes nothing that was never read', () => {
  expect(keptBoard(unreadBoard())).toEqual(unreadBoard());
});
