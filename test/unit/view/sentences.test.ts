import { describe, expect, test } from 'vitest';
import { changeSentences, overviewSentences } from '../../../src/view/board/sentences.js';
import { fakeBoard, haltedBoard, unreadBoard } from '../../fakes/fake-board.js';

describe('the board in sentences', () => {
  test('says mode, level, effects and check-up, with numbers', () => {
    const said = overviewSentences(fakeBoard()).join(' ');
    expect(said).toContain('Mode shadow, level TRADING, orders go to NONE (shadow).');
    expect(said).toContain('STALLED.');
    expect(said).toMatch(/WS MESSAGES 31\.2 per second/);
    expect(said).not.toMatch(/[▁-█●▲✖]/);
  });

  test('what nobody knows is said so, never as 0', () => {
    const said = overviewSentences(unreadBoard()).join(' ');
    expect(said).toContain('Mode and level are unknown.');
    expect(said).not.toMatch(/\b0\b/);
  });

  test('nothing is said where nothing changed', () => {
    expect(changeSentences(fakeBoard(), fakeBoard())).toEqual([]);
  });

  test('a stop comes first', () => {
    const [first] = changeSentences(fakeBoard(), haltedBoard());
    expect(first).toMatch(/^Level HALTED, mode shadow, by /);
  });

  test('a place that goes away is said once, with its reason', () => {
    const links = fakeBoard().links.map((link) =>
      link.name === 'Redis' ? { ...link, state: 'down' as const, why: 'refused' } : link,
    );
    const board = fakeBoard({ links });
    expect(changeSentences(fakeBoard(), board)).toEqual(['Redis is down: refused.']);
    expect(changeSentences(board, board)).toEqual([]);
  });

  test('an event is told once', () => {
    const { events } = fakeBoard();
    const event = { seq: 1_000, atMs: 0, from: 'risk', text: 'a block', isBad: true, count: 1 };
    const board = fakeBoard({ events: [event, ...events] });
    expect(changeSentences(fakeBoard(), board)).toEqual(['risk: a block.']);
    expect(changeSentences(board, board)).toEqual([]);
  });
});
