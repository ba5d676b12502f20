import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ledgerFiles } from '../../../../src/adapters/files/ledger-files.js';
import type { CanaryChanged, ExitChanged, Output } from '../../../../src/engine/domain/events.js';
import { FactNotes } from '../../../../src/main/engine/fact-notes.js';
import { DependencyError } from '../../../../src/operator-error.js';
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
function started(notices: string[] = [], ledger = ledgerFiles(directory)) {
  const onNotice = (text: string) => notices.push(text);
  const notes = new FactNotes({ ledger, clock: new ManualClock(), onNotice });
  return (fact: Output) => {
    notes.note(fact);
  };
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
    const append = () => {
      throw new DependencyError('disk full', { dependency: 'state directory', retryable: true });
    };
    const full = started(notices, { ...ledgerFiles(directory), append });
    full({ ...DONE, killId: 'other' });
    expect(notices).toEqual(['the ledger does not take "flatten done": disk full']);
  });

  it('is noted beside an entry that nobody can read, which is named once', () => {
    started()(DONE);
    writeFileSync(join(directory, '000000002.json'), 'garbage');
    const notices: string[] = [];
    const note = started(notices);
    note(DONE);
    note({ ...DONE, killId: 'other' });
    note({ ...DONE, killId: 'another' });
    const actions = [...ledgerFiles(directory).entries(0, () => undefined)].map(
      ({ event: { details } }) => details['killId'],
    );
    expect(actions).toEqual([DONE.killId, 'other', 'another']);
    expect(notices).toEqual([expect.stringMatching(/^passed over: .*000000002\.json/)]);
  });

  it('reads the ledger at the start and never between two publications', () => {
    let reads = 0;
    const files = ledgerFiles(directory);
    const entries = () => {
      reads += 1;
      return files.entries();
    };
    const note = started([], { ...files, entries });
    for (const killId of ['a', 'b', 'a']) note({ ...DONE, killId });
    expect([reads, [...files.entries()].length]).toEqual([1, 2]);
  });
});

describe('what the fold does with a canary', () => {
  const ENDED: CanaryChanged = { ...facts.CanaryChanged, phase: 'ended', trigger: 'stale_data' };

  it('is on record once for each change, over a crash too', () => {
    const note = started();
    note(ENDED);
    note({ ...ENDED, phase: 'held' });
    started()(ENDED);
    expect(entries().map(({ kind, action, why }) => [kind, action, why])).toEqual([
      ['canary', 'canary ended', 'ended: stale_data'],
      ['canary', 'canary held', 'held: stale_data'],
    ]);
  });
});
