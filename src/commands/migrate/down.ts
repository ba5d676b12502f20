import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { planTakeBack, takeBack, type TakeBack, type TakenBack } from '../../schema/take-back.js';
import type { CommandIo } from '../command-io.js';
import type { GateServices } from '../gate/gate-services.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace, shellWord } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { ExecutionLog } from './execution-log.js';
import type { MigrateServices, MigrationDatabase, ReportServices } from './migrate-ports.js';
import { lookThroughGate, underGate, whyNoGate } from './migration-gate.js';
import { migrationNamed } from './migration-named.js';
import { lossText } from './plan-text.js';
import { recordedChange } from './recorded-change.js';

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

  let notices = 0;
  const onNotice = (text: string) => {
    notices += 1;
    tell(`WARN    ${text}`);
  };
  const use = { who: operatorName(io.env), nowMs: () => io.nowMs(), onNotice };
  const names = steps.map(({ file }) => file.name);
  const losses = steps.flatMap(({ losses: all }) => all);
  const log = new ExecutionLog(() => io.nowMs());
  log.step('Pre-check', `${database.target}; to take back: ${names.join(', ')}; ${reason}`);
  log.step('Losses', losses.length === 0 ? 'none' : lossText(losses));
  const title = 'schema taken back';
  try {
    const command = 'cdb migrate down';
    const { result } = await underGate(gate, { ...use, command, ungated }, ({ gate: told }) => {
      const record = { ...use, ledger: gate.ledger, why: reason, gate: told };
      return recordedChange(
        ...([database, { done: title, failed: 'taking the schema back failed' }, record] as const),
        () => database.write((session, terms) => takeBack(session, terms, to)),
        (taken) => ({ taken_back: taken.map(({ name }) => name), losses }),
      );
    });
    for (const { name, isAsBefore } of result) log.step('Down', `${name}: ${asBefore(isAsBefore)}`);
    const status = result.some(({ isAsBefore }) => isAsBefore === false) ? 'FAIL' : 'OK';
    const report = await log.write({ title, status }, options, io, services);
    say(io, database, { steps, taken: result, report });
    if (status === 'FAIL') return EXIT.FINDING;
    return notices === 0 ? EXIT.OK : EXIT.UNREACHABLE;
  } catch (fault) {
    log.step('Failed', wordsOf(fault));
    await log.write({ title, status: 'FAIL' }, options, io, services);
    throw fault;
  }
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
      const written = report === null ? '' : `written: ${plainText(report)}\n`;
      return `${lines.join('\n')}\nOK: ${taken.length} taken back\n${written}`;
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
