import { EXIT, OperatorError } from '../../operator-error.js';
import { planTakeBack, takeBack, type TakeBack, type TakenBack } from '../../schema/take-back.js';
import type { CommandIo } from '../command-io.js';
import type { GateServices } from '../gate/gate-services.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace, shellWord } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { changeSchema, type SchemaChange } from './change-schema.js';
import { writtenLine } from './execution-log.js';
import type { MigrateServices, MigrationDatabase, ReportServices } from './migrate-ports.js';
import { lookThroughGate, whyNoGate } from './migration-gate.js';
import { migrationNamed } from './migration-named.js';
import { lossText } from './plan-text.js';

type Ports = MigrateServices & GateServices & ReportServices;

/** Takes back what stands above a migration. Hard on purpose: rows can go with it. */
export async function run(options: ParsedOptions, io: CommandIo, services: Ports): Promise<number> {
  const tell = (text: string) => io.stderr(`${plainText(text)}\n`);
  const wanted = options.text('to') ?? '';
  if (wanted === '') throw noTarget();
  const database = await services.migrations(options, io);
  const to = migrationNamed(database.files, wanted).version;
  if (!database.exists) return say(io, database, { steps: [], taken: [], report: null });
  const steps = await database.read((session) => planTakeBack(session, database.files, to));
  if (steps.length === 0) return say(io, database, { steps, taken: [], report: null });
  tell(`target  ${database.target}`);
  for (const { file, losses } of steps) {
    tell(
      `down    ${file.name}: ${losses.length === 0 ? 'destroys no rows' : `DESTROYS ${lossText(losses)}`}`,
    );
  }
  if (options.flag('dryRun')) return sayDry(io, database, steps);
  const gate = await services.deliveryGate(options, io);
  // An empty one has nothing that could be taken back.
  const ungated = database.kind === 'embedded' ? await whyNoGate(database) : null;
  tell(await lookThroughGate(gate, ungated, () => io.nowMs()));
  const reason = requireWords(options, database, wanted);

  const change = downChange(database, { steps, to, reason, ungated, io });
  return changeSchema(change, { database, gate, options, io, services });
}

interface Agreed {
  readonly steps: readonly TakeBack[];
  readonly to: number;
  readonly reason: string;
  readonly ungated: string | null;
  readonly io: CommandIo;
}

function downChange(
  database: MigrationDatabase,
  { steps, to, reason, ungated, io }: Agreed,
): SchemaChange<readonly TakenBack[]> {
  const names = steps.map(({ file }) => file.name);
  const losses = steps.flatMap(({ losses: all }) => all);
  return {
    command: 'cdb migrate down',
    words: { done: 'schema taken back', failed: 'taking the schema back failed' },
    ungated,
    before: [
      ['Pre-check', `${database.target}; to take back: ${names.join(', ')}; ${reason}`],
      ['Losses', losses.length === 0 ? 'none' : lossText(losses)],
    ],
    apply: ({ recorded }) =>
      recorded(
        () => database.write((session, terms) => takeBack(session, terms, to)),
        (taken) => ({ taken_back: taken.map(({ name }) => name), losses }),
        reason,
      ),
    judge: ({ result }, log) => {
      for (const { name, isAsBefore } of result) {
        log.step('Down', `${name}: ${asBefore(isAsBefore)}`);
      }
      return result.some(({ isAsBefore }) => isAsBefore === false) ? 'FAIL' : 'OK';
    },
    say: ({ result }, report) => say(io, database, { steps, taken: result, report }),
  };
}

function requireWords(options: ParsedOptions, { name }: MigrationDatabase, to: string): string {
  const reason = options.text('reason')?.trim() ?? '';
  const missing = [
    ...(reason === '' ? ['--reason "why"'] : []),
    ...(options.text('confirm') === name ? [] : [`--confirm ${shellWord(name)}`]),
  ];
  if (missing.length === 0) return reason;
  throw new OperatorError({
    code: 'CDB-E0464',
    what: `Cannot take migrations back: required ${missing.join(', ')}`,
    why: 'it takes a reason and the database retyped; --yes alone is no answer',
    todo: atSamePlace(
      `cdb migrate down --to ${shellWord(to)} --reason "why" --confirm ${shellWord(name)}`,
      options,
    ),
    exit: EXIT.REFUSED,
  });
}

function asBefore(isAsBefore: boolean | null): string {
  if (isAsBefore === null) return 'taken back';
  return isAsBefore ? 'the schema is as it was before it' : 'the schema is NOT as it was before it';
}

function sayDry(io: CommandIo, database: MigrationDatabase, steps: readonly TakeBack[]): number {
  const { target, kind } = database;
  printResult(io, {
    command: 'migrate.down',
    data: { target, kind, dry_run: true, steps: steps.map(stepJson), taken_back: [] },
    text: () => `would take back ${steps.length}; nothing was changed\n`,
  });
  return EXIT.OK;
}

interface Down {
  readonly steps: readonly TakeBack[];
  readonly taken: readonly TakenBack[];
  readonly report: string | null;
}

function say(io: CommandIo, { target, kind }: MigrationDatabase, down: Down): number {
  const { steps, taken, report } = down;
  printResult(io, {
    command: 'migrate.down',
    data: {
      target,
      kind,
      dry_run: false,
      steps: steps.map(stepJson),
      taken_back: taken.map(({ name, isAsBefore }) => ({ name, as_before: isAsBefore })),
      report,
    },
    text: () => {
      if (taken.length === 0) return 'nothing to do: nothing is applied above it\n';
      const lines = taken.map(({ name, isAsBefore }) =>
        plainText(`taken back ${name}: ${asBefore(isAsBefore)}`),
      );
      return `${lines.join('\n')}\nOK: ${taken.length} taken back\n${writtenLine(report)}`;
    },
  });
  return EXIT.OK;
}

function stepJson({ file, losses }: TakeBack) {
  return { name: file.name, losses };
}

function noTarget(): OperatorError {
  return new OperatorError({
    code: 'CDB-E0002',
    what: 'Cannot take anything back: --to is missing',
    why: 'it names the migration that stays the newest',
    todo: 'cdb migrate status, then cdb migrate down --to NUMBER --dry-run',
    exit: EXIT.USAGE,
  });
}
