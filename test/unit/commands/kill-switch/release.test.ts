import { describe, expect, it } from 'vitest';
import { run } from '../../../../src/commands/kill-switch/release.js';
import { run as runStatus } from '../../../../src/commands/kill-switch/status.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { initialRecord } from '../../../../src/engine/control/register.js';
import type { ControlRecord } from '../../../../src/engine/domain/control.js';
import type { SharedPlace } from '../../../../src/engine/ports/shared-places.js';
import { ChangedMeanwhile, DependencyError } from '../../../../src/operator-error.js';
import { systemView } from '../../../../src/view/system-view.js';
import { systemViewJson } from '../../../../src/view/view-json.js';
import { fakeEngineStatus } from '../../../fakes/fake-engine-status.js';
import { fakeSharedRun } from '../../../fakes/fake-shared-run.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { keptReport } from '../../doctor/kept-report.js';
import { fakeKillSwitch } from '../../../fakes/fake-kill-switch.js';
import { fakeSharedPlace } from '../../../fakes/fake-shared-place.js';

const TRADING = initialRecord({ mode: 'paper', operator: 'ops', atMs: 1_000 });
const HALTED: ControlRecord = {
  ...TRADING,
  level: 'HALTED',
  epoch: 118,
  reason: 'manual',
  message: 'spread gap\u001b[2J',
  atMs: Date.UTC(2026, 1, 9, 15),
};
const ALL = { operator: 'bob', justification: 'spread is back', confirm: 'paper/kill-switch' };

async function release(values: Readonly<Record<string, string>>, fake = fakeKillSwitch(HALTED)) {
  const io = fakeCommandIo();
  const status = await run(new ParsedOptions(values), io, fake);
  const record = fake.reading.state === 'present' ? fake.reading.record : null;
  return { status, out: io.out.join(''), record, fake };
}

describe('kill-switch release', () => {
  it('allows trading with a name, a reason and the target, and tells the engine', async () => {
    const { status, out, record, fake } = await release(ALL);
    expect(status).toBe(0);
    expect(record).toMatchObject({ level: 'TRADING', epoch: 119, operator: 'bob' });
    expect(out).toMatch(/^KILL-SWITCH RELEASED {3}paper {3}epoch 119/);
    expect(fake.asked).toMatchObject([{ body: { intent: 'release' } }]);
  });

  it('lowers every place, and writes down who did', async () => {
    const fake = fakeKillSwitch(HALTED);
    const places = ['Redis', 'PostgreSQL'].map((name) => fakeSharedPlace(name));
    for (const place of places) place.record = { ...HALTED, epoch: 200 };
    fake.shared = places;
    const { status, record } = await release(ALL, fake);
    expect([status, record?.level, record?.epoch]).toEqual([0, 'TRADING', 201]);
    for (const place of places) expect(place.record).toEqual(record);
    expect(fake.ledger[0]?.event).toMatchObject({ action: 'kill switch released', who: 'bob' });
  });

  it.each(['Redis', 'PostgreSQL'])('touches nothing while %s is away', async (name) => {
    const fake = fakeKillSwitch(HALTED);
    const [there, away] = [fakeSharedPlace('there'), fakeSharedPlace(name)];
    there.record = HALTED;
    away.fault = new DependencyError('no answer', { dependency: name, retryable: true });
    fake.shared = [there, away];
    await expect(release(ALL, fake)).rejects.toMatchObject({ code: 'CDB-E0304', exit: 4 });
    expect(there.record).toEqual(HALTED);
    expect(fake.reading).toEqual({ state: 'present', record: HALTED });
  });

  it('keeps the latch where a place was engaged again meanwhile', async () => {
    const fake = fakeKillSwitch(HALTED);
    const place = fakeSharedPlace('Redis');
    place.record = HALTED;
    const racing = {
      ...place,
      read: async () => {
        const readings = await place.read();
        place.record = { ...HALTED, epoch: 300 };
        return readings;
      },
    };
    fake.shared = [racing];
    await expect(release(ALL, fake)).rejects.toMatchObject({ code: 'CDB-E0303', exit: 6 });
    expect(place.record).toMatchObject({ level: 'HALTED', epoch: 300 });
    expect(fake.reading).toEqual({ state: 'present', record: HALTED });
  });

  it('names the host that holds all the same', async () => {
    const fake = fakeKillSwitch(HALTED);
    const place = fakeSharedPlace('Redis');
    const held = { ...HALTED, operator: 'eve', message: 'mine' };
    place.others = [{ place: 'place:far', reading: { state: 'present', record: held } }];
    fake.shared = [place];
    const { status, out } = await release(ALL, fake);
    expect(status).toBe(4);
    expect(out).toContain('held by      place:far: HALTED by eve (manual: mine)');
  });

  it('ends what a host that is gone has left, and nothing else', async () => {
    const fake = fakeKillSwitch(HALTED);
    const place = fakeSharedPlace('Redis');
    const held = { ...HALTED, epoch: 500 };
    place.others = [
      { place: 'place:gone', isShared: true, reading: { state: 'present', record: held } },
      { place: 'place:torn', isShared: true, reading: { state: 'unreadable', why: 'torn' } },
    ];
    fake.shared = [place];
    const values = { ...ALL, forget: 'place:gone' };
    await expect(release(values, fake)).rejects.toMatchObject({
      code: 'CDB-E0301',
      todo: expect.stringContaining('--forget place:gone') as string,
    });
    const { status, out } = await release({ ...values, confirm: 'paper/place:gone' }, fake);
    expect(status).toBe(0);
    expect(out).toContain('FORGOTTEN   place:gone   epoch ');
    expect(out).toContain('held by      place:torn: torn');
    expect(place.others[0]?.reading).toMatchObject({ record: { level: 'TRADING' } });
    expect(fake.reading).toEqual({ state: 'present', record: HALTED });
    expect(fake.ledger[0]?.event).toMatchObject({ action: 'host forgotten', who: 'bob' });
    expect(out).toContain('written: ledger entry 1\n');
  });

  it('lifts nothing of a host that lives, and of one that is none', async () => {
    const fake = fakeKillSwitch(HALTED);
    const place = fakeSharedPlace('Redis');
    const said = { place: 'place:far', isShared: true } as const;
    place.others = [{ ...said, reading: { state: 'present', record: HALTED } }];
    const written: ControlRecord[] = [];
    const living = (_: string, next: ControlRecord) => {
      written.push(next);
      return Promise.resolve(true);
    };
    fake.shared = [{ ...place, forget: living }];
    const values = { ...ALL, forget: 'place:far', confirm: 'paper/place:far' };
    await expect(release(values, fake)).rejects.toMatchObject({ code: 'CDB-E0309', exit: 6 });
    // What it was asked with was as strict as what it said.
    expect(written.map(({ level, epoch }) => [level, epoch])).toEqual([['HALTED', HALTED.epoch]]);
    expect(fake.ledger).toEqual([]);
    for (const forget of ['Redis', 'latch file', 'place:none']) {
      const asked = { ...ALL, forget, confirm: `paper/${forget}` };
      await expect(release(asked, fake)).rejects.toMatchObject({ code: 'CDB-E0308', exit: 6 });
    }
    const canary = fakeKillSwitch({ ...HALTED, mode: 'canary' });
    canary.shared = [place];
    const inCanary = { ...values, confirm: 'canary/place:far' };
    await expect(release(inCanary, canary)).rejects.toMatchObject({ code: 'CDB-E0305' });
  });

  it('is of a host or of a scope, never of both, whatever else is given', async () => {
    const both = { forget: 'place:far', scope: 'symbol:BTCUSDT' };
    for (const confirm of ['paper/place:far', 'paper/symbol:BTCUSDT', 'paper/kill-switch', '']) {
      const fake = fakeKillSwitch(HALTED);
      await expect(release({ ...ALL, ...both, confirm }, fake)).rejects.toMatchObject({
        code: 'CDB-E0002',
        exit: 2,
        what: 'Cannot release a scope of one host: --scope and --forget exclude each other',
      });
      expect(fake.ledger).toEqual([]);
    }
  });

  it.each([
    ['numbered again', (released: ControlRecord) => ({ ...HALTED, epoch: released.epoch + 3 })],
    ['lowered', (released: ControlRecord) => ({ ...released, epoch: released.epoch + 1 })],
  ])('goes on where an engine here has %s its latch on hearing of it', async (_, latchOf) => {
    const fake = fakeKillSwitch(HALTED);
    const place = fakeSharedPlace('Redis');
    place.record = HALTED;
    const heard: SharedPlace = {
      ...place,
      change: async (next) => {
        const released = await place.change(next);
        fake.reading = { state: 'present', record: latchOf(released) };
        fake.fault = new ChangedMeanwhile('the latch', { dependency: 'disk' });
        return released;
      },
    };
    fake.shared = [heard];
    const { status, record } = await release(ALL, fake);
    expect([status, record?.level, record?.operator]).toEqual([0, 'TRADING', 'bob']);
    expect(record?.epoch).toBeGreaterThan(HALTED.epoch + 1);
    expect(place.record).toMatchObject({ level: 'TRADING' });
  });

  it('raises again what it had lowered where the latch can not be written', async () => {
    const fake = fakeKillSwitch(HALTED);
    const place = fakeSharedPlace('Redis');
    place.record = { ...HALTED, epoch: 200 };
    fake.shared = [place];
    fake.fault = new DependencyError('read-only', { dependency: 'disk', retryable: false });
    await expect(release(ALL, fake)).rejects.toMatchObject({
      code: 'CDB-E0304',
      why: 'read-only; Redis was lowered and is raised again',
    });
    expect(place.record).toMatchObject({ level: 'HALTED', reason: HALTED.reason, epoch: 202 });
  });

  it('allows one strategy again and nothing else', async () => {
    const scopes = { 'strategy:paper': 'HALTED', 'symbol:BTCUSDT': 'REDUCING' } as const;
    const fake = fakeKillSwitch({ ...TRADING, epoch: 7, scopes });
    const values = { ...ALL, scope: 'strategy:paper', confirm: 'paper/strategy:paper' };
    const { status, record } = await release(values, fake);
    expect(status).toBe(0);
    expect(record?.scopes).toEqual({ 'symbol:BTCUSDT': 'REDUCING' });
    await expect(release(values, fake)).rejects.toMatchObject({ code: 'CDB-E0306' });
    await expect(release({ ...values, scope: 'symbol:BTCUSDT' }, fake)).rejects.toMatchObject({
      code: 'CDB-E0301',
    });
  });

  it.each(['canary', 'live'] as const)('is refused in %s without a check-up', async (mode) => {
    const fake = fakeKillSwitch({ ...HALTED, mode });
    const values = { ...ALL, confirm: `${mode}/kill-switch` };
    await expect(release(values, fake)).rejects.toMatchObject({ code: 'CDB-E0305', exit: 5 });
    fake.report = keptReport({ status: 'FAIL' });
    await expect(release(values, fake)).rejects.toMatchObject({ code: 'CDB-E0305', exit: 5 });
    expect(fake.reading).toMatchObject({ record: { level: 'HALTED' } });
  });

  it.each(['canary', 'live'] as const)('is possible in %s with one', async (mode) => {
    const fake = fakeKillSwitch({ ...HALTED, mode });
    fake.report = keptReport();
    const { status, record } = await release({ ...ALL, confirm: `${mode}/kill-switch` }, fake);
    expect([status, record?.level, record?.mode]).toEqual([0, 'TRADING', mode]);
  });

  it('refuses with all that is missing, exit 5, and changes nothing', async () => {
    const fake = fakeKillSwitch(HALTED);
    await expect(release({}, fake)).rejects.toMatchObject({
      code: 'CDB-E0301',
      exit: 5,
      what: expect.stringMatching(
        /--operator NAME, --justification .*, --confirm paper\/kill-switch$/,
      ),
      why: 'the level is HALTED (manual: spread gap\\x1b[2J)',
    });
    for (const key of ['operator', 'justification', 'confirm'] as const) {
      const what: unknown = expect.stringMatching(new RegExp(`required --${key} [^,]*$`));
      await expect(release({ ...ALL, [key]: '' }, fake)).rejects.toMatchObject({ what });
    }
    expect(fake.reading).toEqual({ state: 'present', record: HALTED });
    expect(fake.asked).toEqual([]);
  });

  it('does nothing where nothing is restricted', async () => {
    const { status, out, record } = await release({}, fakeKillSwitch(TRADING));
    expect([status, record]).toEqual([0, TRADING]);
    expect(out).toBe('nothing to release: the level is TRADING already (epoch 1)\n');
    expect((await release({}, fakeKillSwitch(null))).record).toBeNull();
  });

  it('says that it lost against an engage, or that it could not write', async () => {
    const fake = fakeKillSwitch(HALTED);
    const dependency = 'state directory';
    const write = (): never => {
      const again = { ...HALTED, epoch: HALTED.epoch + 1, message: 'once more' };
      fake.reading = { state: 'present', record: again };
      throw new ChangedMeanwhile('it', { dependency });
    };
    const engaged = async (stateDir: string) => {
      const killSwitch = await fake.killSwitch(stateDir);
      return { ...killSwitch, places: killSwitch.places.map((place) => ({ ...place, write })) };
    };
    const lost = release(ALL, { ...fake, killSwitch: engaged });
    await expect(lost).rejects.toMatchObject({ code: 'CDB-E0303', exit: 6 });
    const words = 'read-only, as was changed in the meantime';
    fake.fault = new DependencyError(words, { dependency, retryable: false });
    await expect(release(ALL, fake)).rejects.toMatchObject({ code: 'CDB-E0304', exit: 4 });
  });

  it('exits 4 when a running engine does not confirm', async () => {
    const fake = fakeKillSwitch(HALTED);
    fake.answer = { state: 'silent', why: 'no answer', pid: 7 };
    expect((await release(ALL, fake)).status).toBe(4);
  });
});

describe('kill-switch status', () => {
  async function statusText(fake = fakeKillSwitch(HALTED), stdout = false) {
    const io = fakeCommandIo({ stdoutIsTTY: stdout });
    expect(await runStatus(new ParsedOptions({}), io, fake)).toBe(0);
    return io.out.join('');
  }

  it('says level, since when, by whom, why, and from where it knows', async () => {
    expect(await statusText()).toBe(
      [
        'HALTED   paper   epoch 118',
        '  since        2026-02-09T15:00:00.000Z',
        '  by           ops',
        '  why          manual: spread gap\\x1b[2J',
        '  source       latch file',
        '  engine       no engine running',
        '',
      ].join('\n'),
    );
  });

  it('names what is wrong with a register that it cannot read', async () => {
    const fake = fakeKillSwitch(HALTED);
    fake.reading = { state: 'unreadable', why: 'it is empty' };
    const text = await statusText(fake, true);
    expect(text).toMatch(/^HALTED {3}shadow {3}epoch 0\n {2}since {8}unknown\n/);
    expect(text).toContain('  fault        latch file: it is empty\n');
    expect(text).toContain('--confirm shadow/kill-switch\n');
  });

  it('shows on a terminal how to stop while trading', async () => {
    expect(await statusText(fakeKillSwitch(TRADING), true)).toMatch(
      /\nstop now: cdb kill-switch engage\n$/,
    );
    expect(await statusText(fakeKillSwitch(TRADING))).not.toContain('stop now');
    expect(await statusText(fakeKillSwitch(null))).toContain(
      'first cdb run here starts with TRADING',
    );
  });
});

describe('an engine that another host of its run has halted', () => {
  function haltedElsewhere() {
    const control = { ...HALTED, message: 'on the other host', operator: 'ann' };
    const view = systemView(fakeEngineStatus({ control, shared: fakeSharedRun() }));
    const body = systemViewJson(view);
    const fake = fakeKillSwitch(TRADING);
    fake.pid = 7;
    fake.answer = { state: 'answered', status: 200, body };
    return fake;
  }

  it('is HALTED for status, although the latch here says TRADING', async () => {
    const io = fakeCommandIo();
    await runStatus(new ParsedOptions({}), io, haltedElsewhere());
    const out = io.out.join('');
    expect(out).toMatch(/^HALTED /);
    expect(out).toContain('HALTED by ann (manual: on the other host); release it on the host');
    expect(out).toMatch(/here +TRADING/);
  });

  it('stays halted after a release here, which says so', async () => {
    const { status, out, record } = await release(ALL, haltedElsewhere());
    expect([status, record?.level]).toEqual([4, 'TRADING']);
    expect(out).toMatch(/^KILL-SWITCH RELEASED HERE, AND THE RUN STAYS HALTED /);
    expect(out).toContain('release it on the host where it was engaged');
  });

  it('is answered from the latch while it does not answer', async () => {
    const fake = haltedElsewhere();
    fake.answer = { state: 'silent', why: 'no answer', pid: 7 };
    const io = fakeCommandIo();
    await runStatus(new ParsedOptions({}), io, fake);
    expect(io.out.join('')).toMatch(/^TRADING /);
  });
});
