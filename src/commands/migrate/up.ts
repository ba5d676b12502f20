import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { refuseUnfit } from '../../schema/lint/refuse-unfit.js';
import { readPlan, refuseStale, type FrozenPlan } from '../../schema/plan/plan-file.js';
import { planUnreadable } from '../../schema/schema-errors.js';
import type { Check } from '../../schema/verify/verify-after.js';
import type { CommandIo } from '../command-io.js';
import { requireYes } from '../confirmation.js';
import type { GateServices } from '../gate/gate-services.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { changeSchema, type SchemaChange } from './change-schema.js';
import { checkLines, statusOf, writtenLine } from './execution-log.js';
import type {
  ApplyMore,
  MigrateServices,
  MigrationDatabase,
  ReportServices,
} from './migrate-ports.js';
import { lookThroughGate, whyNoGate, type Gated } from './migration-gate.js';
import { migrationNamed } from './migration-named.js';
import { nothingPending, type NothingPending } from './nothing-pending.js';
import { refuseOldTables } from './old-tables.js';

type Ports = MigrateServices & GateServices & ReportServices;

interface Applied {
  readonly applied: readonly string[];
  readonly checks: readonly Check[];
}

/** Brings the schema up to this build, after a yes; where something can be lost, under an open gate. */
export async function run(options: ParsedOptions, io: CommandIo, services: Ports): Promise<number> {
  const tell = (text: string) => io.stderr(`${plainText(text)}\n`);
  const plan = planGiven(options, io);
  const database = await services.migrations(options, io);
  const more = await whatExactly(options, database, plan);
  const pending = await pendingNames(database, more.to);
  if (pending.length > 0 || !database.exists) tell(`target  ${database.target}`);
  if (!database.exists) return say(io, database, NOTHING);
  // Asked for even where nothing seems pending: it also finds what must not be migrated.
  if (pending.length === 0) {
    const applied = await database.apply('empty-only', more);
    const nothing = more.to === undefined ? await nothingPending(database, options) : null;
    say(io, database, { result: { applied, checks: [] }, gate: null }, { report: null, nothing });
    return nothing?.exit ?? EXIT.OK;
  }
  const gate = await services.deliveryGate(options, io);
  for (const name of pending) tell(`pending ${name}`);
  const ungated = await whyNoGate(database);
  if (ungated === null) await refuseOldTables(database);
  await refuseUnfit(database.files.filter(({ name }) => pending.includes(name)));
  if (options.flag('dryRun')) return sayDry(io, database, pending);
  tell(await lookThroughGate(gate, ungated, () => io.nowMs()));
  await requireYes(options, io, {
    code: 'CDB-E0417',
    what: 'Cannot migrate without a yes',
    question: 'Apply them?',
    command: atSamePlace('cdb migrate up', options),
  });

  const change = upChange(database, { pending, ungated, more, io });
  return changeSchema(change, { database, gate, options, io, services });
}

interface Agreed {
  readonly pending: readonly string[];
  readonly ungated: string | null;
  readonly more: ApplyMore;
  readonly io: CommandIo;
}

function upChange(
  database: MigrationDatabase,
  { pending, ungated, more, io }: Agreed,
): SchemaChange<Applied> {
  const permitted = ungated !== null && database.kind === 'external' ? 'empty-only' : 'any';
  return {
    command: 'cdb migrate up',
    words: { done: 'schema migrated', failed: 'schema migration failed' },
    ungated,
    before: [['Pre-check', `${database.target}; pending: ${pending.join(', ')}`]],
    apply: async ({ permit: { why, gateId }, log, terms, recorded }) => {
      log.step('Gate', gateId === null ? `not needed: ${why}` : `opening ${gateId}: ${why}`);
      const applied = await recorded(
        () => database.apply(permitted, { ...more, ...terms }),
        (names) => (names.length === 0 ? null : { applied: names, after: names.at(-1) }),
      );
      // Somebody else was faster.
      if (applied.length === 0) return { applied, checks: [] };
      log.step('Apply', applied.join(', '));
      const checks = await database.checkAfter(applied);
      log.checks(checks);
      return { applied, checks };
    },
    judge: ({ result: { applied, checks }, gate }, log) => {
      log.closing(gate);
      return applied.length === 0 ? null : statusOf(checks);
    },
    say: (done, report) => say(io, database, done, { report, nothing: null }),
  };
}

function planGiven(options: ParsedOptions, io: CommandIo): FrozenPlan | null {
  const path = options.text('plan');
  if (path === undefined) return null;
  if (options.text('to') !== undefined) {
    throw new OperatorError({
      code: 'CDB-E0002',
      what: 'Cannot apply a plan up to one migration: --plan and --to exclude each other',
      why: 'a plan is applied exactly as it was looked at, or not at all',
      todo: 'give one of the two; cdb migrate plan',
      exit: EXIT.USAGE,
    });
  }
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, path), 'utf8');
  } catch (fault) {
    throw planUnreadable(path, wordsOf(fault));
  }
  return readPlan(path, text);
}

/** Before anybody is asked, and again under the lock. */
async function whatExactly(
  options: ParsedOptions,
  database: MigrationDatabase,
  plan: FrozenPlan | null,
): Promise<ApplyMore> {
  const { files } = database;
  if (plan !== null) {
    const before: ApplyMore['before'] = (session) => refuseStale(session, plan, files);
    if (database.exists) await database.read(before);
    return { before };
  }
  const to = options.text('to');
  return to === undefined ? {} : { to: migrationNamed(files, to).version };
}

async function pendingNames(
  database: MigrationDatabase,
  to: number = Infinity,
): Promise<readonly string[]> {
  const migrations = await database.list();
  // What must not be migrated is refused by name before anybody is asked.
  const refused = ['edited', 'unknown', 'late'];
  if (migrations.some(({ state }) => refused.includes(state))) return [];
  return migrations
    .filter(({ state }) => state === 'pending' || state === 'interrupted')
    .map(({ name }) => name)
    .filter((name) => Number(name.split('_', 1)[0]) <= to);
}

const NOTHING: Gated<Applied> = { result: { applied: [], checks: [] }, gate: null };

function sayDry(io: CommandIo, database: MigrationDatabase, pending: readonly string[]): number {
  const { target, kind } = database;
  printResult(io, {
    command: 'migrate.up',
    data: { target, kind, dry_run: true, applied: [], pending, gate: null, checks: [] },
    text: () =>
      `would apply ${plainText(pending.join(', '))}; nothing was changed (cdb migrate plan says more)\n`,
  });
  return EXIT.OK;
}

interface Told {
  readonly report: string | null;
  readonly nothing: NothingPending | null;
}

function say(
  io: CommandIo,
  { kind, target, exists }: MigrationDatabase,
  { result: { applied, checks }, gate }: Gated<Applied>,
  { report, nothing }: Told = { report: null, nothing: null },
): number {
  const drifted = nothing?.drifted ?? [];
  printResult(io, {
    command: 'migrate.up',
    data: { target, kind, applied, gate: gate?.scope ?? null, checks, drifted, report },
    text: () => {
      if (!exists) return 'nothing to do: the first cdb run makes the database, with its schema\n';
      if (nothing !== null && drifted.length > 0) return `${plainText(nothing.words)}\n`;
      if (nothing !== null) return 'nothing to do: the schema is that of this build\n';
      if (applied.length === 0) return 'nothing to do: it is applied already\n';
      const closed = gate?.isClosed === true ? `; the gate for ${gate.scope} is closed again` : '';
      return (
        applied.map((name) => `applied ${plainText(name)}\n`).join('') +
        checkLines(checks) +
        `${statusOf(checks)}: ${applied.length} applied${closed}\n${writtenLine(report)}`
      );
    },
  });
  return EXIT.OK;
}
