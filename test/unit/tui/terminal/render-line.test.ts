import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderLine, type RowLook } from '../../../../src/tui/terminal/render-line.js';
import type { Style } from '../../../../src/tui/line.js';
import { THEME_OF } from '../../../../src/tui/theme.js';
import { THEMES } from '../../../../src/view/screen-names.js';
import { textCells } from '../../../../src/tui/text/screen-text.js';
import { foreignText } from '../foreign-text.js';

const LOOK: RowLook = { columns: 10, theme: THEME_OF.default, isAscii: false };
const STYLES = Object.keys(THEME_OF.default) as readonly Style[];

/** Colours, and the column that we ourselves name. */
const OWN = /\u001b\[(?:[0-9;]*m|\d+G)/g;

describe('renderLine', () => {
  test('gives each span the look of its meaning, and ends plain', () => {
    const line = [
      { text: 'a', style: 'plain' },
      { text: 'b', style: 'bad' },
      { text: 'c', style: 'bad' },
      { text: 'd', style: 'good' },
      { text: 'e', style: 'plain' },
      { text: 'f', style: 'key' },
    ] as const;
    expect(renderLine(line, LOOK)).toEqual({
      text: 'a\u001b[1;31mbc\u001b[0;32md\u001b[0me\u001b[36mf\u001b[0m',
      cells: 6,
    });
  });

  test('cuts what is wider and says that something is missing', () => {
    const of = (...texts: string[]) =>
      renderLine(
        texts.map((text) => ({ text, style: 'plain' })),
        LOOK,
      ).text;
    expect(of('0123456789')).toBe('0123456789');
    expect(of('01234567890')).toBe('012345678…');
    expect(of('0123456789', 'x')).toBe('012345678…');
    expect(of('012345678', 'xy')).toBe('012345678…');
  });

  test('says where the cursor goes behind what terminals count differently', () => {
    const line = [{ text: 'a👩🏽b', style: 'plain' }] as const;
    expect(renderLine(line, LOOK).text).toBe('a  \u001b[2G👩🏽\u001b[4Gb');
  });

  test('shows what text from outside tries to hide', () => {
    const line = [{ text: '\u001b[3J\u202e', style: 'plain' }] as const;
    expect(renderLine(line, { ...LOOK, columns: 40 }).text).toBe('\\x1b[3J\\u202e');
  });

  test('is never wider than the terminal, and carries no control but its own', () => {
    const spans = fc.array(fc.record({ text: foreignText, style: fc.constantFrom(...STYLES) }), {
      maxLength: 6,
    });
    const look = fc.record({
      columns: fc.integer({ min: 0, max: 60 }),
      theme: fc.constantFrom(...THEMES).map((name) => THEME_OF[name]),
      isAscii: fc.boolean(),
    });
    fc.assert(
      fc.property(spans, look, (line, at) => {
        const row = renderLine(line, at);
        expect(row.cells).toBeLessThanOrEqual(at.columns);
        const bare = row.text.replaceAll(/ +\u001b\[\d+G/g, '').replaceAll(OWN, '');
        expect(bare).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/);
        expect(textCells(bare)).toBeLessThanOrEqual(at.columns);
        if (at.isAscii) expect(bare).toMatch(/^[ -~]*$/);
        expect(
          row.text
            .replaceAll(/\u001b\[\d+G/g, '')
            .match(OWN)
            ?.at(-1) ?? '\u001b[0m',
        ).toBe('\u001b[0m');
      }),
    );
  });
});
