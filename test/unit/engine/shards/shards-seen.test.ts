import { describe, expect, it } from 'vitest';
import { ShardsSeen } from '../../../../src/engine/shards/shards-seen.js';

function look(seq: number, foldedSeq: number, writtenSeq: number) {
  return { shard: 0, head: { seq, foldedSeq, writtenSeq }, owner: null, writer: null };
}

/** One look a second, from 1 000 ms on. @returns what is known after the last */
function after(...looks: readonly ReturnType<typeof look>[]) {
  const seen = new ShardsSeen();
  looks.forEach((one, at) => {
    seen.note([one], (at + 1) * 1_000);
  });
  return seen.standings[0];
}

describe('ShardsSeen', () => {
  it.each([
    ['nothing waits', [look(5, 5, 5)], { unfoldedSinceMs: null, unwrittenSinceMs: null }],
    [
      'the same input waits from the first look on',
      [look(5, 4, 3), look(5, 4, 3), look(5, 4, 3)],
      { unfoldedSinceMs: 1_000, unwrittenSinceMs: 1_000 },
    ],
    [
      'inputs wait, but each time others',
      [look(5, 4, 3), look(9, 8, 7), look(12, 11, 10)],
      { unfoldedSinceMs: 3_000, unwrittenSinceMs: 3_000 },
    ],
    [
      'only the writer stands still',
      [look(5, 5, 5), look(9, 9, 5), look(12, 12, 5), look(14, 13, 5)],
      { unfoldedSinceMs: 4_000, unwrittenSinceMs: 2_000 },
    ],
    [
      'the shard was begun again further back',
      [look(90, 10, 10), look(12, 11, 11)],
      { unfoldedSinceMs: 2_000, unwrittenSinceMs: 2_000 },
    ],
  ])('tells since when an input waits where %s', (_, looks, expected) => {
    expect(after(...looks)).toMatchObject(expected);
  });

  it('tells when inputs came, not when it first looked', () => {
    expect(after(look(5, 5, 5))?.lastInputAtMs).toBeNull();
    expect(after(look(5, 5, 5), look(6, 5, 5), look(6, 6, 6))?.lastInputAtMs).toBe(2_000);
  });

  it('keeps the oldest age however long it waits', () => {
    const looks = Array.from({ length: 3_000 }, (_, at) => look(at + 2, 1, 1));
    expect(after(...looks)?.unwrittenSinceMs).toBe(1_000);
  });
});
