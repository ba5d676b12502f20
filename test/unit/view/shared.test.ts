import { describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../../src/engine/ports/engine-status.js';
import type { SharedRunStatus } from '../../../src/engine/ports/shared-run-status.js';
import type { EffectName } from '../../../src/view/effect-pair.js';
import { judgeEffects } from '../../../src/view/effects.js';
import { watchEffects } from '../../../src/view/effects-watch.js';
import { readiness } from '../../../src/view/readiness.js';
import { systemView } from '../../../src/view/system-view.js';
import { readSystemView, systemViewJson } from '../../../src/view/view-json.js';
import { audit, fakeEngineStatus, NOW_MS, outputs, seen } from '../../fakes/fake-engine-status.js';
import { fakeEntry, fakeShard, fakeSharedRun } from '../../fakes/fake-shared-run.js';

const sharing = (changes: Partial<SharedRunStatus>, rest: Partial<EngineStatus> = {}) =>
  fakeEngineStatus({ ...rest, shared: fakeSharedRun(changes) });

/** A process that writes only: it has seen no trade and folds nothing. */
const WRITER: Partial<EngineStatus> = {
  feed: { identity: 'mexc', description: 'MEXC BTCUSDT', finite: false, health: null },
  ...{ inputs: seen(0), trades: seen(0), outputs: {}, allowed: seen(0), blocked: seen(0) },
  ...{ seqJournaled: 0, seqFolded: 0, seqAudited: 0, seqCommitted: 0 },
};
const writer = (changes: Partial<SharedRunStatus> = {}) =>
  sharing({ engineId: 'db3:5', roles: ['writer'], feeds: false, folds: [], ...changes }, WRITER);

function found(name: EffectName, status: EngineStatus) {
  return judgeEffects(status, null).find((pair) => pair.name === name);
}

describe('a shared run', () => {
  it('flows where every shard has its holders and moves', () => {
    const status = sharing({});
    expect(systemView(status).word).toBe('EFFECTS FLOW');
    expect(found('shards->engines', status)).toMatchObject({
      word: 'OK',
      reason: '2 shards, each with an owner and a writer; 2 engines',
      cause: { count: 2 },
      effect: { count: 2 },
    });
    expect(judgeEffects(fakeEngineStatus(), null).map(({ name }) => name)).not.toContain(
      'shards->engines',
    );
  });

  it('flows as seen from a process that has no pipeline and no feed', () => {
    const view = systemView(writer());
    expect(view.word).toBe('EFFECTS FLOW');
    expect(readiness(writer())).toEqual({ ready: true, reasons: [] });
    expect(found('feed->trades', writer())?.reason).toBe(
      'db1:4182 feeds; inputs last came 0.4 s ago',
    );
    const ages = ['feed->trades', 'inputs->fold'].map((name) =>
      view.effects.find((effect) => effect.name === name)?.cause.lastText(NOW_MS),
    );
    expect(ages).toEqual(['0.4 s ago', '0.4 s ago']);
    expect(view.portfolio.amountsUsdt['equity']?.toJSON().value).toBeNull();
  });

  it.each<[string, Partial<SharedRunStatus>, EffectName, RegExp]>([
    [
      'a shard has no owner',
      { shards: [fakeShard(), fakeShard({ shard: 1, owner: null })] },
      'shards->engines',
      /^shard 1 has no owner: nobody folds its inputs$/,
    ],
    [
      'two shards have no writer',
      { shards: [fakeShard({ writer: null }), fakeShard({ shard: 1, writer: null })] },
      'shards->engines',
      /^shards 0, 1 have no writer: nobody writes its decisions$/,
    ],
    [
      'the shards were last seen long ago',
      { shardsAtMs: NOW_MS - 12_000, lookTrouble: 'Redis is away' },
      'shards->engines',
      /^the shards were last seen 12 s ago: Redis is away$/,
    ],
    [
      'the fold of one stands still',
      { shards: [fakeShard(), fakeShard({ shard: 1, unfoldedSinceMs: NOW_MS - 7_000 })] },
      'inputs->fold',
      /^2 inputs wait to be folded, the oldest for 7\.0 s in shard 1$/,
    ],
    [
      'the writing of one falls behind',
      { shards: [fakeShard(), fakeShard({ shard: 1, unwrittenSinceMs: NOW_MS - 8_000 })] },
      'decisions->audit rows',
      /^18 folded inputs are not on record, the oldest for 8\.0 s in shard 1$/,
    ],
    [
      'nobody feeds',
      { engines: [fakeEntry({ feeds: false })] },
      'feed->trades',
      /^no engine feeds this run$/,
    ],
    [
      'a journal fills and gives nothing',
      { shards: [fakeShard({ lastInputAtMs: NOW_MS - 6_000 })], shardCount: 1 },
      'feed->trades',
      /^3 inputs wait in the journal of db1:4182, and none reached a shard for 6\.0 s$/,
    ],
  ])('stalls where %s', (_, changes, name, reason) => {
    const status = writer(changes);
    expect(found(name, status)).toMatchObject({ word: 'STALLED' });
    expect(found(name, status)?.reason).toMatch(reason);
    const view = systemView(status);
    expect(view.word).toBe('STALLED');
    expect(view.reasons.join('\n')).toContain(`${name} STALLED`);
    expect(readiness(status).ready).toBe(false);
  });

  it.each<[string, Partial<SharedRunStatus>]>([
    ['nobody could be asked yet', { shardsAtMs: null, shards: [], enginesAtMs: null }],
    ['nobody has taken a shard yet', { shards: [fakeShard({ owner: null, writer: null })] }],
    ['nobody feeds yet', { engines: [] }],
  ])('is not proven just after the start, while %s', (_, changes) => {
    const status = { ...writer(changes), startedAtMs: NOW_MS - 3_000 };
    expect(systemView(status).word).toBe('NOT PROVEN YET');
  });

  it('waits for owners to begin a shard that is not there', () => {
    const status = writer({ shards: [fakeShard(), fakeShard({ shard: 1, head: null })] });
    expect(found('shards->engines', status)?.word).toBe('UNKNOWN');
    expect(systemView(status).shared?.shards[1]?.notWritten.toJSON().value).toBeNull();
  });

  it('does not count decisions here against rows that another process writes', () => {
    const rows = audit({ rowsCommitted: { risk_events: 2 } });
    const status = sharing({}, { audit: rows, outputs: outputs({ RiskDecided: seen(1_184) }) });
    expect(found('decisions->audit rows', status)).toMatchObject({
      word: 'OK',
      reason: '18 folded inputs are not on record, the oldest for 0.9 s in shard 0',
    });
    expect(systemView(status).audit.sentence).toBe('audit OK: 18 folded inputs on their way');
    expect(systemView(writer({ shardsAtMs: null })).audit.sentence).toMatch(/^audit UNKNOWN/);
  });

  it('waits for nothing that a shard waited for which went to another engine', () => {
    const late = { outputs: outputs({ CandleClosed: seen(4, 120_000) }) };
    const before = watchEffects(null, sharing({ folds: [0, 1] }, late));
    expect(before.candles.sinceMs).not.toBeNull();
    expect(watchEffects(before, sharing({ folds: [0, 1] }, late)).candles.sinceMs).not.toBeNull();
    expect(watchEffects(before, sharing({ folds: [0] }, late)).candles.sinceMs).toBeNull();
  });

  it('travels as JSON, and an engine that says nothing of it has its run for itself', () => {
    const sent: unknown = JSON.parse(JSON.stringify(systemViewJson(systemView(sharing({})))));
    expect(sent).toMatchObject({
      shared: {
        engine_id: 'db1:4182',
        owns: [0],
        engines: [
          {
            ...{ engine_id: 'db1:4182', host: 'db1', pid: 4182, feeds: true, owns: [0] },
            ...{ writes: [0, 1], trouble: [] },
            up_ms: { value: 599_600, observed_at: new Date(NOW_MS - 400).toISOString() },
            journal_waiting: { value: 3, source: 'engines' },
          },
          { engine_id: 'db2:77', roles: ['pipeline'], journal_waiting: null },
        ],
        shards: [
          {
            shard: 0,
            owner: { engine_id: 'db1:4182', fence: 1_770_650_001 },
            inputs_waiting: { value: 1, source: 'shards' },
            not_written: { value: 9 },
            lag_ms: { value: 900, observed_at: new Date(NOW_MS - 300).toISOString() },
          },
          { shard: 1, owner: { engine_id: 'db2:77', fence: 9 } },
        ],
      },
    });
    const read = readSystemView(sent);
    expect(read && JSON.parse(JSON.stringify(systemViewJson(read)))).toEqual(sent);
    const older = { ...(sent as object), shared: undefined };
    expect(readSystemView(older)?.shared).toBeNull();
  });
});
