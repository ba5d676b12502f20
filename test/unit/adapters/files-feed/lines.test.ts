import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineCutter } from '../../../../src/adapters/files-feed/lines.js';

function cut(chunks: readonly Buffer[]): (string | null)[] {
  const cutter = lineCutter();
  return [...chunks.flatMap((chunk) => [...cutter.add(chunk)]), ...cutter.end()];
}

describe('lineCutter', () => {
  test('ends lines with LF or CRLF, the last one with the file', () => {
    expect(cut([Buffer.from('a\r\nb\n\nc')])).toEqual(['a', 'b', '', 'c']);
    expect(cut([Buffer.from('a\n')])).toEqual(['a']);
    expect(cut([])).toEqual([]);
  });

  test('gives null for a line that is too long, and goes on with the next', () => {
    const long = 'x'.repeat(8 * 1024);
    expect(cut([Buffer.from(`a\n${long}\nb\n${long}y\nc`)])).toEqual(['a', long, 'b', null, 'c']);
    expect(cut([Buffer.from(`a\n${long}`), Buffer.from('yz'), Buffer.from('y\nc')])).toEqual([
      'a',
      null,
      'c',
    ]);
  });

  test('gives null for a line that is not UTF-8, and reads the lines around it', () => {
    const bytes = Buffer.concat([
      Buffer.from('币安\n'),
      Buffer.from([0xff, 0xfe, 10]),
      Buffer.from('b'),
    ]);
    expect(cut([bytes])).toEqual(['币安', null, 'b']);
  });

  test('does not depend on how the bytes arrive', () => {
    const piece = fc.oneof(
      fc
        .constantFrom('\n', '\r\n', 'a,b', '币', 'x'.repeat(5_000))
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30, size: 'max' }), fc.nat(), (pieces, seed) => {
        const whole = Buffer.concat(pieces);
        const chunks: Buffer[] = [];
        for (let at = 0, step = seed; at < whole.length; step = (step * 31 + 7) % 6_007) {
          chunks.push(whole.subarray(at, at + 1 + step));
          at += 1 + step;
        }
        expect(cut(chunks)).toEqual(cut([whole]));
        expect(cut(pieces)).toEqual(cut([whole]));
      }),
    );
  });
});
