import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grepFor } from '../../../../src/commands/logs/grep.js';
import { Titles } from '../../../../src/commands/logs/line-text.js';
import { LogFilter } from '../../../../src/commands/logs/log-filter.js';
import { readLogLine } from '../../../../src/commands/logs/log-line.js';
import { UNPRINTABLE } from '../../../../src/view/plain-text.js';

const T0 = Date.UTC(2026, 10, 20, 18, 46, 33, 666);
const stored = (more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    level: 'info',
    time: new Date(T0).toISOString(),
    run_id: 'r1',
    area: 'engine',
    trades: 3,
    message: 'draining: stopped',
    ...more,
  });
const ALL = { level: 'debug', sinceMs: null, grep: null } as const;
const texts = (filter: LogFilter, ...lines: readonly (string | null)[]) =>
  filter.take(lines).map(({ text }) => text);

describe('LogFilter', () => {
  it('prints time, level, area, message and fields', () => {
    expect(texts(new LogFilter(ALL), stored({ why: 'two words', eq: 'a=b' }))).toEqual([
      '18:46:33.666 info  engine    draining: stopped trades=3 why="two words" eq="a=b"',
    ]);
  });

  it('takes the level and all above it', () => {
    const lines = ['debug', 'info', 'warn', 'error'].map((level) => stored({ level }));
    const levels = (level: 'info' | 'warn') =>
      new LogFilter({ ...ALL, level }).take(lines).map(({ line }) => line?.level);
    expect(levels('info')).toEqual(['info', 'warn', 'error']);
    expect(levels('warn')).toEqual(['warn', 'error']);
  });

  it('takes what is as new as was asked for, with what follows it', () => {
    const filter = new LogFilter({ ...ALL, sinceMs: T0 });
    const old = stored({ time: new Date(T0 - 1).toISOString(), message: 'old' });
    expect(texts(filter, 'torn before', old, 'torn between', stored(), 'torn after')).toEqual([
      expect.stringContaining('draining'),
      '(unreadable) torn after',
    ]);
  });

  it('searches what is printed', () => {
    const filter = new LogFilter({ ...ALL, grep: grepFor('trades=4') });
    expect(texts(filter, stored(), stored({ trades: 4 }), 'trades=4?')).toHaveLength(2);
  });

  it.each([
    ['a torn line', '{"level":"info","time":"2026'],
    ['text of others', 'Segmentation fault'],
    ['JSON of others', '[1]'],
    ['an unknown level', stored({ level: 30 })],
    ['a time that is none', stored({ time: 'soon' })],
    ['a line that is too long, or no text', null],
  ])('shows %s as unreadable, also at the highest level', (_, line) => {
    const [shown] = new LogFilter({ ...ALL, level: 'error' }).take([line]);
    expect(shown).toMatchObject({ line: null, stored: { unreadable: line } });
    expect(shown?.text).toMatch(/^\(unreadable\) ./);
  });

  it('lets no line of any content reach the terminal with more than plain text in it', () => {
    const anyText = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(anyText, anyText, fc.boolean(), (message, value, isStored) => {
        const line = isStored ? stored({ message, value }) : message.replaceAll('\n', ' ');
        for (const text of texts(new LogFilter(ALL), line)) expect(text).not.toMatch(UNPRINTABLE);
      }),
    );
  });

  it('masks what was written before it was masked', () => {
    const [text] = texts(new LogFilter(ALL), stored({ message: 'redis://a:hush@b' }));
    expect(text).not.toContain('hush');
  });
});

it('Titles names day and run where they change', () => {
  const line = (more: object) => readLogLine(stored({ ...more }))!;
  const titles = new Titles();
  const next = (more: object) => titles.next(line(more));
  expect(next({ run_id: undefined })).toBe('-- 2026-11-20 (UTC)');
  expect(next({})).toBe('-- 2026-11-20 (UTC), run r1');
  expect(next({})).toBeNull();
  expect(next({ run_id: undefined })).toBeNull();
  expect(next({ time: '2026-11-21T00:00:00.000Z' })).toBe('-- 2026-11-21 (UTC)');
  expect(next({ time: '2026-11-21T00:00:00.000Z', run_id: 'r2' })).toBe(
    '-- 2026-11-21 (UTC), run r2',
  );
});
