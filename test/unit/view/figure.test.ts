import { describe, expect, it } from 'vitest';
import { agoText, durationText, utcText, whenText } from '../../../src/view/age.js';
import { CountFigure, countText, Figure } from '../../../src/view/figure.js';

const NOW = 1_000_000;

describe('Figure', () => {
  it('never prints a value without its age', () => {
    expect(new Figure(5, 'audit', NOW - 400).text(NOW)).toBe('5 (as of 0.4 s ago)');
    expect(new Figure('TREND', 'engine', NOW).text(NOW)).toBe('TREND (as of 0.0 s ago)');
  });

  it('tells "no data" from zero', () => {
    expect(new Figure<number>(null, 'engine', NOW).text(NOW)).toBe('no data (as of 0.0 s ago)');
    expect(new Figure(0, 'engine', NOW).text(NOW)).toBe('0 (as of 0.0 s ago)');
    expect(new CountFigure({ count: 0, lastAtMs: null }, 'engine', NOW).text(NOW)).toBe(
      '0, none yet',
    );
  });

  it('tells a count without a time from no count', () => {
    const last = (count: number) => new CountFigure({ count, lastAtMs: null }, 'engine', NOW);
    expect([last(0).lastText(NOW), last(3).lastText(NOW)]).toEqual(['never', 'no time']);
  });

  it('says that an old value is stale', () => {
    expect(new Figure(5, 'audit', NOW - 60_000).text(NOW)).toBe('5 (STALE, as of 60 s ago)');
    const count = new CountFigure({ count: 3, lastAtMs: NOW - 61_000 }, 'engine', NOW - 60_000);
    expect(count.text(NOW)).toBe('3, last 61 s ago (STALE, as of 60 s ago)');
  });

  it('prints several values in one line with the age of the oldest', () => {
    const line = Figure.line(NOW, [
      { label: 'lag', figure: new Figure(12, 'audit', NOW), words: (ms) => `${ms} ms` },
      { label: 'spool', figure: new Figure<number>(null, 'audit', NOW - 3_000) },
    ]);
    expect(line).toBe('lag 12 ms  spool no data  (as of 3.0 s ago)');
  });

  it('carries source and time in its JSON', () => {
    expect(new Figure(5, 'audit', 0).toJSON()).toEqual({
      value: 5,
      source: 'audit',
      observed_at: '1970-01-01T00:00:00.000Z',
    });
  });

  it('has no way to be printed by accident', () => {
    const figure: object = new Figure(5, 'audit', 0);
    expect(Object.values(figure)).not.toContain(5);
    expect(figure).not.toHaveProperty('value');
  });
});

describe('ages', () => {
  it.each([
    [400, '0.4 s'],
    [95_000, '95 s'],
    [14 * 60_000, '14 min'],
    [4 * 3_600_000 + 12 * 60_000, '4 h 12 min'],
    [74 * 3_600_000, '3 d 2 h'],
    [-5, '0.0 s'],
  ])('durationText(%d) is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('calls a time after now a clock fault, not fresh', () => {
    expect(agoText(NOW + 90_000, NOW)).toBe('90 s ahead of this clock');
    expect(agoText(null, NOW)).toBe('never');
  });

  it('gives the time itself where an age says nothing', () => {
    expect(whenText(NOW - 5_000, NOW)).toBe('5.0 s ago');
    expect(whenText(0, 400 * 86_400_000)).toBe('1970-01-01 00:00:00 UTC');
  });

  it('survives a time that no calendar has', () => {
    expect(utcText(Number.NaN)).toBe('no valid time');
    expect(utcText(9e15)).toBe('no valid time');
  });

  it('groups counts by three', () => {
    expect(countText(1184)).toBe('1 184');
    expect(countText(999)).toBe('999');
  });
});
