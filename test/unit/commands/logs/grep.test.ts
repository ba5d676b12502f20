import { describe, expect, it } from 'vitest';
import { grepFor } from '../../../../src/commands/logs/grep.js';

describe('grepFor', () => {
  it('says which texts match', () => {
    expect(grepFor('BTC.*(BUY|SELL)$')(['BTC now BUY', 'ETH BUY', 'BTC BUY now'])).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('names an expression that is none', () => {
    expect(() => grepFor('(x')).toThrow(
      expect.objectContaining({
        code: 'CDB-E0002',
        exit: 2,
        what: 'Cannot search with --grep "(x"',
        why: expect.stringContaining('Unterminated group'),
      }),
    );
  });

  it('ends a search that would never end', () => {
    const grep = grepFor('(a+)+$');
    expect(() => grep([`${'a'.repeat(60)}!`])).toThrow(
      expect.objectContaining({ exit: 2, why: expect.stringContaining('1000 ms') }),
    );
  });
});
