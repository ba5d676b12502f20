import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemsFor, READINESS_ITEMS } from '../../../../src/doctor/readiness/items.js';
import { judgeReadiness } from '../../../../src/doctor/readiness/readiness.js';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { LR_CONTROL_IDS } from '../../../../src/engine/control/canary-conditions.js';
import { BLOCKED, DAY_MS, HOUR_MS, NOW_MS, ReadyWorld, STATE_IDS } from './ready-world.js';

const CANARY_PROOFS = itemsFor('canary').flatMap(({ id, proven, validMs }) =>
  proven.by === 'proof' ? proven.kinds.map((kind) => ({ id, kind, validMs })) : [],
);
const CANARY_IDS = STATE_IDS.filter((id) => itemsFor('canary').some((item) => item.id === id));
const CANARY_STATES = itemsFor('canary').filter(({ proven }) => proven.by === 'state');

describe('readiness', () => {
  it('is a GO for a canary where everything is proven, and never for live', () => {
    const { verdict, items } = ReadyWorld.ready().judge();
    expect(items.filter(({ status }) => status !== 'PASS')).toEqual([]);
    expect([verdict, items.length]).toEqual(['GO', 13]);
    const live = ReadyWorld.ready().judge('live');
    expect([live.verdict, live.items.length]).toEqual(['ready-for-human-live-approval', 19]);
  });

  it('is a NO-GO where nothing is there', () => {
    const approval = { faults: [], operator: null, untilMs: null };
    const none = {
      names: [],
      fault: null,
      read: () => ({ state: 'missing' as const }),
      ledger: [],
    };
    const evidence = { folder: null, proofs: none, approval };
    const { verdict, items } = judgeReadiness('canary', evidence, {
      nowMs: NOW_MS,
      hash: nodeHash,
    });
    expect(verdict).toBe('NO-GO');
    expect(new Set(items.map(({ status }) => status))).toEqual(new Set(['MISSING']));
  });

  it('has every row of the list once, and every control that a canary waits for', () => {
    const ids = READINESS_ITEMS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(19);
    expect(itemsFor('canary').map(({ id }) => id)).toEqual(
      expect.arrayContaining([...LR_CONTROL_IDS]),
    );
  });

  it.each(CANARY_PROOFS)(
    '$id: $kind counts until it is $validMs ms old',
    ({ id, kind, validMs }) => {
      const world = ReadyWorld.ready();
      world.proof({ kind, endedAtMs: NOW_MS - validMs });
      expect(world.statusOf(id)).toMatch(/^PASS/);
      expect(world.statusOf(id, NOW_MS + 1)).toMatch(/^EXPIRED.*old \(valid/);
      expect(world.judge('canary', NOW_MS + 1).verdict).toBe('NO-GO');
    },
  );

  it.each(CANARY_PROOFS)('$id: a newer $kind that failed counts', ({ id, kind }) => {
    const world = ReadyWorld.ready();
    const path = world.proof({ kind, passed: false, endedAtMs: NOW_MS - 1 });
    expect(world.statusOf(id)).toMatch(/^FAIL: .*it went wrong/);
    world.files.delete(path);
    expect(world.statusOf(id)).toMatch(/^UNKNOWN: .*it is gone/);
  });

  it.each(CANARY_STATES)('$id: a completion counts for 90 days', ({ id }) => {
    const world = ReadyWorld.ready();
    world.state(id, { completion_timestamp: new Date(NOW_MS - 90 * DAY_MS).toISOString() });
    expect(world.statusOf(id)).toMatch(/^PASS: DONE by ann/);
    expect(world.statusOf(id, NOW_MS + 1)).toMatch(/^EXPIRED/);
  });

  it.each(STATE_IDS)('%s: a block in its state file stops it, whatever is proven', (id) => {
    const world = ReadyWorld.ready();
    world.state(id, BLOCKED);
    const status = world.statusOf(id, NOW_MS, 'live');
    expect(status).toMatch(/^BLOCKED: RC_B200 \(a critical fault.*it crashes/);
    expect(world.judge('live').verdict).toBe('NO-GO');
  });

  it.each<[string, (world: ReadyWorld) => void, RegExp]>([
    [
      'a proof of the future',
      (world) => world.proof({ kind: 'paper-e2e', endedAtMs: NOW_MS + 1 }),
      /^UNKNOWN: .*ahead of this clock/,
    ],
    [
      'one that says no time',
      (world) => world.proof({ kind: 'paper-e2e', endedAtMs: NOW_MS - 1, evidenceAt: null }),
      /^UNKNOWN: .*when it was observed/,
    ],
    [
      'old evidence that was judged today',
      (world) =>
        world.proof({
          kind: 'paper-e2e',
          endedAtMs: NOW_MS - 1,
          evidenceAt: '2025-01-01T00:00:00Z',
        }),
      /^EXPIRED/,
    ],
    [
      'a file that is not in the ledger',
      (world) => world.files.set('proofs/paper-e2e-2026-02-09T15-00-00.000Z.json', '{}'),
      /^UNKNOWN: .*is not in the ledger/,
    ],
    [
      'a ledger with a gap',
      (world) => world.files.delete('ledger/000000002'),
      /^UNKNOWN: the ledger: entry 2 is missing/,
    ],
    [
      'a state file that breaks a rule',
      (world) => {
        world.state('LR-020', { status: 'IMPLEMENTED' });
      },
      /^FAIL: V009 LR-020-STATE.yaml/,
    ],
    ['no manifest', (world) => world.files.delete('states/LR-TASKS.yaml'), /^FAIL: V000/],
  ])('does not take %s for a pass', (_, change, words) => {
    const world = ReadyWorld.ready();
    change(world);
    expect(world.statusOf('LR-020')).toMatch(words);
    expect(world.judge().verdict).toBe('NO-GO');
  });

  it('does not take a whole proof for another one that was recorded', () => {
    const world = ReadyWorld.ready();
    const path = world.proof({ kind: 'paper-e2e', endedAtMs: NOW_MS - 7 * DAY_MS });
    const other = ReadyWorld.ready();
    const newer = other.proof({ kind: 'paper-e2e', endedAtMs: NOW_MS - 1 });
    world.files.set(path, other.files.get(newer) ?? '');
    expect(world.statusOf('LR-020')).toMatch(/^UNKNOWN: .*not the one that the ledger has/);
  });

  it('reads no file that is none of the folder, whatever the ledger names', () => {
    const world = ReadyWorld.ready();
    world.proof({ kind: 'paper-e2e', name: '../plan' });
    expect(world.statusOf('LR-020')).toMatch(/^UNKNOWN: the ledger names no file of the kind/);
  });

  it('waits for a person where only the approval is missing, and for nobody else', () => {
    const world = ReadyWorld.ready();
    const plan = world.files.get('plan') ?? '';
    world.files.set('plan', plan.replace(/operator: .*/g, 'operator: TBD'));
    expect(world.statusOf('LR-050')).toMatch(/^MISSING: .*operator: is undecided/);
    expect(world.judge().verdict).toBe('ready-for-human-live-approval');
    world.state('LR-001', BLOCKED);
    expect(world.judge().verdict).toBe('NO-GO');
  });

  it('holds an approval until its window ends', () => {
    const world = ReadyWorld.ready();
    const { untilMs } = {
      untilMs: /window_to_utc: "?([^"\n]+)/.exec(world.files.get('plan') ?? '')?.[1],
    };
    const endMs = Date.parse(untilMs ?? '');
    expect(world.statusOf('LR-050', endMs)).toMatch(/^PASS/);
    expect(world.statusOf('LR-050', endMs + 1)).toMatch(/^EXPIRED/);
  });
});

describe('evidence that is taken away or broken', () => {
  /** What makes a world a no; each is on record as it should be. */
  const bad = fc.oneof(
    fc.constantFrom(...CANARY_PROOFS).map(({ kind }) => (world: ReadyWorld) => {
      world.proof({ kind, passed: false, endedAtMs: NOW_MS - 1 });
    }),
    fc.constantFrom(...CANARY_PROOFS).map(({ kind, validMs }) => (world: ReadyWorld) => {
      world.proof({ kind, endedAtMs: NOW_MS - validMs - 1 });
    }),
    fc.constantFrom(...CANARY_IDS).map((id) => (world: ReadyWorld) => {
      world.state(id, BLOCKED);
    }),
    fc.constantFrom(...CANARY_STATES).map(({ id }) => (world: ReadyWorld) => {
      world.state(id, { completion_timestamp: '2025-01-01T00:00:00Z' });
    }),
    fc.constant((world: ReadyWorld) => {
      const plan = world.files.get('plan') ?? '';
      world.files.set('plan', plan.replace('revoked: false', 'revoked: true'));
    }),
  );
  const damage = fc.oneof(
    fc.constant(() => null),
    fc.constant(() => ''),
    fc.nat().map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
    fc.string({ maxLength: 200 }).map((text) => () => text),
    fc.json().map((text) => () => text),
    fc.uint8Array().map((bytes) => () => Buffer.from(bytes).toString('utf8')),
  );

  it('never turns a no into a GO, whichever file it is', () => {
    fc.assert(
      fc.property(
        fc.array(bad, { minLength: 1, maxLength: 2 }),
        fc.nat(),
        damage,
        (worse, at, harm) => {
          const world = ReadyWorld.ready();
          for (const make of worse) make(world);
          expect(world.judge().verdict).not.toBe('GO');
          const paths = [...world.files.keys()];
          const path = paths[at % paths.length] ?? '';
          const left = harm(world.files.get(path) ?? '');
          if (left === null) world.files.delete(path);
          else world.files.set(path, left);
          expect(world.judge().verdict).not.toBe('GO');
        },
      ),
      { numRuns: 400 },
    );
  });

  it('takes each file away in turn, for each proof that failed after it had passed', () => {
    for (const { kind } of CANARY_PROOFS) {
      const whole = ReadyWorld.ready();
      whole.proof({ kind, passed: false, endedAtMs: NOW_MS - HOUR_MS / 2 });
      for (const path of whole.files.keys()) {
        const world = ReadyWorld.ready();
        world.proof({ kind, passed: false, endedAtMs: NOW_MS - HOUR_MS / 2 });
        expect(world.files.delete(path)).toBe(true);
        expect(world.judge().verdict, `${kind} without ${path}`).toBe('NO-GO');
      }
    }
  });

  it('one changed character of a proof makes it unknown', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 33, max: 126 }), (at, code) => {
        const world = ReadyWorld.ready();
        const path = world.proof({ kind: 'soak-gate', endedAtMs: NOW_MS - 1 });
        const text = world.files.get(path) ?? '';
        const i = at % text.length;
        const changed = text.slice(0, i) + String.fromCharCode(code) + text.slice(i + 1);
        fc.pre(changed !== text);
        world.files.set(path, changed);
        expect(world.statusOf('LR-040')).toMatch(/^UNKNOWN/);
      }),
    );
  });
});
