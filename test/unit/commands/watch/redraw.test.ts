import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { END_OF_REDRAW, redraw } from '../../../../src/commands/watch/redraw.js';
import { FakeTerminal } from '../../../fakes/fake-terminal.js';

const SHELL = Array.from({ length: 5 }, (_, index) => `$ command ${index}`);

class Drawing {
  readonly terminal: FakeTerminal;
  #lines = 0;

  constructor(columns: number, rows: number) {
    this.terminal = new FakeTerminal({ columns, rows });
    this.terminal.write(SHELL.map((line) => `${line}\n`).join(''));
  }

  draw(text: string): void {
    const { bytes, lines } = redraw(text, this.terminal.size, this.#lines);
    this.#lines = lines;
    this.terminal.write(bytes);
  }
}

const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

/** What the screen is to show of a text. */
function expected(lines: readonly string[], columns: number, rows: number): readonly string[] {
  const most = Math.max(1, rows - 1);
  const hidden = `... ${lines.length - most + 1} more lines: the terminal is too low`;
  const shown = lines.length <= most ? lines : [...lines.slice(0, most - 1), hidden];
  return shown.map((line) => line.slice(0, columns - 1));
}

const line = fc.string({ unit: fc.constantFrom('a', 'b', ' x'), minLength: 1, maxLength: 40 });
const text = fc.array(
  line.map((words) => `${words}.`),
  { minLength: 1, maxLength: 14 },
);

describe('redraw', () => {
  it('replaces the frame before it and never touches what was above', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 50 }),
        fc.integer({ min: 2, max: 12 }),
        fc.array(text, { minLength: 1, maxLength: 6 }),
        (columns, rows, texts) => {
          const drawing = new Drawing(columns, rows);
          const shell = [...drawing.terminal.everything];
          for (const lines of texts) {
            drawing.draw(textOf(lines));
            const { everything, wraps, cursorShown } = drawing.terminal;
            const frame = expected(lines, columns, rows);
            expect(everything).toEqual([...shell, ...frame]);
            expect({ wraps, cursorShown }).toEqual({ wraps: true, cursorShown: true });
          }
        },
      ),
    );
  });

  it.each([true, false])('survives a resize (lines are wrapped again: %s)', (reflow) => {
    const size = fc.record({
      columns: fc.integer({ min: 8, max: 50 }),
      rows: fc.integer({ min: 2, max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(size, text), { minLength: 1, maxLength: 5 }), (steps) => {
        const drawing = new Drawing(50, 12);
        drawing.draw('first\n');
        for (const [next, lines] of steps) {
          drawing.terminal.resize(next, { reflow });
          drawing.draw(textOf(lines));
          const frame = expected(lines, next.columns, next.rows);
          expect(drawing.terminal.screen.slice(-frame.length)).toEqual(frame);
        }
        // Wrapped, or cut off by a terminal that does not wrap; but there.
        const kept = drawing.terminal.everything.map((row) => row.slice(0, 8));
        for (const words of SHELL) expect(kept).toContain(words.slice(0, 8));
      }),
    );
  });

  it('erases nothing before it writes', () => {
    const { bytes } = redraw('one\ntwo\n', { columns: 80, rows: 24 }, 2);
    expect(bytes.indexOf('one')).toBeLessThan(bytes.indexOf('\u001b[K'));
    expect(bytes.indexOf('two')).toBeLessThan(bytes.indexOf('\u001b[J'));
    expect(bytes).not.toContain('\u001b[2J');
  });

  it('lets no line wrap, not even one of wide characters, and shows no cursor meanwhile', () => {
    const { bytes } = redraw('日本\n', { columns: 80, rows: 24 }, 0);
    expect(bytes).toMatch(/^\u001b\[\?25l\u001b\[\?7l[^]*\u001b\[\?7h\u001b\[\?25h$/);
  });

  it('clears what the terminal echoed when it ends', () => {
    const drawing = new Drawing(80, 24);
    drawing.draw('status\n');
    drawing.terminal.write('^C');
    drawing.terminal.write(END_OF_REDRAW);
    expect(drawing.terminal.screen).toEqual([...SHELL, 'status']);
    expect(drawing.terminal.cursorShown).toBe(true);
  });
});
