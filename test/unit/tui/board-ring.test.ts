import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textCompression } from '../../../src/adapters/deflate.js';
import { BoardRing, LIVE_LIMITS } from '../../../src/tui/board-ring.js';
import type { Board } from '../../../src/view/board/board.js';
import type { Compression } from '../../../src/view/board/compression.js';
import { fakeBoard } from '../../fakes/fake-board.js';

const at = (atMs: number) => fakeBoard({ atMs });
/** Gains nothing, and can't be read with another text before it than it was made with. */
const plain: Compression = {
  pack: (texts, before) => Buffer.from(JSON.stringify({ texts, first: before[0] ?? null })),
  unpack: (bytes, before) => {
    const read = JSON.parse(Buffer.from(bytes).toString()) as { texts: string[]; first: unknown };
    if (read.first !== (before[0] ?? null)) throw new Error('packed with other texts before it');
    return read.texts;
  },
};

function ringOf(times: readonly number[], limits = LIVE_LIMITS): BoardRing {
  const ring = new BoardRing(plain, limits);
  for (const ms of times) ring.add(at(ms));
  return ring;
}

describe('BoardRing', () => {
  test('gives back what it was given, packed', () => {
    const ring = new BoardRing(textCompression);
    const board = fakeBoard();
    ring.add(board);
    expect(ring.at(board.atMs)).toEqual(board);
    expect(ring.bytes).toBeLessThan(JSON.stringify(board).length / 2);
  });

  test('has nothing where nothing was added', () => {
    const ring = ringOf([]);
    expect([ring.at(5), ring.oldestMs, ring.newestMs]).toEqual([null, null, null]);
  });

  test('keeps one board per second', () => {
    const ring = ringOf([0, 500, 999]);
    expect(ring.count).toBe(1);
    expect(ring.add(at(1_000))).toBe(true);
    expect(ring.add(at(1_500))).toBe(false);
  });

  test('gives the board that was shown at a time', () => {
    const ring = ringOf([1_000, 2_500, 3_600, 60_000]);
    expect(ring.at(3_599)?.atMs).toBe(2_500);
    expect(ring.at(0)?.atMs).toBe(1_000);
    expect(ring.at(99_000)?.atMs).toBe(60_000);
  });

  test('forgets what is older than it is to keep, and the oldest when it is full', () => {
    const old = ringOf([0, 10_000, 20_000], { ...LIVE_LIMITS, keepMs: 15_000 });
    expect([old.oldestMs, old.spanMs]).toEqual([10_000, 10_000]);
    const one = ringOf([0]).bytes;
    const full = ringOf([1_000, 2_000, 3_000, 4_000], { ...LIVE_LIMITS, bytesMax: one * 2.5 });
    expect([full.oldestMs, full.count]).toEqual([3_000, 2]);
  });

  test('forgets what would be later than now when the clock was set back', () => {
    const ring = ringOf([1_000, 2_000, 3_000, 1_500]);
    expect([ring.count, ring.newestMs]).toEqual([1, 1_000]);
    ring.add(at(2_200));
    expect(ring.newestMs).toBe(2_200);
  });

  test('gives every board back that it keeps, as it was', () => {
    const step = fc.record({
      ms: fc.integer({ min: -4_000, max: 4_000 }),
      where: fc.string({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const ring = new BoardRing(textCompression, { keepMs: 60_000, bytesMax: 20_000 });
        let kept: Board[] = [];
        let atMs = 1_000_000;
        for (const { ms, where } of steps) {
          atMs += ms;
          const board = { ...fakeBoard({ atMs }), where };
          kept = kept.filter((other) => other.atMs <= atMs);
          if (ring.add(board)) kept.push(board);
        }
        const { oldestMs } = ring;
        kept = kept.filter((board) => board.atMs >= (oldestMs ?? 0));
        expect(ring.count).toBe(kept.length);
        for (const board of kept) expect(ring.at(board.atMs)).toEqual(board);
      }),
      { numRuns: 40 },
    );
  });

  test('keeps what differs from the moment before, not the whole again', () => {
    const ring = new BoardRing(textCompression);
    ring.add(at(0));
    const alone = ring.bytes;
    for (let second = 1; second < 10; second += 1) ring.add(at(second * 1_000));
    expect(ring.bytes).toBeLessThan(2 * alone);
  });

  test('stays in order and within its bounds, whatever time does', () => {
    const limits = { keepMs: 20_000, bytesMax: ringOf([0]).bytes * 6 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3_000, max: 9_000 }), { maxLength: 30 }), (steps) => {
        const ring = new BoardRing(plain, limits);
        let ms = 1_000_000;
        for (const step of steps) {
          ms += step;
          ring.add(at(ms));
          expect(ring.bytes).toBeLessThanOrEqual(limits.bytesMax);
          expect(ring.spanMs).toBeLessThanOrEqual(limits.keepMs);
          expect(ring.newestMs).toBeLessThanOrEqual(ms);
          expect(ring.at(ms)?.atMs).toBe(ring.newestMs);
        }
      }),
      { numRuns: 30 },
    );
  });
});
