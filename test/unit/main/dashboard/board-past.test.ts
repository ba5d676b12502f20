import { expect, it } from 'vitest';
import { textCompression } from '../../../../src/adapters/deflate.js';
import { BoardPast } from '../../../../src/main/dashboard/board-past.js';
import { BoardRing } from '../../../../src/tui/board-ring.js';
import { fakeBoard } from '../../../fakes/fake-board.js';

it('has the moment that is held, between the seconds that are kept', () => {
  const past = new BoardPast(new BoardRing(textCompression));
  const at = (ms: number) => ({ ...fakeBoard(), atMs: ms });
  past.note(at(10_000));
  past.note(at(10_600));
  past.hold(at(10_700));
  expect(past.at(10_700)?.atMs).toBe(10_700);
  expect(past.at(10_701)?.atMs).toBe(10_000);
  past.hold(at(10_900));
  expect(past.at(10_700)?.atMs).toBe(10_000);
});
