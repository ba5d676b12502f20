import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  levelFor,
  LEVELS,
  mostRestrictive,
  type Level,
} from '../../../../src/engine/domain/control.js';

const levels = fc.constantFrom(...LEVELS);
const TARGET = { strategyId: 'paper', symbol: 'BTCUSDT' };

describe('control', () => {
  it('the most restrictive level wins, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(levels), (list) => {
        const worst: Level = list.includes('HALTED')
          ? 'HALTED'
          : list.includes('REDUCING')
            ? 'REDUCING'
            : 'TRADING';
        expect(mostRestrictive(list)).toBe(worst);
      }),
    );
  });

  it('a scope only ever restricts, and only what it names', () => {
    fc.assert(
      fc.property(levels, levels, levels, (level, strategy, other) => {
        const scopes = {
          'strategy:paper': strategy,
          'symbol:ETHUSDT': other,
          BTCUSDT: 'HALTED' as const,
        };
        expect(levelFor({ level, scopes }, TARGET)).toBe(mostRestrictive([level, strategy]));
      }),
    );
  });

  it('a symbol that is called like a member of every object has no level of its own', () => {
    const control = { level: 'TRADING' as const, scopes: {} };
    expect(levelFor(control, { strategyId: '__proto__', symbol: 'constructor' })).toBe('TRADING');
  });
});
