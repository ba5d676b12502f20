import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamRow } from '../../../../src/view/board/board.js';
import { patternFault } from '../../../../src/view/board/tables/pattern-fault.js';
import { selectedIndex, windowTop } from '../../../../src/view/board/tables/selection.js';
import { STREAMS_TABLE } from '../../../../src/view/board/tables/streams-table.js';
import { sortColumns, visibleRows } from '../../../../src/view/board/tables/visible-rows.js';
import { BOARD_NOW_MS } from '../../../fakes/fake-board.js';
import { FAKE_STREAMS, fakeStream } from '../../../fakes/board/fake-flow.js';

const CONTEXT = { nowMs: BOARD_NOW_MS, times: 'relative' as const };

function shown(filter: string, rows: readonly StreamRow[] = FAKE_STREAMS): readonly string[] {
  return visibleRows(STREAMS_TABLE, rows, { filter, sort: null }, CONTEXT).rows.map(
    ({ name }) => name,
  );
}

function faultOf(filter: string): string {
  return visibleRows(STREAMS_TABLE, FAKE_STREAMS, { filter, sort: null }, CONTEXT).fault;
}

describe('a filter', () => {
  it('is a regular expression over all columns, without regard to case', () => {
    expect(shown('ORDERS')).toEqual(['stream.orders', 'stream.orders_blocked']);
    expect(shown('^stream.orders$')).toEqual(['stream.orders']);
    expect(shown('10.0k')).toEqual(['stream.candles_1m']);
  });

  it('takes one column by the start of its name, inverts, and joins words', () => {
    expect(shown('name:fills')).toEqual(['stream.fills']);
    expect(shown('na:fills')).toEqual(['stream.fills']);
    expect(shown('rate:fills')).toEqual([]);
    expect(shown('orders !blocked')).toEqual(['stream.orders']);
    expect(shown('!name:stream')).toEqual([]);
    expect(shown('  ')).toHaveLength(FAKE_STREAMS.length);
  });

  it('says what is wrong with it and hides nothing meanwhile', () => {
    expect(faultOf('(')).toBe('not a regular expression yet');
    expect(faultOf('nope:x')).toContain('no column "nope" here; there are name, length');
    expect(faultOf('a b c d e f g h i')).toBe('at most 8 words');
    expect(shown('(')).toHaveLength(FAKE_STREAMS.length);
  });

  it('shows each row either as it is or inverted', () => {
    const word = fc.stringMatching(/^[a-z0-9._]{1,6}$/);
    fc.assert(
      fc.property(word, (text) => {
        const both = [...shown(text), ...shown(`!${text}`)];
        expect(both.toSorted()).toEqual(FAKE_STREAMS.map(({ name }) => name).toSorted());
      }),
    );
  });

  it('takes any text without a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        expect(shown(text).length).toBeLessThanOrEqual(FAKE_STREAMS.length);
      }),
    );
  });
});

describe('a pattern that could run for hours', () => {
  it.each([
    '(a+)+$',
    '(a*)*b',
    '(a|a)*b',
    '(?:a?){30}a',
    '((a+)b?)+c',
    '(a{1,9}){1,9}b',
    '.*.*.*x',
    '(a|b)(a|b)(a|b)(a|b)(a|b)',
    'a?a?a?a?a?',
    '(a)\\1',
    '(?=a)b',
    'x'.repeat(81),
  ])('is refused: %s', (pattern) => {
    expect(patternFault(pattern)).not.toBe('');
  });

  it.each(['BTC.*USDT', 'a|b|c|d|e|f', '[+*?]', '\\(a\\+\\)\\+', 'RC_0(02|10)', '(ab)+', 'x{3}'])(
    'is not what people type: %s',
    (pattern) => {
      expect(patternFault(pattern)).toBe('');
    },
  );

  it('looks at the first characters of a long text alone', () => {
    const row = fakeStream(`${'a'.repeat(200)}needle`);
    expect(shown('needle', [row])).toEqual([]);
    expect(shown('aaa', [row])).toHaveLength(1);
  });
});

describe('an order', () => {
  const streams = fc.array(
    fc.record({ inPerSec: fc.option(fc.double({ noNaN: true })), length: fc.nat() }),
    { maxLength: 30 },
  );

  it('sorts by value, keeps equal rows as they were, and puts what is unknown last', () => {
    fc.assert(
      fc.property(streams, fc.boolean(), (parts, isDescending) => {
        const rows = parts.map((part, at) => fakeStream(`stream.${at}`, part));
        const sort = { column: 'rate', isDescending };
        const found = visibleRows(STREAMS_TABLE, rows, { filter: '', sort }, CONTEXT).rows;
        expect(found.toSorted(byName)).toEqual(rows.toSorted(byName));
        for (const [at, row] of found.entries()) {
          const next = found[at + 1];
          if (next === undefined) continue;
          if (row.inPerSec === null) expect(next.inPerSec).toBeNull();
          if (row.inPerSec === null || next.inPerSec === null) continue;
          const [low, high] = isDescending ? [next, row] : [row, next];
          expect(low.inPerSec).toBeLessThanOrEqual(high.inPerSec ?? 0);
          if (row.inPerSec === next.inPerSec) {
            expect(rows.indexOf(row)).toBeLessThan(rows.indexOf(next));
          }
        }
      }),
    );
  });

  it('goes by the text where a column has no other value', () => {
    const sort = { column: 'name', isDescending: true };
    const { rows } = visibleRows(STREAMS_TABLE, FAKE_STREAMS, { filter: '', sort }, CONTEXT);
    expect(rows[0]?.name).toBe('stream.signals');
    expect(sortColumns(STREAMS_TABLE)).not.toContain('trend');
  });

  it('of a column that is not there is that of the source', () => {
    const sort = { column: 'gone', isDescending: true };
    const { rows } = visibleRows(STREAMS_TABLE, FAKE_STREAMS, { filter: '', sort }, CONTEXT);
    expect(rows).toEqual(FAKE_STREAMS);
  });
});

describe('a selection', () => {
  const rows = FAKE_STREAMS;

  it('stays on its row, and falls to the first where that is gone', () => {
    expect(selectedIndex(STREAMS_TABLE, rows, 'stream.orders')).toBe(2);
    expect(selectedIndex(STREAMS_TABLE, rows, 'gone')).toBe(0);
    expect(selectedIndex(STREAMS_TABLE, rows, null)).toBe(0);
    expect(selectedIndex(STREAMS_TABLE, [], 'stream.orders')).toBe(-1);
  });

  it('is in the window, which has no empty rows as long as there are more', () => {
    const size = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(size, size, fc.nat(), (total, room, pick) => {
        const selected = pick % total;
        const top = windowTop(selected, total, room);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(selected).toBeGreaterThanOrEqual(top);
        expect(selected).toBeLessThan(top + room);
        expect(top).toBeLessThanOrEqual(Math.max(0, total - room));
      }),
    );
  });
});

function byName(a: StreamRow, b: StreamRow): number {
  return Number(a.name.slice(7)) - Number(b.name.slice(7));
}
