import { beforeEach, describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { Anchoring } from '../../../src/engine/anchoring.js';
import { anchorOf, type RunHeads } from '../../../src/engine/domain/anchor.js';
import {
  LEDGER_START,
  nextEntry,
  type LedgerEntry,
  type LedgerEvent,
} from '../../../src/engine/domain/ledger.js';
import { DependencyError } from '../../../src/operator-error.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { until } from '../../fakes/engine/until.js';

const HALF_HOUR_MS = 30 * 60_000;

let entries: LedgerEntry[];
let moved: RunHeads[];
let noted: { readonly n: number; readonly ledgerId: string; readonly cause: string }[];
let notices: string[];
let clock: ManualClock;
let anchoring: Anchoring;
let isAway: boolean;

beforeEach(() => {
  [entries, moved, noted, notices] = [[], [], [], []];
  clock = new ManualClock();
  isAway = false;
  anchoring = new Anchoring({
    store: {
      databaseId: () => (isAway ? Promise.reject(away()) : Promise.resolve('db')),
      movedHeads: () => Promise.resolve(moved.splice(0)),
      note: ({ head, ledgerId, cause }) => {
        noted.push({ n: head.n, ledgerId, cause });
        return Promise.resolve();
      },
    },
    ledger: {
      append: (event: LedgerEvent) => {
        const entry = nextEntry(nodeHash, entries.at(-1) ?? LEDGER_START, event);
        entries.push(entry);
        return entry;
      },
      head: () => entries.at(-1) ?? LEDGER_START,
      entries: () => entries,
    },
    place: 'host:/ledger',
    clock,
    onNotice: (text) => notices.push(text),
  });
});

function away(): DependencyError {
  return new DependencyError('the database is away', { dependency: 'postgresql', retryable: true });
}

function heads(n: number): RunHeads {
  const head = { n, hash: 'a'.repeat(64) };
  return { runId: 'run', seq: n, heads: { risk_events: head, control_events: head } };
}

async function started(): Promise<void> {
  anchoring.start();
  await until(() => clock.sleeping === 1, 'it sleeps');
}

describe('anchoring', () => {
  it('anchors at the start even when nothing has moved, and each side knows the other', async () => {
    await started();
    const [first] = entries;
    expect(anchorOf(first?.event ?? never())).toEqual({
      databaseId: 'db',
      cause: 'start',
      runs: [],
    });
    expect(noted).toEqual([{ n: 1, ledgerId: first?.hash, cause: 'start' }]);
  });

  it('anchors what moved every half hour, and nothing when nothing did', async () => {
    await started();
    clock.advance(HALF_HOUR_MS);
    await until(() => clock.sleeping === 1, 'it sleeps again');
    expect(entries).toHaveLength(1);
    moved = [heads(5)];
    clock.advance(HALF_HOUR_MS);
    await until(() => noted.length === 2, 'it has anchored');
    expect(anchorOf(entries[1]?.event ?? never())).toEqual({
      ...{ databaseId: 'db', cause: 'running', runs: [heads(5)] },
    });
    expect(noted[1]).toMatchObject({ n: 2, ledgerId: entries[0]?.hash });
  });

  it('anchors at a clean stop what has moved until then', async () => {
    await started();
    moved = [heads(9)];
    await anchoring.stop();
    expect(noted.map(({ cause }) => cause)).toEqual(['start', 'stop']);
    expect(clock.sleeping).toBe(0);
  });

  it('says that the database is away, and goes on', async () => {
    isAway = true;
    await started();
    expect(notices).toEqual(['the audit chains were not anchored (start): the database is away']);
    expect(entries).toEqual([]);
    isAway = false;
    moved = [heads(1)];
    await anchoring.stop();
    expect(entries).toHaveLength(1);
  });
});

function never(): never {
  throw new Error('there is no entry');
}
