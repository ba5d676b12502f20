import { describe, expect, it } from 'vitest';
import { dotChart } from '../../../../src/tui/layout/charts.js';
import { sparkline } from '../../../../src/view/board/sparkline.js';

describe('a sparkline', () => {
  it('draws levels, a measured 0 at the bottom, and what is not known as a gap', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([null, 0, null, 7], 4)).toBe('·▁·█');
    expect(sparkline([0, 0], 2)).toBe('▁▁');
    expect(sparkline([Number.NaN, Number.POSITIVE_INFINITY, 3], 3)).toBe('··█');
  });

  it('takes the newest, and has gaps where there is less than room', () => {
    expect(sparkline([9, 9, 9, 1, 2], 2)).toBe('▅█');
    expect(sparkline([1], 4)).toBe('···█');
    expect(sparkline([], 3)).toBe('···');
    expect(sparkline([1], 0)).toBe('');
  });
});

describe('a chart of dots', () => {
  it('has one dot for 0, all for the highest, and gaps for what is not known', () => {
    expect(dotChart([0, 0, 8, 8], { cells: 2, rows: 1 })).toEqual(['⣀⣿']);
    expect(dotChart([null, null, 8, 8], { cells: 2, rows: 1 })).toEqual(['·⣿']);
    expect(dotChart([null, 8], { cells: 1, rows: 1 })).toEqual(['⢸']);
  });

  it('stands on its lowest row', () => {
    expect(dotChart([0, 0, 8, 8], { cells: 2, rows: 2 })).toEqual([' ⣿', '⣀⣿']);
    expect(dotChart([], { cells: 3, rows: 2 })).toEqual(['   ', '···']);
  });
});
