import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../../../../src/commands/command-io.js';
import { run as status } from '../../../../src/commands/migrate/status.js';
import { run as up } from '../../../../src/commands/migrate/up.js';
import { ParsedOptions, type OptionValue } from '../../../../src/commands/parsed-options.js';
import type {
  DayAddendum,
  MigrationDatabase,
} from '../../../../src/commands/migrate/migrate-ports.js';
import type { SqlSession } from '../../../../src/engine/ports/sql-session.js';
import type { Check } from '../../../../src/schema/verify/verify-after.js';
import { systemClock } from '../../../../src/adapters/system-clock.js';
import type { ListedMigration } from '../../../../src/schema/migration-list.js';
import { withOpening } from '../../../../src/adapters/gate/gate-edit.js';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { opening } from '../../../../src/engine/control/delivery-gate.js';
import { fakeGate } from '../../../fakes/fake-delivery-gate.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';

const APPLIED = migration('0001_a', 'applied');
const PENDING = migration('0002_b', 'pending');

function migration(name: string, state: ListedMigration['state']): ListedMigration {
  const isApplied = state !== 'pending';
  const [appliedAtMs, appliedBy] = isApplied ? [Date.UTC(2026, 1, 9), 'owner'] : [null, null];
  const sha256 = 'a'.repeat(64);
  return { name, state, sha256, appliedAtMs, appliedBy, durationMs: null, gateId: null };
}

interface Ground {
  readonly exists?: boolean;
  readonly kind?: 'embedded' | 'external';
  /** By default nothing can be lost, and no gate is needed. */
  readonly isEmpty?: boolean;
  readonly fault?: Error;
  readonly checks?: readonly Check[];
  readonly drifted?: readonly string[];
}

function database(list: readonly ListedMigration[], ground: Ground = {}) {
  const { exists = true, kind = 'external', isEmpty = true, fault } = ground;
  let applied = 0;
  const permits: string[] = [];
  const reports: string[] = [];
  const fake = fakeGate();
  const services = {
    ...fake,
    appendReport: async (_options: ParsedOptions, _io: CommandIo, { text }: DayAddendum) => {
      reports.push(text);
      return 'reports/day.md';
    },
    migrations: async () => ({
      kind,
      target: 'PostgreSQL 15.4 at db:5432/cdb as owner, TLS',
      name: 'db:5432/cdb',
      exists,
      files: [],
      clock: systemClock(),
      checkAfter: async () => ground.checks ?? [],
      drifted: async () => ground.drifted ?? [],
      ...NO_SESSION,
      list: async () => list,
      isEmpty: async () => isEmpty,
      apply: async (permit: 'any' | 'empty-only') => {
        permits.push(permit);
        if (fault !== undefined) throw fault;
        applied += 1;
        return list.filter(({ state }) => state === 'pending').map(({ name }) => name);
      },
    }),
  };
  return { services, fake, permits, reports, applied: () => applied };
}

/** What the old stack left is looked for in a session; nothing is there. */
const empty: SqlSession = {
  query: async (text) => ({
    rows: text.includes('WITH n AS') ? [{ schema: 'public', relations: [] }] : [{ present: false }],
  }),
};
const NO_SESSION: Pick<MigrationDatabase, 'read' | 'write' | 'shadow'> = {
  read: (work) => work(empty),
  write: () => Promise.reject(new Error('nothing is written here')),
  shadow: () => Promise.reject(new Error('no shadow')),
};

function terminal(...typed: readonly string[]): Partial<CommandIo> {
  return {
    canAsk: true,
    stdin: (async function* () {
      yield* typed;
    })(),
  };
}

async function call(
  list: readonly ListedMigration[],
  io: Partial<CommandIo> = {},
  options: Record<string, OptionValue> = {},
  { services, applied } = database(list),
) {
  const fake = fakeCommandIo(io);
  let status: number | null = null;
  const fault = await up(new ParsedOptions(options), fake, services).then(
    (exit) => {
      status = exit;
      return null;
    },
    (error: unknown) => error,
  );
  return { fault, status, applied: applied(), out: fake.out.join(''), err: fake.err.join('') };
}

describe('cdb migrate up', () => {
  it.each([['y\n'], ['Yes\n'], ['y', 'es\n']])('applies after the answer %j', async (...typed) => {
    const { fault, applied, out, err } = await call([APPLIED, PENDING], terminal(...typed));
    expect(fault).toBeNull();
    expect(applied).toBe(1);
    expect(out).toBe('applied 0002_b\nOK: 1 applied\nwritten: reports/day.md\n');
    expect(err).toBe(
      'target  PostgreSQL 15.4 at db:5432/cdb as owner, TLS\npending 0002_b\n' +
        'gate    not needed: the database is empty, so nothing can be lost\nApply them? [y/N] ',
    );
  });

  it.each([['n\n'], ['\n'], ['yep\n'], []])('takes the answer %j for no', async (...typed) => {
    const { fault, applied } = await call([PENDING], terminal(...typed));
    expect(fault).toMatchObject({ code: 'CDB-E0417', exit: 5, todo: 'cdb migrate up --yes' });
    expect(applied).toBe(0);
  });

  it('asks nobody where there is no terminal, and needs no answer with --yes', async () => {
    const refused = await call([PENDING], { ...terminal('y\n'), canAsk: false });
    const why = 'there is no terminal to ask at; nothing was changed';
    expect(refused.fault).toMatchObject({ code: 'CDB-E0417', exit: 5, why });
    expect(refused.applied).toBe(0);
    const { fault, applied, err } = await call([PENDING], {}, { yes: true });
    expect([fault, applied]).toEqual([null, 1]);
    expect(err).not.toContain('y/N');
  });

  it('ends with 1 where a file did not do what it is for, and the report of the day says so', async () => {
    const checks: readonly Check[] = [
      { about: '0002_b', verdict: 'OK', evidence: 'there' },
      { about: 'risk_events', verdict: 'FAIL', evidence: 'column symbol is missing' },
    ];
    const place = database([PENDING], { checks });
    const { status, out } = await call([], {}, { yes: true }, place);
    expect(status).toBe(1);
    expect(out).toContain('verify FAIL risk_events: column symbol is missing\nFAIL: 1 applied');
    expect(place.reports.join()).toMatch(
      /\*\*Apply\*\*: 0002_b[\s\S]*FAIL risk_events: column symbol[\s\S]*Final status: FAIL/,
    );
  });

  it('says in the report why a migration failed', async () => {
    const place = database([PENDING], { fault: new Error('column exists') });
    const { fault } = await call([], {}, { yes: true }, place);
    expect(fault).toMatchObject({ message: 'column exists' });
    expect(place.reports.join()).toMatch(/\*\*Failed\*\*: column exists[\s\S]*Final status: FAIL/);
  });

  it('with --dry-run says what would be applied, asks nobody and changes nothing', async () => {
    const place = database([APPLIED, PENDING]);
    const { status, applied, out, err } = await call([], {}, { dryRun: true }, place);
    expect([status, applied]).toEqual([0, 0]);
    expect(out).toContain('would apply 0002_b; nothing was changed');
    expect(err).not.toContain('y/N');
    expect(place.reports).toEqual([]);
  });

  it('does not ask about a schema that has to be refused', async () => {
    const { applied, err } = await call([migration('0001_a', 'edited'), PENDING], terminal('y\n'));
    expect(applied).toBe(1);
    expect(err).toBe('');
  });

  it('tells of tables that are not as their contracts say, though nothing is pending', async () => {
    const ground = database([APPLIED], { drifted: ['risk_events'] });
    const found = await call([APPLIED], {}, {}, ground);
    expect([found.status, found.out]).toEqual([
      1,
      'FAIL: nothing is pending, but not as their contracts say: risk_events; next: cdb migrate verify\n',
    ]);
    const json = fakeCommandIo({ outputFormat: 'json' });
    expect(await status(new ParsedOptions({ exitCode: true }), json, ground.services)).toBe(1);
    expect(JSON.parse(json.out.join(''))).toMatchObject({ data: { state: 'drifted' } });
  });

  it('refuses a plan of which only a part is asked for', async () => {
    const both = { plan: 'next.plan', to: '0003' };
    const { fault, applied } = await call([PENDING], {}, both);
    expect(fault).toMatchObject({ code: 'CDB-E0002', exit: 2 });
    expect(applied).toBe(0);
  });

  it('has nothing to do where nothing is pending, or where there is no database yet', async () => {
    expect((await call([APPLIED])).out).toBe('nothing to do: the schema is that of this build\n');
    const { services, applied } = database([PENDING], { exists: false });
    const io = fakeCommandIo();
    await up(new ParsedOptions({}), io, services);
    expect(io.out.join('')).toContain('the first cdb run makes the database');
    expect(applied()).toBe(0);
  });
});

describe('cdb migrate up and the delivery gate', () => {
  const NOW = Date.UTC(2026, 1, 9, 15, 30);
  const OPENING = opening(nodeHash, {
    scope: 'migrations',
    approvedBy: 'owner',
    approvedAtMs: NOW - 60_000,
    expiresAtMs: NOW + 600_000,
    reason: 'risk_events is missing',
  });
  const filled = (more: Ground = {}) => database([APPLIED, PENDING], { isEmpty: false, ...more });
  const GATE = { scope: 'migrations', opening: OPENING.id, approved_by: 'owner' };

  it('refuses to change what somebody has filled without an open gate, before it asks', async () => {
    const place = filled();
    const { fault, applied, err } = await call([], terminal('y\n'), { yes: true }, place);
    expect(fault).toMatchObject({
      code: 'CDB-E0605',
      exit: 5,
      why: 'gate.yaml does not exist; nothing was changed',
      todo: expect.stringContaining('cdb gate open migrations'),
    });
    expect(applied).toBe(0);
    expect(err).not.toContain('y/N');
    expect(place.fake.entries).toEqual([]);
  });

  it('migrates under an open gate, closes it, and has all of it on record', async () => {
    const place = filled();
    place.fake.text = withOpening(null, OPENING);
    const { fault, status, out, err } = await call([], {}, { yes: true }, place);
    expect([fault, status]).toEqual([null, 0]);
    expect(err).toContain(
      'gate    migrations is open for 10 min, by owner: risk_events is missing',
    );
    expect(out).toContain('OK: 1 applied; the gate for migrations is closed again');
    expect(place.permits).toEqual(['any']);
    expect(place.fake.text).toContain('approved: false');
    expect(place.fake.events()).toMatchObject([
      {
        kind: 'gate',
        action: 'gate used',
        details: { openings: [OPENING.id], commits: ['c0ffee'] },
      },
      {
        kind: 'migration',
        action: 'schema migrated',
        why: 'risk_events is missing',
        details: { gate: GATE, before: '0001_a', after: '0002_b', applied: ['0002_b'] },
      },
      { kind: 'gate', action: 'gate closed', why: 'used by cdb migrate up' },
    ]);
    const again = await call([], {}, { yes: true }, place);
    expect(again.fault).toMatchObject({ code: 'CDB-E0605' });
  });

  it('closes the gate behind a migration that failed, and says both on record', async () => {
    const place = filled({ fault: new Error('column exists') });
    place.fake.text = withOpening(null, OPENING);
    const { fault } = await call([], {}, { yes: true }, place);
    expect(fault).toMatchObject({ message: 'column exists' });
    expect(place.fake.text).toContain('approved: false');
    expect(place.fake.events().map(({ action }) => action)).toEqual([
      'gate used',
      'schema migration failed',
      'gate closed',
    ]);
  });

  it('ends with 4 and a warning where the file could not be closed; the opening is spent', async () => {
    const place = filled();
    place.fake.text = withOpening(null, OPENING);
    place.fake.isReadOnly = true;
    const { status, out, err } = await call([], {}, { yes: true }, place);
    expect(status).toBe(4);
    expect(out).toContain('OK: 1 applied\n');
    expect(err).toContain('WARN    the opening is spent, but not closed as usual: read-only');
    const again = await call([], {}, { yes: true }, place);
    expect(again.fault).toMatchObject({ why: expect.stringContaining('used or closed already') });
  });

  it('changes nothing where the use cannot be put on record', async () => {
    const place = filled();
    place.fake.text = withOpening(null, OPENING);
    place.fake.isLedgerFull = true;
    const { fault, applied } = await call([], {}, { yes: true }, place);
    expect(fault).toMatchObject({ message: 'no space' });
    expect(applied).toBe(0);
  });

  it('an empty database needs none, and is looked at again under the lock', async () => {
    const place = database([PENDING]);
    const { status } = await call([], {}, { yes: true }, place);
    expect(status).toBe(0);
    expect(place.permits).toEqual(['empty-only']);
    expect(place.fake.events()).toMatchObject([
      { kind: 'migration', details: { gate: null, before: null, after: '0002_b' } },
    ]);
  });

  it('an embedded one needs none', async () => {
    const place = filled({ kind: 'embedded' });
    const { status, err } = await call([], {}, { yes: true }, place);
    expect(status).toBe(0);
    expect(err).toContain('gate    not needed: the database belongs to this state directory alone');
    expect(place.permits).toEqual(['any']);
  });
});

describe('cdb migrate status', () => {
  it.each([
    [[APPLIED], 'equal', 0, 'OK: nothing is pending\n'],
    [[APPLIED, PENDING], 'behind', 1, '1 pending; next: cdb migrate up\n'],
    [[migration('0001_a', 'edited')], 'edited', 1, 'see cdb explain CDB-E0413\n'],
    [[APPLIED, migration('0009_z', 'unknown')], 'ahead', 1, 'see cdb explain CDB-E0412\n'],
  ])('with --exit-code says of %j: %s, %i', async (list, state, exit, words) => {
    const { services } = database(list);
    const text = fakeCommandIo();
    expect(await status(new ParsedOptions({}), text, services)).toBe(0);
    expect(text.out.join('')).toMatch(/^target {2}PostgreSQL 15.4 at db:5432\/cdb as owner, TLS\n/);
    expect(text.out.join('')).toContain(words);
    const json = fakeCommandIo({ outputFormat: 'json' });
    expect(await status(new ParsedOptions({ exitCode: true }), json, services)).toBe(exit);
    expect(JSON.parse(json.out.join(''))).toMatchObject({
      schema: 'cdb.migrate.status/1',
      data: { state, migrations: { length: list.length } },
    });
  });
});
