import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Line, ScreenSize, Style } from '../../../../src/tui/line.js';
import { renderLine } from '../../../../src/tui/terminal/render-line.js';
import { ScreenWriter } from '../../../../src/tui/terminal/screen-writer.js';
import { pad } from '../../../../src/tui/text/fit.js';
import { THEME_OF } from '../../../../src/tui/theme.js';
import { XtermScreen } from '../../../fakes/xterm-screen.js';
import { foreignText } from '../foreign-text.js';

const STYLES = Object.keys(THEME_OF.default) as readonly Style[];

function frame(size: ScreenSize, lines: readonly Line[]) {
  const look = { columns: size.columns, theme: THEME_OF.default, isAscii: false };
  return { size, rows: lines.map((line) => renderLine(line, look)) };
}

function plainFrame(size: ScreenSize, texts: readonly string[]) {
  return frame(
    size,
    texts.map((text) => [{ text, style: 'plain' }]),
  );
}

function opened(size: ScreenSize): { screen: XtermScreen; writer: ScreenWriter } {
  const screen = new XtermScreen(size);
  screen.write('\u001b[?1049h\u001b[?7l');
  screen.writes.length = 0;
  return { screen, writer: new ScreenWriter(screen) };
}

const SIZE = { columns: 20, rows: 4 };

describe('ScreenWriter', () => {
  test('writes once for a frame, and only the rows that changed', async () => {
    const { screen, writer } = opened(SIZE);
    writer.draw(plainFrame(SIZE, ['one', 'two', 'three']));
    expect(screen.writes).toHaveLength(1);
    writer.draw(plainFrame(SIZE, ['one', '2', 'three']));
    expect(screen.writes[1]).toBe('\u001b[?2026h\u001b[2;1H2\u001b[K\u001b[?2026l');
    expect(await screen.rows()).toEqual(['one', '2', 'three', '']);
  });

  test('writes nothing when nothing changed', () => {
    const { screen, writer } = opened(SIZE);
    writer.draw(plainFrame(SIZE, ['one']));
    writer.draw(plainFrame(SIZE, ['one']));
    expect(screen.writes).toHaveLength(1);
  });

  test('keeps the last cell of a full row, also in the last row', async () => {
    const { screen, writer } = opened(SIZE);
    const full = Array.from({ length: 6 }, (_, row) => String(row).repeat(20));
    writer.draw(plainFrame(SIZE, full));
    expect(await screen.rows()).toEqual(full.slice(0, 4));
    expect(await screen.scrolledAway()).toBe(0);
  });

  test('draws everything anew where somebody else has written', async () => {
    const { screen, writer } = opened(SIZE);
    writer.draw(plainFrame(SIZE, ['one', 'two']));
    screen.write('\u001b[1;1Hnoise\u001b[4;1Hnoise');
    writer.forget();
    writer.draw(plainFrame(SIZE, ['one', 'two']));
    expect(await screen.rows()).toEqual(['one', 'two', '', '']);
  });

  test('leaves frames out while the terminal takes nothing, and then draws the newest', async () => {
    const { screen, writer } = opened(SIZE);
    screen.isReady = false;
    for (const text of ['first', 'second', 'third', 'fourth']) {
      writer.draw(plainFrame(SIZE, [text]));
    }
    expect(await screen.rows()).toEqual(['first', '', '', '']);
    screen.drain();
    expect(await screen.rows()).toEqual(['fourth', '', '', '']);
    expect(screen.writes).toHaveLength(2);
    expect(writer.droppedFrames).toBe(2);
  });
});

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '│', '█', '日', ' '), maxLength: 70 }),
);
const line = fc.array(fc.record({ text, style: fc.constantFrom(...STYLES) }), { maxLength: 3 });
const size = fc.record({
  columns: fc.integer({ min: 2, max: 60 }),
  rows: fc.integer({ min: 1, max: 12 }),
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.array(line, { maxLength: 14 }) },
  { weight: 2, arbitrary: size },
);

describe('a terminal that was written to', () => {
  test('shows the newest frame, after frames and sizes of every kind', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.array(step, { maxLength: 12 }), async (first, steps) => {
        const { screen, writer } = opened(first);
        let at = first;
        let lines: readonly Line[] = [];
        for (const one of steps) {
          if ('columns' in one) {
            screen.resize(one);
            at = one;
            writer.forget();
          } else {
            lines = one;
          }
          writer.draw(frame(at, lines));
          const fresh = new XtermScreen(at);
          fresh.write('\u001b[?7l');
          const { rows } = frame(at, lines);
          for (const [row, { text: whole }] of rows.slice(0, at.rows).entries()) {
            fresh.write(`\u001b[${row + 1};1H${whole}`);
          }
          expect(trimmed(await screen.rows())).toEqual(trimmed(await fresh.rows()));
          expect(await screen.scrolledAway()).toBe(0);
        }
        expect(screen.writes.join('')).not.toMatch(/\u001b\[[0-3]?J|\n/);
      }),
      { numRuns: 60 },
    );
  });

  test('has every border at its place, whatever text stands in front of it', async () => {
    const texts = fc.array(foreignText, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 3 }), async (frames) => {
        const at = { columns: 40, rows: 4 };
        const { screen, writer } = opened(at);
        for (const rows of frames) {
          writer.draw(
            plainFrame(
              at,
              rows.map((one) => `${pad(one, 24)}│ok`),
            ),
          );
        }
        const shown = await screen.rows();
        for (const row of (frames.at(-1) ?? []).keys()) {
          expect(await screen.cell(row, 24)).toBe('│');
          expect(shown[row]).toMatch(/│ok$/);
        }
      }),
    );
  });

  test('has not drifted after fifty sizes', async () => {
    const { screen, writer } = opened({ columns: 200, rows: 60 });
    const rows = Array.from({ length: 60 }, (_, row) => `row ${row} `.repeat(25));
    for (let turn = 0; turn < 50; turn += 1) {
      const at = turn % 2 === 0 ? { columns: 40, rows: 10 } : { columns: 200, rows: 60 };
      // Drawn for the old size while the terminal has the new one.
      screen.resize(at);
      writer.draw(plainFrame({ columns: 120, rows: 40 }, rows));
      writer.forget();
      writer.draw(plainFrame(at, rows));
    }
    const wanted = rows.map((row) => row.slice(0, 200).trimEnd());
    expect(await screen.rows()).toEqual(wanted);
    expect(await screen.scrolledAway()).toBe(0);
  });
});

function trimmed(rows: readonly string[]): readonly string[] {
  return rows.map((row) => row.trimEnd());
}
