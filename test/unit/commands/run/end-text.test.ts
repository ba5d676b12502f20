import { describe, expect, it } from 'vitest';
import { endText, isOnRecord } from '../../../../src/commands/run/end-text.js';
import { fakeEngineStatus } from '../../../fakes/fake-engine-status.js';
import { fakeSharedRun } from '../../../fakes/fake-shared-run.js';

const ended = (changes: Parameters<typeof fakeEngineStatus>[0]) =>
  fakeEngineStatus({ shared: fakeSharedRun(), digest: 'd1', ...changes });

describe('the last words of a process that shares a run', () => {
  it('say drained only when all that it folded is on record', () => {
    const done = ended({ seqJournaled: 100, seqFolded: 100, seqCommitted: 100 });
    expect(endText(done, 'stopped', null)).toContain('drained: every decision is in the audit');
    expect(isOnRecord(done, 'stopped')).toBe(true);

    const open = ended({ seqJournaled: 100, seqFolded: 100, seqCommitted: 2 });
    expect(endText(open, 'stopped', null)).toContain(
      'NOT DRAINED: decisions of 98 inputs are not on record',
    );
    expect(isOnRecord(open, 'stopped')).toBe(false);
    // Another process has said that all of it is on record; this one has not looked since.
    expect(isOnRecord(open, 'finished')).toBe(true);
    // Nor has one whose database was away when the shards went to another writer.
    const { audit } = open;
    const away = { ...open, audit: { ...audit, state: 'stalled', reason: 'away' } } as const;
    expect(isOnRecord(away, 'finished')).toBe(true);
    expect(endText(away, 'finished', null)).toContain('the run is finished');
    expect(isOnRecord(away, 'stopped')).toBe(false);
  });

  it('claim no figures of shards that it never owned', () => {
    const shared = fakeSharedRun({ roles: ['ingest'], folds: [] });
    const fed = ended({ shared, digest: '', seqJournaled: 0, seqFolded: 0, seqCommitted: 0 });
    const text = endText(fed, 'stopped', null);
    expect(text).toContain('ingest: it owned no shard');
    expect(text).not.toMatch(/journaled up to 0|equity|drained: every/);
    expect(text).toContain('what waits in Redis is for the processes that own its shards');
    expect(endText(fed, 'finished', null)).toContain('the run is finished');
    expect(isOnRecord(fed, 'finished')).toBe(true);
  });

  it('count what waits in the journal of an ingest', () => {
    const left = ended({ digest: '', seqJournaled: 7, seqFolded: 0, seqCommitted: 0 });
    expect(endText(left, 'stopped', null)).toContain('7 inputs wait in its journal');
  });
});

it('a run of its own is drained when its committer is', () => {
  const alone = fakeEngineStatus({ seqFolded: 9, seqCommitted: 8 });
  expect(endText(alone, 'stopped', null)).toContain('drained: every decision is in the audit');
  expect(isOnRecord(alone, 'stopped')).toBe(true);
});
