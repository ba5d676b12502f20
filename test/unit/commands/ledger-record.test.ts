import { expect, it } from 'vitest';
import { recordInLedger } from '../../../src/commands/ledger-record.js';
import { LEDGER_START, type LedgerEvent } from '../../../src/engine/domain/ledger.js';
import type { Ledger } from '../../../src/engine/ports/ledger.js';
import { DependencyError } from '../../../src/operator-error.js';

const EVENT: LedgerEvent = {
  ...{ kind: 'control', action: 'kill switch engaged', atMs: 1 },
  ...{ who: 'ann', why: 'drill', details: {} },
};

function failing(fault: Error): Ledger {
  const append = () => {
    throw fault;
  };
  return { append, head: () => LEDGER_START, entries: () => [] };
}

it('says that the ledger takes nothing, and hides no fault of ours behind that', () => {
  const full = new DependencyError('disk full', {
    ...{ dependency: 'state directory', retryable: true },
  });
  expect(recordInLedger(failing(full), EVENT)).toEqual({ state: 'failed', why: 'disk full' });
  const bug = new TypeError('no such member');
  expect(() => recordInLedger(failing(bug), EVENT)).toThrow(bug);
});
