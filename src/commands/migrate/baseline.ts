import { EXIT } from '../../operator-error.js';
import { applyBaseline, type BaselineDone } from '../../schema/baseline/apply-baseline.js';
import { planBaseline, type BaselinePlan } from '../../schema/baseline/baseline-plan.js';
import { loadContracts } from '../../schema/contracts/load-contracts.js';
import { baselineUnknown } from '../../schema/schema-errors.js';
import type { CommandIo } from '../command-io.js';
import { requireYes } from '../confirmation.js';
import type { GateServices } from '../gate/gate-services.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { changeSchema, type SchemaChange } from './change-schema.js';
import { writtenLine } from './execution-log.js';
import type { MigrateServices, MigrationDatabase, ReportServices } from './migrate-ports.js';
import { lookThroughGate, whyNoGate } from './migration-gate.js';

type Ports = MigrateServices & GateServices & ReportServices;

/** Takes over a database that the old stack made: nothing in it is dropped, no row is lost. */
export async function run(options: ParsedOptions, io: CommandIo, services: Ports): Promise<number> {
  const tell = (text: string) => io.stderr(`${plainText(text)}\n`);
  const database = await services.migrations(options, io);
  if (!database.exists) return say(io, database, { plan: null, done: null, report: null });
  const plan = await database.read((session) => planBaseline(session, database.files));
  tell(`target  ${database.target}`);
  for (const line of planLines(plan)) tell(line);
  if (plan.unknown.length > 0) throw baselineUnknown(plan.unknown);
  const isWhole = plan.aside.length + plan.remade.length + plan.pending.length === 0;
  if (isWhole || options.flag('dryRun'))
    return say(io, database, { plan, done: null, report: null });
  const gate = await services.deliveryGate(options, io);
  const ungated = await whyNoGate(database);
  tell(await lookThroughGate(gate, ungated, () => io.nowMs()));
  await requireYes(options, io, {
    code: 'CDB-E0467',
    what: 'Cannot take the database over without a yes',
    question: 'Whoever still writes to the tables that move will fail. Take it over?',
    command: atSamePlace('cdb migrate baseline', options),
  });

  const change = baselineChange(database, { plan, ungated, io });
  return changeSchema(change, { database, gate, options, io, services });
}

interface Agreed {
  readonly plan: BaselinePlan;
  readonly ungated: string | null;
  readonly io: CommandIo;
}

function baselineChange(
  database: MigrationDatabase,
  { plan, ungated, io }: Agreed,
): SchemaChange<BaselineDone> {
  const isEmptyNow = ungated !== null && database.kind === 'external';
  const emptyOnly = isEmptyNow ? { intoEmptyOnly: true as const } : {};
  return {
    command: 'cdb migrate baseline',
    words: { done: 'old database taken over', failed: 'taking the database over failed' },
    ungated,
    before: [['Pre-check', `${database.target}; ${planLines(plan).join('; ')}`]],
    apply: ({ terms, recorded }) =>
      recorded(
        () =>
          database.write((session, base) =>
            applyBaseline(session, { ...base, ...terms, ...emptyOnly }, loadContracts()),
          ),
        ({ aside, remade, applied }) => ({ aside, remade, applied, lineage: plan.lineage }),
      ),
    judge: ({ result: { aside, remade, applied, faults }, gate }, log) => {
      for (const { table, form, rows, now } of aside) {
        log.step('Aside', `${table} (${form}), ${rows} rows before and after, is ${now}`);
      }
      if (remade.length > 0) log.step('Made again', remade.join(', '));
      log.step('Apply', applied.join(', '));
      for (const words of faults) log.step('Verify', `FAIL ${words}`);
      const isAsAgreed = faults.length === 0;
      if (isAsAgreed) log.step('Verify', 'OK every table is as its contract says');
      log.closing(gate);
      return isAsAgreed ? 'OK' : 'FAIL';
    },
    say: ({ result }, report) => say(io, database, { plan, done: result, report }),
  };
}

function planLines(plan: BaselinePlan): readonly string[] {
  const { aside, remade, pending, untouched, lineage, claimed } = plan;
  const found = Object.entries(lineage).filter(([, isThere]) => isThere);
  const absent = Object.entries(lineage).filter(([, isThere]) => !isThere);
  const names = (entries: readonly (readonly [string, boolean])[]) =>
    entries.map(([name]) => name).join(', ') || 'nothing';
  return [
    `found   ${names(found)}; absent: ${names(absent)}`,
    ...(claimed.length === 0 ? [] : [`claimed ${claimed.join(', ')} (schema_version; not used)`]),
    ...aside.map(({ table, form, rows }) => `aside   ${table}: ${form}, ${rows} rows, kept whole`),
    ...(remade.length === 0 ? [] : [`again   ${remade.join(', ')}`]),
    `apply   ${pending.map(({ name }) => name).join(', ') || 'nothing'}`,
    `stays   ${untouched.join(', ') || 'nothing else is there'}`,
  ];
}

interface Baseline {
  readonly plan: BaselinePlan | null;
  readonly done: BaselineDone | null;
  readonly report: string | null;
}

function say(
  io: CommandIo,
  { target, kind }: MigrationDatabase,
  { plan, done, report }: Baseline,
): number {
  printResult(io, {
    command: 'migrate.baseline',
    data: {
      target,
      kind,
      plan: plan && { ...plan, pending: plan.pending.map(({ name }) => name) },
      done,
      report,
    },
    text: () => {
      if (plan === null) return 'nothing to do: the first cdb run makes the database\n';
      if (done === null) return 'nothing was changed\n';
      const lines = done.aside.map(
        ({ table, rows, now }) => `${plainText(`aside   ${table} is ${now}, ${rows} rows`)}\n`,
      );
      return (
        lines.join('') +
        done.faults.map((words) => `${plainText(`FAIL    ${words}`)}\n`).join('') +
        `${done.faults.length === 0 ? 'OK' : 'FAIL'}: ${done.applied.length} applied, ${done.aside.length} put aside, no row lost\n` +
        `rights  new tables have those of their owner only; who writes or reads them needs a GRANT: ` +
        `cdb drift --role NAME says which\n${writtenLine(report)}`
      );
    },
  });
  return EXIT.OK;
}
