import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawScreen } from '../../../../src/tui/layout/draw-screen.js';
import type { Overlay, UiState } from '../../../../src/tui/ui-state.js';
import { lineCells } from '../../../../src/tui/layout/spans.js';
import { screenText } from '../../../../src/tui/text/screen-text.js';
import { VIEWS } from '../../../../src/view/screen-names.js';
import { BOARD_LISTS, type BoardListName } from '../../../../src/view/board/tables/board-lists.js';
import { UNPRINTABLE } from '../../../../src/view/plain-text.js';
import {
  BOARD_NOW_MS,
  HOSTILE_TEXTS,
  fakeBoard,
  fakeLists,
  fakeUi,
  haltedBoard,
  staleBoard,
  unreachableBoard,
  unreadBoard,
  withTexts,
} from '../../../fakes/fake-board.js';
import { fakeFrame, lineText, screenOf } from '../../../fakes/screen-text.js';

const LIST_NAMES = Object.keys(BOARD_LISTS) as readonly BoardListName[];

const text = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 200 }),
);

const overlay: fc.Arbitrary<Overlay | null> = fc.oneof(
  fc.constant(null),
  fc.record({ kind: fc.constant('help' as const), top: fc.integer({ min: -5, max: 90 }) }),
  fc.constant({ kind: 'kill ask' as const }),
  fc.record({
    kind: fc.constant('kill' as const),
    state: fc.constantFrom('sent' as const, 'stopped' as const, 'partial' as const),
    lines: fc.array(
      fc.record({
        ...{ who: text, words: text, isWell: fc.boolean() },
        ms: fc.option(fc.double({ noNaN: true })),
      }),
      { maxLength: 30 },
    ),
  }),
  fc.record({
    ...{ kind: fc.constant('text' as const), title: text },
    ...{ lines: fc.array(text, { maxLength: 30 }), top: fc.integer({ min: -5, max: 90 }) },
  }),
  fc.record({ kind: fc.constant('menu' as const), selected: fc.integer({ min: -3, max: 20 }) }),
  fc.record({
    ...{ kind: fc.constant('confirm' as const), title: text, lines: fc.array(text) },
    ...{ argv: fc.array(text), deadUntilMs: fc.integer() },
  }),
);

const ui: fc.Arbitrary<UiState> = fc
  .record({
    view: fc.constantFrom(...VIEWS),
    focus: fc.constantFrom(...LIST_NAMES),
    filter: fc.oneof(fc.constant(''), text),
    sort: fc.option(
      fc.record({ column: fc.constantFrom('time', 'name', 'x'), isDescending: fc.boolean() }),
    ),
    overlay,
    prompt: fc.option(
      fc.record({
        kind: fc.constantFrom('filter' as const, 'command' as const),
        text,
        fault: text,
      }),
    ),
    times: fc.constantFrom('relative' as const, 'absolute' as const),
    isAscii: fc.boolean(),
    isReplay: fc.boolean(),
    hasControl: fc.boolean(),
    killedAtMs: fc.option(fc.constantFrom(0, BOARD_NOW_MS)),
    notice: fc.option(fc.record({ text, isBad: fc.boolean() })),
    behindMs: fc.option(fc.integer({ min: 0, max: 1e9 })),
  })
  .map(({ filter, sort, behindMs, ...rest }) => {
    const lists = Object.fromEntries(LIST_NAMES.map((name) => [name, { filter, sort }]));
    const playback =
      behindMs === null ? null : { atMs: BOARD_NOW_MS - behindMs, newestMs: BOARD_NOW_MS };
    return fakeUi({ ...rest, lists: fakeLists(lists), playback });
  });

const board = fc
  .record({
    base: fc.constantFrom(fakeBoard, unreadBoard, unreachableBoard, staleBoard, haltedBoard),
    texts: fc.array(text, { minLength: 1, maxLength: 12 }),
    isHostile: fc.boolean(),
  })
  .map(({ base, texts, isHostile }) => {
    let at = 0;
    return isHostile ? withTexts(base(), () => texts[at++ % texts.length] ?? '') : base();
  });

describe('a screen', () => {
  it('has never more rows or cells than the terminal, whatever is on it', () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 220 }), fc.integer({ min: 1, max: 70 }));
    fc.assert(
      fc.property(board, ui, size, (shown, state, [columns, rows]) => {
        const lines = drawScreen(shown, state, fakeFrame(`${columns}x${rows}`));
        expect(lines.length).toBeLessThanOrEqual(rows);
        expect(lines.filter((line) => lineCells(line) > columns)).toEqual([]);
        expect(lines.map(lineText).filter((line) => line.search(UNPRINTABLE) >= 0)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('fills the terminal from 60x16 on', () => {
    const size = fc.tuple(fc.integer({ min: 60, max: 220 }), fc.integer({ min: 16, max: 70 }));
    fc.assert(
      fc.property(board, ui, size, (shown, state, [columns, rows]) => {
        const lines = drawScreen(shown, state, fakeFrame(`${columns}x${rows}`));
        expect(lines).toHaveLength(rows);
        expect(lines.filter((line) => lineCells(line) !== columns)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('has nothing but ASCII where that is asked for', () => {
    fc.assert(
      fc.property(board, ui, (shown, state) => {
        const lines = drawScreen(shown, { ...state, isAscii: true }, fakeFrame('120x40'));
        expect(lines.map(lineText).filter((line) => !/^[ -~]*$/.test(line))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('draws of nothing at all nothing', () => {
    expect(drawScreen(fakeBoard(), fakeUi(), fakeFrame('0x0'))).toEqual([]);
  });
});

describe('trading that is stopped', () => {
  const styles = (level: string, size: string, view: UiState['view']) => {
    const base = haltedBoard();
    const value = base.control.value === null ? null : { ...base.control.value, level };
    const shown = { ...base, control: { ...base.control, value } };
    const [banner = []] = drawScreen(shown, fakeUi({ view }), fakeFrame(size));
    return { words: lineText(banner), styles: new Set(banner.map(({ style }) => style)) };
  };

  it.each(VIEWS)('is an alarm over the whole banner of %s, in words', (view) => {
    for (const size of ['200x60', '120x40', '80x24', '60x16', '30x1']) {
      for (const level of ['HALTED', 'REDUCING']) {
        const seen = styles(level, size, view);
        expect(seen.words).toContain(level);
        expect([...seen.styles]).toEqual(['alarm']);
      }
      expect(styles('TRADING', size, view).styles).not.toContain('alarm');
    }
  });

  it('counts from the key that stopped it', () => {
    const [banner = []] = drawScreen(
      fakeBoard(),
      fakeUi({ killedAtMs: BOARD_NOW_MS }),
      fakeFrame('80x24'),
    );
    expect(lineText(banner)).toContain('HALTED');
  });

  it('believes what was read after it: a register that says TRADING is trading', () => {
    const { control } = fakeBoard();
    const ui = fakeUi({ killedAtMs: (control.asOfMs ?? 0) - 1 });
    const [banner = []] = drawScreen(fakeBoard(), ui, fakeFrame('80x24'));
    expect(lineText(banner)).toContain('TRADING');
    expect(lineText(banner)).not.toContain('HALTED');
  });
});

describe('what is not known', () => {
  it('is never shown as 0, and never as well', () => {
    for (const view of VIEWS) {
      const screen = screenOf(unreadBoard(), fakeUi({ view }), '120x40');
      const body = screen.split('\n').slice(2, -3).join('\n');
      expect(body).not.toMatch(/(?<![\w.])0(?![\w.])/);
      expect(body).not.toContain('●');
    }
  });

  it('says why where that is known', () => {
    for (const view of VIEWS.filter((name) => name !== 'home')) {
      const screen = screenOf(unreachableBoard(), fakeUi({ view }), '120x40');
      expect(screen).toContain('cannot be read: connect ECONNREFUSED');
    }
  });

  it('puts a question mark behind every total that rests on it', () => {
    const screen = screenOf(staleBoard(), fakeUi(), '120x40');
    for (const words of ['TRADING?', '4 of 4?', '1184/h?', '1 184?', 'Fills: 5?', 'STALE 00:42']) {
      expect(screen).toContain(words);
    }
  });
});

describe('a refusal', () => {
  it('stands out in red and in words wherever there are figures', () => {
    for (const size of ['200x60', '120x40', '80x24', '60x16']) {
      const lines = drawScreen(fakeBoard(), fakeUi(), fakeFrame(size));
      const bad = lines.flat().filter(({ style }) => style === 'bad');
      const words = bad.map((span) => screenText(span.text).text).join('|');
      expect(words).toMatch(/BLOCK/);
      expect(words).toContain('1184/h');
    }
  });
});
