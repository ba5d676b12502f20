import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asciiText } from '../../../../src/tui/text/ascii-text.js';
import { cut, pad, wrap } from '../../../../src/tui/text/fit.js';
import { graphemes, screenText, textCells } from '../../../../src/tui/text/screen-text.js';
import { foreignText } from '../foreign-text.js';

const cells = fc.integer({ min: 0, max: 40 });

describe('textCells', () => {
  test.each([
    ['plain', 5],
    ['│▁█⣿●▶', 6],
    ['日本', 4],
    ['e\u0301', 1],
    ['👩🏽', 2],
    ['🇩🇪', 2],
    ['\u0301', '\\u{301}'.length],
    ['a\u00adb', 'a\\u{ad}b'.length],
    ['x\u{e0041}', '\\u{78}\\u{e0041}'.length],
    ['\u001b[31m', '\\x1b[31m'.length],
  ])('of %j is %i', (text, width) => {
    expect(textCells(text)).toBe(width);
  });

  test('of marks without end is that of one character', () => {
    expect(screenText(`a${'\u0301'.repeat(5_000)}`)).toMatchObject({ text: '\ufffd…', cells: 2 });
  });
});

describe('cut', () => {
  test.each([
    ['plain', 5, 'plain'],
    ['plain', 4, 'pla…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['👩🏽👩🏽', 3, '👩🏽…'],
    ['anything', 1, '…'],
    ['anything', 0, ''],
  ])('of %j to %i cells', (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });

  test('is never wider, splits no character and changes nothing when repeated', () => {
    fc.assert(
      fc.property(foreignText, cells, (text, width) => {
        const short = cut(text, width);
        expect(textCells(short)).toBeLessThanOrEqual(width);
        expect(cut(short, width)).toBe(short);
        const whole = Array.from(graphemes(screenText(text).text), (one) => one.text);
        const taken = Array.from(graphemes(short), (one) => one.text);
        if (taken.at(-1) === '…') taken.pop();
        expect(whole.slice(0, taken.length)).toEqual(taken);
      }),
    );
  });
});

describe('pad', () => {
  test.each([
    ['日', 4, 'left', '日  '],
    ['日', 4, 'right', '  日'],
    ['日本語', 4, 'right', ' 日…'],
  ] as const)('of %j to %i cells, %s', (text, width, align, expected) => {
    expect(pad(text, width, align).trim()).toBe(expected.trim());
    expect(textCells(pad(text, width, align))).toBe(width);
  });

  test('is exactly as wide as asked for, whatever the text', () => {
    fc.assert(
      fc.property(foreignText, cells, fc.constantFrom('left', 'right'), (text, width, align) => {
        expect(textCells(pad(text, width, align))).toBe(width);
      }),
    );
  });
});

describe('wrap', () => {
  test.each([
    ['one two three', 7, ['one two', 'three']],
    ['  indented line', 10, ['  indented', 'line']],
    ['abcdefgh', 3, ['abc', 'def', 'gh']],
    ['日本', 1, ['…', '…', '']],
    ['', 10, ['']],
  ])('of %j to %i cells', (text, width, rows) => {
    expect(wrap(text, width)).toEqual(rows);
  });

  test('has no row that is wider, and loses only blanks', () => {
    fc.assert(
      fc.property(foreignText, fc.integer({ min: 30, max: 60 }), (text, width) => {
        const rows = wrap(text, width);
        for (const row of rows) expect(textCells(row)).toBeLessThanOrEqual(width);
        const without = (all: string) => all.replaceAll(/\s/g, '');
        expect(without(rows.join(''))).toBe(without(screenText(text).text));
      }),
    );
  });
});

describe('asciiText', () => {
  test.each([
    ['┌─│┼┘', '+-|++'],
    ['▁▂▃▄▅▆▇█·', '_.-=+*%#.'],
    ['⣀⣤⣴⣶⣿⠀', "_.--' "],
    ['● ok ▲ warn ✖ fail', '* ok ! warn X fail'],
    ['café Ž ½ 日 e\u0301', 'cafe Z ? ?? e'],
    ['cut…', 'cut~'],
  ])('of %j', (text, expected) => {
    expect(asciiText(text)).toBe(expected);
  });

  test('has only printable ASCII, in as many cells', () => {
    fc.assert(
      fc.property(foreignText, (text) => {
        const ascii = asciiText(text);
        expect(ascii).toMatch(/^[ -~]*$/);
        expect(ascii).toHaveLength(textCells(text));
      }),
    );
  });
});
