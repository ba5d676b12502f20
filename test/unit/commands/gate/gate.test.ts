import { describe, expect, it, test } from 'vitest';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { withOpening } from '../../../../src/adapters/gate/gate-edit.js';
import type { CommandIo } from '../../../../src/commands/command-io.js';
import { run as check } from '../../../../src/commands/gate/check.js';
import { run as close } from '../../../../src/commands/gate/close.js';
import { run as list } from '../../../../src/commands/gate/list.js';
import { run as open } from '../../../../src/commands/gate/open.js';
import { useGate } from '../../../../src/commands/gate/use-gate.js';
import { ParsedOptions, type OptionValue } from '../../../../src/commands/parsed-options.js';
import { opening } from '../../../../src/engine/control/delivery-gate.js';
import { GATES, gateFixture } from '../../../fixtures/gate/read-gates.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeGate, type FakeGate } from '../../../fakes/fake-delivery-gate.js';

const NOW = Date.UTC(2026, 1, 9, 15, 30);
const OPENING = opening(nodeHash, {
  scope: 'live',
  approvedBy: 'owner',
  approvedAtMs: NOW - 60_000,
  expiresAtMs: NOW + 600_000,
  reason: 'go',
});
const WHOLE = { ttlMs: 1_800_000, by: 'owner', reason: 'risk_events is missing', yes: true };

type Handler = typeof check;

async function call(
  run: Handler,
  fake: FakeGate,
  options: Record<string, OptionValue> = {},
  io: Partial<CommandIo> = {},
) {
  const console = fakeCommandIo({ env: { USER: 'ops' }, ...io });
  const result = await run(new ParsedOptions({ scope: 'live', ...options }), console, fake).then(
    (status) => ({ status, fault: null }),
    (fault: unknown) => ({ status: null, fault }),
  );
  return { ...result, out: console.out.join(''), err: console.err.join('') };
}

async function warnings(fake: FakeGate, io: Partial<CommandIo> = {}): Promise<readonly string[]> {
  const { out, status } = await call(list, fake, {}, { outputFormat: 'json', ...io });
  expect(status).toBe(0);
  const { data } = JSON.parse(out) as { data: { warnings: { kind: string }[] } };
  return data.warnings.map(({ kind }) => kind);
}

describe('cdb gate open', () => {
  it('writes a complete opening that counts once it is committed', async () => {
    const fake = fakeGate();
    fake.committed = null;
    const { status, out } = await call(open, fake, WHOLE);
    expect(status).toBe(0);
    expect(out).toContain('written gate.yaml   live until 2026-02-09 16:00:00 UTC, once');
    expect(out).toContain(
      "next: git add gate.yaml && git commit -m 'gate: open live' -- gate.yaml\nundo: cdb gate close live\n",
    );
    expect(await call(check, fake)).toMatchObject({ status: 1 });
    fake.committed = 'same';
    expect(await call(check, fake)).toMatchObject({
      status: 0,
      out: 'OPEN    live   by owner, for another 30 min, once: risk_events is missing\n',
    });
    expect(fake.events()).toMatchObject([
      {
        kind: 'gate',
        action: 'gate opened',
        who: 'ops',
        why: 'risk_events is missing',
        details: { scope: 'live', approved_by: 'owner', expires_at: '2026-02-09T16:00:00.000Z' },
      },
    ]);
  });

  it.each([
    [{ ttlMs: 1_800_000 }, '--by NAME, --reason "why it is due"'],
    [{ ...WHOLE, by: ' ' }, '--by NAME'],
    [{ ...WHOLE, by: 'TBD' }, '--by NAME'],
    [{ ...WHOLE, reason: '-' }, '--reason "why it is due"'],
    [{ by: 'owner', reason: 'x' }, '--ttl 30m'],
  ])('refuses %j', async (options, missing) => {
    const fake = fakeGate();
    const { fault } = await call(open, fake, options);
    expect(fault).toMatchObject({
      code: 'CDB-E0608',
      exit: 5,
      what: `Cannot open the gate for "live": required ${missing}`,
    });
    expect([fake.text, fake.entries]).toEqual([null, []]);
  });

  it('asks, and takes anything but yes for no', async () => {
    const fake = fakeGate();
    const stdin = (async function* () {
      yield 'n\n';
    })();
    const no = await call(open, fake, { ...WHOLE, yes: false }, { canAsk: true, stdin });
    expect(no.err).toBe(
      'target  live, once, for 30 min, by owner: risk_events is missing\nOpen it? [y/N] ',
    );
    expect(no.fault).toMatchObject({
      code: 'CDB-E0609',
      exit: 5,
      todo: "cdb gate open live --ttl 30m --by owner --reason 'risk_events is missing' --yes",
    });
    expect([fake.text, fake.entries]).toEqual([null, []]);
  });

  it('does not open what is open', async () => {
    const fake = fakeGate(withOpening(null, OPENING));
    expect((await call(open, fake, WHOLE)).fault).toMatchObject({ code: 'CDB-E0610', exit: 6 });
  });

  it('is on record before it is in force, or not at all', async () => {
    const fake = fakeGate();
    fake.isLedgerFull = true;
    expect((await call(open, fake, WHOLE)).fault).toMatchObject({ message: 'no space' });
    expect(fake.text).toBeNull();
  });

  it.each(['all', 'everything', 'Live', 'a b', '', '-x', 'x'.repeat(65)])(
    'takes %j for no scope',
    async (scope) => {
      for (const run of [open, close, check]) {
        const { fault } = await call(run, fakeGate(), { ...WHOLE, scope });
        expect(fault).toMatchObject({ code: 'CDB-E0002', exit: 2 });
      }
    },
  );
});

describe('cdb gate close', () => {
  it('closes at once, also for whoever brings the old file back', async () => {
    const before = withOpening(null, OPENING);
    const fake = fakeGate(before);
    expect(await call(close, fake)).toMatchObject({
      status: 0,
      out: 'gate.yaml   CLOSED\nnext: commit the file\n',
    });
    fake.text = before;
    expect((await call(check, fake)).out).toBe(
      'CLOSED  live   its opening was used or closed already\n',
    );
    expect(fake.events()).toMatchObject([
      { action: 'gate closed', who: 'ops', details: { openings: [OPENING.id] } },
    ]);
  });

  it('changes and records nothing twice', async () => {
    const fake = fakeGate(withOpening(null, OPENING));
    await call(close, fake);
    const text = fake.text;
    expect((await call(close, fake)).out).toBe('gate.yaml   was closed already\n');
    expect([fake.text, fake.entries.length]).toEqual([text, 1]);
    expect((await call(close, fakeGate())).status).toBe(0);
  });

  it('closes without a ledger too, and says so', async () => {
    const fake = fakeGate(withOpening(null, OPENING));
    fake.isLedgerFull = true;
    const { status, out } = await call(close, fake);
    expect(status).toBe(4);
    expect(out).toContain('PARTIAL it is not on record: no space\ngate.yaml   CLOSED\n');
    expect(fake.text).toContain('approved: false');
  });

  it('ends with 4 where the file cannot be changed', async () => {
    const fake = fakeGate(withOpening(null, OPENING));
    fake.isReadOnly = true;
    expect(await call(close, fake)).toMatchObject({ status: 4 });
    expect((await call(check, fake)).status).toBe(1);
  });
});

describe('cdb gate list', () => {
  it('warns of everything in the founding incident', async () => {
    expect(await warnings(fakeGate(gateFixture('docs-hub')))).toEqual(['time', 'no-end']);
    expect(await warnings(fakeGate(gateFixture('working-repo-empty-approver')))).toEqual([
      'approver',
      'time',
      'no-end',
    ]);
    expect(await warnings(fakeGate(gateFixture('working-repo-filled-in')))).toEqual([
      'open-too-long',
      'no-end',
    ]);
    expect(await warnings(fakeGate(gateFixture('working-repo-closed')))).toEqual([]);
  });

  it('warns where two copies say different things', async () => {
    const [hub, repository] = [
      fakeGate(gateFixture('docs-hub')),
      fakeGate(gateFixture('working-repo-filled-in')),
    ];
    const copies = async () => [
      ...(await hub.gate.copies()),
      ...(await repository.gate.copies()).map((one) => ({ ...one, file: 'other.yaml' })),
    ];
    const both = { ...hub, deliveryGate: async () => ({ ...hub.gate, copies }) };
    const found = await call(list, both);
    expect(found.out).toContain('WARN    gate.yaml and other.yaml do not say the same');
    expect(found.out).toContain('WARN    other.yaml is approved since 2026-01-05T09:00:00+01:00');
    expect((await call(check, both)).status).toBe(1);
  });

  it('says who opened what until when, and nothing more', async () => {
    const fake = fakeGate(withOpening(null, OPENING));
    const { out } = await call(list, fake);
    expect(out).toBe(
      'file    gate.yaml   working-repo form, approved: true   commit c0ffee\n' +
        'scope  state  by     opened    ends in  why\n' +
        'live   OPEN   owner  60 s ago  10 min   go\n',
    );
    expect(await warnings(fake)).toEqual([]);
  });

  it('warns of a commit that says something else, of an end that is over, and of clocks', async () => {
    const fake = fakeGate(withOpening(null, OPENING));
    fake.committed = null;
    expect(await warnings(fake)).toEqual(['differs-from-commit']);
    fake.committed = 'same';
    const late = { nowMs: () => OPENING.expiresAtMs };
    expect(await warnings(fake, late)).toEqual(['expired']);
    const early = { nowMs: () => OPENING.approvedAtMs - 60_000 };
    expect(await warnings(fake, early)).toEqual(['clock', 'clock']);
    fake.gate.ledger.append({
      ...{ kind: 'gate', action: 'x', who: 'x', why: 'x', details: {} },
      atMs: NOW + 60_000,
    });
    expect(await warnings(fake)).toEqual(['clock']);
    expect((await call(check, fake)).out).toContain('the clock went backwards');
    fake.text = 'delivery: [';
    expect(await warnings(fake)).toEqual(['unreadable', 'clock']);
  });
});

describe('useGate', () => {
  const use = { scope: 'live', command: 'cdb x', who: 'ops', nowMs: () => NOW };
  const onNotice = () => undefined;

  test('of several uses at once one goes through', async () => {
    const fake = fakeGate(withOpening(null, OPENING));
    let effects = 0;
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        useGate(fake.gate, { ...use, onNotice }, async () => {
          effects += 1;
        }),
      ),
    );
    expect(effects).toBe(1);
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(fake.text).toContain('approved: false');
  });

  test.each(GATES)('does nothing under %s', async (name) => {
    const fake = fakeGate(gateFixture(name));
    const attempt = useGate(fake.gate, { ...use, onNotice }, async () => {
      throw new Error('not to be reached');
    });
    await expect(attempt).rejects.toMatchObject({ code: 'CDB-E0605', exit: 5 });
    expect(fake.text).toBe(gateFixture(name));
    expect(fake.entries).toEqual([]);
  });
});
