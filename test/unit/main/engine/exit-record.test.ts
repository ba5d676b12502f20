import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ledgerFiles } from '../../../../src/adapters/files/ledger-files.js';
import type { ExitChanged } from '../../../../src/engine/domain/events.js';
import { exitRecord } from '../../../../src/main/engine/exit-record.js';
import { ManualClock } from '../../../fakes/engine/manual-clock.js';
import { FACTS as facts } from '../../engine/domain/wire/facts.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdb-ledger-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const DONE: ExitChanged = {
  ...facts.ExitChanged,
  ...{ killId: '4-9f1c22ab', state: 'done', flatten: true, openOrders: 0, positions: [], why: '' },
};

/** An engine that began on the ledger as another one left it. */
function started(notices: string[] = []) {
  const ledger = ledgerFiles(directory);
  return exitRecord({ ledger, clock: new ManualClock(), onNotice: (text) => notices.push(text) });
}

function entries() {
  return [...ledgerFiles(directory).entries()].map(({ event }) => event);
}

describe('the end of what a stop asked for', () => {
  it('is on record once, over a crash too', () => {
    const note = started();
    note(DONE);
    note(DONE);
    started()(DONE);
    expect(entries()).toEqual([
      expect.objectContaining({
        kind: 'control',
        action: 'flatten done',
        who: 'cdb',
        why: 'nothing is left of it',
        details: expect.objectContaining({
          killId: '4-9f1c22ab',
          openOrders: 0,
          positions: [],
        }) as unknown,
      }),
    ]);
  });

  it('is one for each shard that had a part in it', () => {
    const note = started();
    note(DONE);
    note({ ...DONE, ref: { ...DONE.ref, seq: DONE.ref.seq + 1 } });
    expect(entries()).toHaveLength(2);
  });

  it('says what failed and why, each reason once, and what was taken back', () => {
    const note = started();
    const stuck = { ...DONE, state: 'stuck', flatten: false, openOrders: 2 } as const;
    note({ ...stuck, why: 'BTCUSDT: no price is known' });
    note({ ...stuck, why: 'BTCUSDT: no price is known', tsMs: DONE.tsMs + 1 });
    note({ ...stuck, why: 'the audit is stalled' });
    note({ ...stuck, state: 'withdrawn', why: 'released' });
    expect(entries().map(({ action, why }) => [action, why])).toEqual([
      ['cancel stuck', 'BTCUSDT: no price is known'],
      ['cancel stuck', 'the audit is stalled'],
      ['cancel withdrawn', 'released'],
    ]);
  });

  it('is no step on the way, and no other fact', () => {
    const note = started();
    note({ ...DONE, state: 'reducing' });
    note({ ...DONE, state: 'cancelling' });
    note(facts.AlertRaised);
    expect(entries()).toEqual([]);
  });

  it('is said where the ledger does not take it', () => {
    const notices: string[] = [];
    const note = started(notices);
    rmSync(directory, { recursive: true });
    note(DONE);
    expect(entries()).toHaveLength(1);
    const full = exitRecord({
      ledger: {
        ...ledgerFiles(directory),
        append: () => {
          throw new Error('disk full');
        },
      },
      clock: new ManualClock(),
      onNotice: (text) => notices.push(text),
    });
    full({ ...DONE, killId: 'other' });
    expect(notices).toEqual(['the ledger does not take the end of kill other: Error: disk full']);
  });
});
