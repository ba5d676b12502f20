import { describe, expect, it } from 'vitest';
import type { PanelState } from '../../../../src/view/board/board.js';
import { PANELS, panelState, type PanelKey } from '../../../../src/view/board/panels.js';

/** Domain.md 6.1: name, row and unit of every panel, in its order. */
const ORIGINAL: readonly (readonly [name: string, row: number, unit: string])[] = [
  ['SERVICES UP', 1, 'count'],
  ['POSTGRESQL', 1, 'up'],
  ['REDIS', 1, 'up'],
  ['CIRCUIT BREAKER', 1, 'breaker'],
  ['ERROR RATE', 1, 'per second'],
  ['MIN UPTIME', 1, 'seconds'],
  ['1. WS MESSAGES', 2, 'per second'],
  ['2. SIGNALS', 2, 'per second'],
  ['3. APPROVED', 2, 'per second'],
  ['BLOCKED', 2, 'per second'],
  ['4. FILLED', 2, 'per second'],
  ['Trade Flow Pipeline (Rate)', 3, 'per second'],
  ['RISK BLOCKS (Total)', 3, 'count'],
  ['Execution Status', 3, 'count'],
];

/** At and just below every bound of the original. */
const BOUNDS: readonly (readonly [PanelKey, number, below: PanelState, at: PanelState])[] = [
  ['services', 5, 'bad', 'warn'],
  ['services', 8, 'warn', 'good'],
  ['postgres', 1, 'bad', 'good'],
  ['redis', 1, 'bad', 'good'],
  ['breaker', 1, 'good', 'bad'],
  ['errors', 0.1, 'good', 'warn'],
  ['errors', 1, 'warn', 'bad'],
  ['uptime', 60, 'bad', 'warn'],
  ['uptime', 300, 'warn', 'good'],
  ['messages', 1, 'idle', 'good'],
  ['signals', 0.01, 'idle', 'good'],
  ['approved', 0.01, 'idle', 'good'],
  ['blocked', 0.001, 'good', 'bad'],
  ['filled', 0.001, 'idle', 'good'],
  ['blocks', 1, 'good', 'warn'],
  ['blocks', 10, 'warn', 'bad'],
  ['execution', 1, 'idle', 'good'],
];

describe('the 14 panels', () => {
  it('have the names, rows, units and order of the original', () => {
    const found = Object.values(PANELS).map(({ name, row, unit }) => [name, row, unit]);
    expect(found).toEqual(ORIGINAL);
  });

  it.each(BOUNDS)('%s changes at %d from %s to %s', (key, bound, below, at) => {
    expect(panelState(key, bound)).toBe(at);
    expect(panelState(key, bound * (1 - 1e-9) - 1e-12)).toBe(below);
    expect(panelState(key, bound * (1 + 1e-9))).toBe(at);
  });

  it.each(Object.keys(PANELS))('%s is unknown where nobody knows', (key) => {
    expect(panelState(key as PanelKey, null)).toBe('unknown');
  });
});
