import { describe, expect, it } from 'vitest';
import { localKeys } from '../../../src/adapters/local-keys.js';
import type { Clock } from '../../../src/engine/ports/clock.js';

function movableClock(): Clock & { atMs: number } {
  return {
    atMs: 0,
    nowMs: () => 0,
    monotonicMs() {
      return this.atMs;
    },
    sleep: () => Promise.resolve(),
  };
}

describe('local keys', () => {
  it('holds a value until its time is over', () => {
    const clock = movableClock();
    const keys = localKeys(clock);
    keys.set('market_state:A', '1', 120);
    keys.set('market_state:B', '2', null);
    clock.atMs = 119;
    expect(keys.get('market_state:A')).toBe('1');
    expect(keys.list('market_state:')).toEqual(['market_state:A', 'market_state:B']);
    clock.atMs = 120;
    expect(keys.list('market_state:')).toEqual(['market_state:B']);
    expect(keys.get('market_state:A')).toBeNull();
    expect(keys.get('market_state:B')).toBe('2');
    expect(keys.get('none')).toBeNull();
  });

  it('setting again renews the time', () => {
    const clock = movableClock();
    const keys = localKeys(clock);
    keys.set('a', '1', 10);
    clock.atMs = 9;
    keys.set('a', '2', 10);
    clock.atMs = 18;
    expect(keys.get('a')).toBe('2');
  });

  it('drops expired keys first and then the one that was set longest ago', () => {
    const clock = movableClock();
    const keys = localKeys(clock, 2);
    keys.set('old', '1', null);
    keys.set('short', '2', 5);
    clock.atMs = 5;
    keys.set('c', '3', null);
    expect(keys.list('')).toEqual(['c', 'old']);
    keys.set('d', '4', null);
    expect(keys.list('')).toEqual(['c', 'd']);
    keys.set('d', '5', null);
    expect(keys.list('')).toEqual(['c', 'd']);
  });
});
