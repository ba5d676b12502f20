import { expect, it, vi } from 'vitest';
import { LaterBoards } from '../../../../src/main/dashboard/later-boards.js';
import type { Board } from '../../../../src/view/board/board.js';
import type { BoardSource } from '../../../../src/view/board/board-source.js';
import { unreadBoard } from '../../../../src/view/board/unread-board.js';
import { fakeBoard } from '../../../fakes/fake-board.js';

class Opened implements BoardSource {
  readonly refresh = vi.fn();
  readonly close = vi.fn(() => Promise.resolve());
  readonly #board: Board;
  say: () => void = () => undefined;

  constructor(board: Board) {
    this.#board = board;
  }

  board(): Board {
    return this.#board;
  }

  onChange(listener: () => void): () => void {
    this.say = listener;
    return () => undefined;
  }
}

it('shows that nothing was read until its source is open, and that one from then on', async () => {
  const unread = unreadBoard(1, 500);
  const later = new LaterBoards(unread);
  const heard = vi.fn();
  const forget = later.onChange(heard);
  later.refresh();
  expect(later.board()).toBe(unread);

  const source = new Opened(fakeBoard());
  await later.become(source);
  expect(later.board()).toBe(source.board());
  source.say();
  later.refresh();
  expect(heard).toHaveBeenCalledTimes(1);
  expect(source.refresh).toHaveBeenCalledTimes(1);
  forget();
  source.say();
  expect(heard).toHaveBeenCalledTimes(1);
  await later.close();
  expect(source.close).toHaveBeenCalledTimes(1);
});

it('closes a source that is open only when nobody wants it any more', async () => {
  const later = new LaterBoards(unreadBoard(1, 500));
  await later.close();
  const source = new Opened(fakeBoard());
  await later.become(source);
  expect(source.close).toHaveBeenCalledTimes(1);
});

it('an unread board says of nothing that it is, or that it is none', () => {
  const { atMs, where, isOwnEngine, links, events, ...sections } = unreadBoard(1, 500);
  expect({ atMs, where, isOwnEngine, events }).toEqual({
    ...{ atMs: 1, where: '', isOwnEngine: true, events: [] },
  });
  expect(new Set(links.map(({ state }) => state))).toEqual(new Set(['not asked']));
  for (const { value, asOfMs, down } of Object.values(sections)) {
    expect([value, asOfMs, down]).toEqual([null, null, null]);
  }
});
