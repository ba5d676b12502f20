import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../../../../src/commands/command-io.js';
import { run as status } from '../../../../src/commands/migrate/status.js';
import { run as up } from '../../../../src/commands/migrate/up.js';
import { ParsedOptions, type OptionValue } from '../../../../src/commands/parsed-options.js';
import type { ListedMigration } from '../../../../src/schema/migration-list.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';

const APPLIED = migration('0001_a', 'applied');
const PENDING = migration('0002_b', 'pending');

function migration(name: string, state: ListedMigration['state']): ListedMigration {
  const isApplied = state !== 'pending';
  const [appliedAtMs, appliedBy] = isApplied ? [Date.UTC(2026, 1, 9), 'owner'] : [null, null];
  return { name, state, sha256: 'a'.repeat(64), appliedAtMs, appliedBy };
}

function database(list: readonly ListedMigration[], exists = true) {
  let applied = 0;
  const services = {
    migrations: async () => ({
      kind: 'external' as const,
      target: 'PostgreSQL 15.4 at db:5432/cdb as owner, TLS',
      exists,
      list: async () => list,
      apply: async () => {
        applied += 1;
        return list.filter(({ state }) => state === 'pending').map(({ name }) => name);
      },
    }),
  };
  return { services, applied: () => applied };
}

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
) {
  const { services, applied } = database(list);
  const fake = fakeCommandIo(io);
  const fault = await up(new ParsedOptions(options), fake, services).then(
    () => null,
    (error: unknown) => error,
  );
  return { fault, applied: applied(), out: fake.out.join(''), err: fake.err.join('') };
}

describe('cdb migrate up', () => {
  it.each([['y\n'], ['Yes\n'], ['y', 'es\n']])('applies after the answer %j', async (...typed) => {
    const { fault, applied, out, err } = await call([APPLIED, PENDING], terminal(...typed));
    expect(fault).toBeNull();
    expect(applied).toBe(1);
    expect(out).toBe('applied 0002_b\nOK: 1 applied\n');
    expect(err).toBe(
      'target  PostgreSQL 15.4 at db:5432/cdb as owner, TLS\npending 0002_b\nApply them? [y/N] ',
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

  it('does not ask about a schema that has to be refused', async () => {
    const { applied, err } = await call([migration('0001_a', 'edited'), PENDING], terminal('y\n'));
    expect(applied).toBe(1);
    expect(err).toBe('');
  });

  it('has nothing to do where nothing is pending, or where there is no database yet', async () => {
    expect((await call([APPLIED])).out).toBe('nothing to do: the schema is that of this build\n');
    const { services, applied } = database([PENDING], false);
    const io = fakeCommandIo();
    await up(new ParsedOptions({}), io, services);
    expect(io.out.join('')).toContain('the first cdb run makes the database');
    expect(applied()).toBe(0);
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
