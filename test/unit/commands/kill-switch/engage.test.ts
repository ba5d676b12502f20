import { describe, expect, it } from 'vitest';
import { run } from '../../../../src/commands/kill-switch/engage.js';
import type { OptionValue } from '../../../../src/commands/parsed-options.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { initialRecord } from '../../../../src/engine/control/register.js';
import { ChangedMeanwhile, DependencyError } from '../../../../src/operator-error.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeKillSwitch } from '../../../fakes/fake-kill-switch.js';
import { fakeSharedPlace } from '../../../fakes/fake-shared-place.js';

const TRADING = {
  ...initialRecord({ mode: 'paper', operator: 'ops', atMs: 1_000 }),
  epoch: 117,
};

async function engage(
  values: Readonly<Record<string, OptionValue>> = {},
  fake = fakeKillSwitch(TRADING),
  outputFormat: 'text' | 'json' = 'text',
) {
  const io = fakeCommandIo({ env: { USER: 'ann' }, outputFormat });
  const status = await run(new ParsedOptions(values), io, fake);
  const record = fake.reading.state === 'present' ? fake.reading.record : null;
  return { status, out: io.out.join(''), err: io.err.join(''), record, fake };
}

function failing(retryable: boolean): DependencyError {
  return new DependencyError('no disk', { dependency: 'state directory', retryable });
}

describe('kill-switch engage', () => {
  it('halts everything without any option, and prints who, what and the way back', async () => {
    const { status, out, record } = await engage();
    expect(status).toBe(0);
    expect(record).toMatchObject({
      level: 'HALTED',
      epoch: 118,
      operator: 'ann',
      reason: 'manual',
    });
    expect(out).toBe(
      [
        'KILL-SWITCH ENGAGED   paper   epoch 118   15:30:00.000Z',
        '  level        HALTED (was TRADING)',
        '  why          manual',
        '  engine       no engine running',
        '  state dir    /nowhere/.cdb',
        'written: latch file OK, ledger entry 1',
        'undo: cdb kill-switch release --operator NAME --justification "..." ' +
          '--confirm paper/kill-switch',
        '',
      ].join('\n'),
    );
  });

  it('takes the word of an engine that obeys less for no acknowledgement', async () => {
    const fake = fakeKillSwitch(TRADING);
    fake.pid = 4182;
    for (const body of [{ level: 'REDUCING' }, { level: 'TRADING' }, {}]) {
      fake.answer = { state: 'answered', status: 200, body };
      const { status, out } = await engage({ message: 'spread gap' }, fake);
      expect(status).toBe(4);
      expect(out).toContain('PARTIAL: engine (pid 4182) not confirmed');
    }
  });

  it('reports the acknowledgement of the engine', async () => {
    const fake = fakeKillSwitch(TRADING);
    fake.pid = 4182;
    fake.answer = { state: 'answered', status: 200, body: { level: 'HALTED' } };
    const { status, out } = await engage({ message: 'spread gap' }, fake);
    expect(status).toBe(0);
    expect(out).toContain('  engine       ack   0 ms   pid 4182\n');
    expect(fake.asked).toEqual([
      {
        method: 'POST',
        path: '/intents',
        body: {
          intent: 'engage',
          epoch: 118,
          reason: 'manual',
          message: 'spread gap',
          level: 'HALTED',
          scopes: [],
        },
        timeoutMs: 1_000,
      },
    ]);
  });

  it('says PARTIAL first and exits 4 when a running engine does not confirm', async () => {
    const silent = { state: 'silent', why: 'no answer', pid: 4182 } as const;
    const refused = { state: 'answered', status: 500, body: {} } as const;
    for (const answer of [silent, refused]) {
      const fake = fakeKillSwitch(TRADING);
      fake.pid = 4182;
      fake.answer = answer;
      const { status, out, record } = await engage({}, fake);
      expect(status).toBe(4);
      expect(out).toMatch(/^PARTIAL: engine \(pid 4182\) not confirmed; .*\nKILL-SWITCH ENGAGED/);
      expect(record?.level).toBe('HALTED');
    }
  });

  it('takes a free reason as the message, and words that it does not know', async () => {
    const { record } = await engage({ reason: 'spread gap', text: ['--bogus', 'now'] });
    expect(record).toMatchObject({ reason: 'manual', message: 'spread gap --bogus now' });
    expect((await engage({ reason: 'risk_limit' })).record?.reason).toBe('risk_limit');
  });

  it('reduces, and restricts a scope alone', async () => {
    const reduced = await engage({ level: 'reduce' });
    expect(reduced.record?.level).toBe('REDUCING');
    const scoped = await engage({ scope: ['strategy:x', 'symbol:BTCUSDT'] });
    expect(scoped.record).toMatchObject({
      level: 'TRADING',
      scopes: { 'strategy:x': 'HALTED', 'symbol:BTCUSDT': 'HALTED' },
    });
    expect(scoped.out).toContain('strategy:x HALTED');
  });

  it('reads a wrong level or scope as the stricter thing and says so', async () => {
    for (const values of [
      { level: 'redcue' },
      { scope: ['symbl:X'] },
      { scope: ['symbol:X', 'all'] },
      { scope: ['symbol:X', 'strategy:'] },
    ]) {
      const { status, record, err } = await engage(values);
      expect([status, record?.level]).toEqual([0, 'HALTED']);
      if (!('scope' in values && values.scope.includes('all'))) expect(err).toMatch(/^note: /);
    }
  });

  it('halts a state directory in which nothing ran yet', async () => {
    const { record, status } = await engage({ level: 'reduce' }, fakeKillSwitch(null));
    expect([status, record?.level, record?.mode]).toEqual([0, 'HALTED', 'shadow']);
  });

  it('tries again when the register was changed in the meantime', async () => {
    const fake = fakeKillSwitch(TRADING);
    fake.fault = new ChangedMeanwhile('it', { dependency: 'state directory' });
    const { status, record } = await engage({ level: 'reduce' }, fake);
    expect([status, record?.level]).toEqual([0, 'REDUCING']);
  });

  it('asks about the directory when nothing ever ran there', async () => {
    const { out } = await engage({}, fakeKillSwitch(null));
    expect(out).toMatch(/^NOTE: nothing ever ran here; is this the right directory\?\nKILL-SWITCH/);
  });

  it('says PARTIAL when only the engine stopped', async () => {
    const fake = fakeKillSwitch(TRADING);
    fake.fault = failing(false);
    fake.answer = { state: 'answered', status: 200, body: { level: 'HALTED' } };
    const { status, out } = await engage({}, fake);
    expect(status).toBe(4);
    expect(out).toMatch(/^PARTIAL: the engine stopped, but nothing was written/);
    expect(out).toContain('written: latch file FAILED after no disk');
  });

  it('fails with the pid to end when nothing worked', async () => {
    const fake = fakeKillSwitch(TRADING);
    fake.fault = failing(false);
    fake.pid = 4182;
    fake.answer = { state: 'silent', why: 'no answer', pid: 4182 };
    await expect(engage({}, fake)).rejects.toMatchObject({
      code: 'CDB-E0302',
      exit: 4,
      why: 'no disk; SIGUSR2 was sent, which an engine takes for a halt',
      todo: expect.stringMatching(/^kill -9 4182/),
    });
  });

  it('is written in every place, told to every engine, and says who has not confirmed', async () => {
    const fake = fakeKillSwitch(TRADING);
    const redis = fakeSharedPlace('Redis', [
      { engineId: 'far:1', ms: 7 },
      { engineId: 'far:2', ms: null },
    ]);
    const postgres = fakeSharedPlace('PostgreSQL');
    fake.shared = [redis, postgres];
    const { status, out } = await engage({}, fake);
    expect(status).toBe(4);
    expect(out).toContain('PARTIAL: far:2 not confirmed');
    expect(out).toMatch(/far:1 +ack {3}7 ms\n {2}far:2 +NOT CONFIRMED\n/);
    expect(out).toContain('written: latch file OK, Redis OK, PostgreSQL OK, ledger entry 1');
    for (const place of [redis, postgres]) expect(place.record).toMatchObject({ level: 'HALTED' });
    expect(fake.ledger[0]?.event).toMatchObject({ action: 'kill switch engaged', who: 'ann' });
  });

  it('tells the register and the engine to cancel and to close', async () => {
    const fake = fakeKillSwitch(TRADING);
    fake.pid = 4182;
    const positions = [{ symbol: 'BTCUSDT', qty: '0.0200' }];
    const exits = [{ state: 'reducing', open_orders: 1, positions, why: '' }];
    fake.answer = {
      state: 'answered',
      status: 200,
      body: { level: 'HALTED', open_orders: 3, exits },
    };
    const { out, record } = await engage({ flatten: true, level: 'reduce' }, fake);
    expect(record).toMatchObject({
      level: 'HALTED',
      exits: [{ cancelOpen: true, flatten: true, scopes: [] }],
    });
    expect(fake.asked[0]?.body).toMatchObject({ cancelOpen: true, flatten: true });
    expect(out).toContain('exits        reducing: open orders 1, 0.0200 BTCUSDT left');
    expect(out).toContain('\n  open orders  3\n');
  });

  it('never lowers a place that is stricter than the latch', async () => {
    const fake = fakeKillSwitch(TRADING);
    const redis = fakeSharedPlace('Redis');
    redis.record = { ...TRADING, level: 'HALTED', epoch: 500 };
    fake.shared = [redis];
    await engage({ level: 'reduce' }, fake);
    expect(redis.record).toMatchObject({ level: 'HALTED', epoch: 501 });
  });

  it('stops with what is left when a shared place is away', async () => {
    const fake = fakeKillSwitch(TRADING);
    const redis = fakeSharedPlace('Redis');
    redis.fault = failing(true);
    fake.shared = [redis];
    const { status, out, record } = await engage({}, fake);
    expect([status, record?.level]).toEqual([4, 'HALTED']);
    expect(out).toContain('PARTIAL: Redis not written');
    expect(out).toContain('Redis FAILED after no disk');
  });

  it('stops here where nobody can even look for other places', async () => {
    const fake = fakeKillSwitch(TRADING);
    fake.sharedPlaces = () => Promise.reject(new Error('module is gone'));
    const { status, out, record } = await engage({}, fake);
    expect([status, record?.level]).toEqual([4, 'HALTED']);
    expect(out).toContain('PARTIAL: other places not written');
    expect(out).toContain('other places FAILED after module is gone');
    expect(fake.ledger).toHaveLength(1);
  });

  it('is PARTIAL where nobody knows whom else it should have told', async () => {
    const fake = fakeKillSwitch(TRADING);
    const redis = fakeSharedPlace('Redis');
    const notes = ["the configuration can't be read, so only variables name other places: line 3"];
    fake.sharedPlaces = () => Promise.resolve({ places: [redis], notes });
    const { status, out, err, record } = await engage({}, fake);
    expect([status, record?.level, redis.record?.level]).toEqual([4, 'HALTED', 'HALTED']);
    expect(out).toMatch(
      /^PARTIAL: it is not known whether engines elsewhere have to be told.*\nKILL-SWITCH ENGAGED/,
    );
    expect(err).toContain("note: the configuration can't be read");
    const { out: json } = await engage({}, fake, 'json');
    expect(JSON.parse(json)).toMatchObject({ data: { unknown_places: notes } });
  });

  it('takes a write elsewhere for no stop of the engine here', async () => {
    const fake = fakeKillSwitch(TRADING);
    fake.fault = failing(false);
    fake.pid = 4182;
    fake.answer = { state: 'silent', why: 'no answer', pid: 4182 };
    fake.shared = [fakeSharedPlace('Redis')];
    const { status, out } = await engage({}, fake);
    expect([status, fake.signals]).toEqual([4, ['SIGUSR2']]);
    expect(out).toMatch(/^PARTIAL: engine \(pid 4182\) not confirmed.*latch file not written/);
    expect(out).toContain('signal       SIGUSR2 sent; an engine takes it for a halt\n');
  });

  it('is PARTIAL where the latch could not be written, although Redis has it and no engine runs', async () => {
    const fake = fakeKillSwitch(TRADING);
    fake.fault = failing(false);
    fake.shared = [fakeSharedPlace('Redis')];
    const { status, out } = await engage({}, fake);
    expect([status, fake.signals]).toEqual([4, []]);
    expect(out).toMatch(/^PARTIAL: latch file not written; an engine that starts here/);
  });

  it('says so when a place does not tell which engines obey', async () => {
    const fake = fakeKillSwitch(TRADING);
    const redis = fakeSharedPlace('Redis');
    fake.shared = [{ ...redis, obeyed: () => Promise.reject(failing(true)) }];
    const { status, out } = await engage({}, fake);
    expect(status).toBe(4);
    expect(out).toContain('PARTIAL: Redis does not say which engines obey');
    expect(out).toContain('Redis OK but no word of its engines after no disk');
  });

  it('gives a shared place one deadline for the write and the word of its engines', async () => {
    const fake = fakeKillSwitch(TRADING);
    const redis = fakeSharedPlace('Redis');
    const waits: number[] = [];
    fake.shared = [
      {
        ...redis,
        change: async (next) => {
          await fake.clock.sleep(400);
          return redis.change(next);
        },
        obeyed: (_, waitMs) => {
          waits.push(waitMs);
          return Promise.resolve([]);
        },
      },
    ];
    const { out } = await engage({}, fake, 'json');
    expect(waits).toEqual([600]);
    expect(JSON.parse(out)).toMatchObject({
      data: { places: [{}, { place: 'Redis', ms: 400, ms_max: 1_000 }] },
    });
  });

  it('prints no control character that somebody else wrote', async () => {
    const { out } = await engage({ message: 'a\nundo: rm -rf \u001b[2J\u202e' });
    expect(out).toContain('manual: a\\x0aundo: rm -rf \\x1b[2J\\u202e\n');
  });

  it('gives the same as one JSON envelope', async () => {
    const { out } = await engage({}, fakeKillSwitch(TRADING), 'json');
    expect(JSON.parse(out)).toMatchObject({
      schema: 'cdb.kill-switch.engage/1',
      data: {
        level: 'HALTED',
        previous_level: 'TRADING',
        epoch: 118,
        places: [{ place: 'latch file', written: 'record', level: 'HALTED', failures: [] }],
        engine: { state: 'absent', pid: null },
        partial: null,
      },
    });
  });

  it('finds the state directory with a configuration that cannot be read', async () => {
    const fake = fakeKillSwitch(TRADING);
    const io = fakeCommandIo({ env: { CDB_STATE_DIR: '/srv/state' } });
    const options = new ParsedOptions({ config: '/nowhere/cdb.yaml' });
    expect(await run(options, io, fake)).toBe(0);
    expect(fake.stateDirs).toEqual(['/srv/state']);
  });
});
