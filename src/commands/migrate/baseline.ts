import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT } from '../../operator-error.js';
import { applyBaseline, type BaselineDone } from '../../schema/baseline/apply-baseline.js';
import { planBaseline, type BaselinePlan } from '../../schema/baseline/baseline-plan.js';
import { loadContracts } from '../../schema/contracts/load-contracts.js';
import { baselineUnknown } from '../../schema/schema-errors.js';
import type { CommandIo } from '../command-io.js';
import { requireYes } from '../confirmation.js';
import type { GateServices } from '../gate/gate-services.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { ExecutionLog } from './execution-log.js';
import type { MigrateServices, MigrationDatabase, ReportServices } from './migrate-ports.js';
import { lookThroughGate, underGate, whyNoGate } from './migration-gate.js';
import { recordedChange } from './recorded-change.js';

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

  const isEmptyNow = ungated !== null && database.kind === 'external';
  const emptyOnly = isEmptyNow ? { intoEmptyOnly: true as const } : {};
  let notices = 0;
  const onNotice = (text: string) => {
    notices += 1;
    tell(`WARN    ${text}`);
  };
  const use = { who: operatorName(io.env), nowMs: () => io.nowMs(), onNotice };
  const log = new ExecutionLog(() => io.nowMs());
  log.step('Pre-check', `${database.target}; ${planLines(plan).join('; ')}`);
  const title = 'old database taken over';
  try {
    const command = 'cdb migrate baseline';
    const effect = { ...use, command, ungated };
    const { result, gate: used } = await underGate(gate, effect, ({ why, gate: told, gateId }) => {
      const record = { ...use, ledger: gate.ledger, why, gate: told };
      const terms = { who: use.who, ...(gateId !== null && { gateId }) };
      return recordedChange(
        ...([
          database,
          { done: title, failed: 'taking the database over failed' },
          record,
        ] as const),
        () =>
          database.write((session, base) =>
            applyBaseline(session, { ...base, ...terms, ...emptyOnly }, loadContracts()),
          ),
        ({ aside, remade, applied }) => ({ aside, remade, applied, lineage: plan.lineage }),
      );
    });
    for (const { table, form, rows, now } of result.aside) {
      log.step('Aside', `${table} (${form}), ${rows} rows before and after, is ${now}`);
    }
    if (result.remade.length > 0) log.step('Made again', result.remade.join(', '));
    log.step('Apply', result.applied.join(', '));
    for (const words of result.faults) log.step('Verify', `FAIL ${words}`);
    const isAsAgreed = result.faults.length === 0;
    if (isAsAgreed) log.step('Verify', 'OK every table is as its contract says');
    if (used !== null) log.step('Gate', used.isClosed ? 'closed again' : 'spent, not closed');
    const report = await log.write(
      { title, status: isAsAgreed ? 'OK' : 'FAIL' },
      options,
      io,
      services,
    );
    say(io, database, { plan, done: result, report });
    if (!isAsAgreed) return EXIT.FINDING;
    return notices === 0 ? EXIT.OK : EXIT.UNREACHABLE;
  } catch (fault) {
    log.step('Failed', wordsOf(fault));
    await log.write({ title, status: 'FAIL' }, options, io, services);
    throw fault;
  }
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
      const written = report === null ? '' : `written: ${plainText(report)}\n`;
      return (
        lines.join('') +
        done.faults.map((words) => `${plainText(`FAIL    ${words}`)}\n`).join('') +
        `${done.faults.length === 0 ? 'OK' : 'FAIL'}: ${done.applied.length} applied, ${done.aside.length} put aside, no row lost\n` +
        `rights  new tables have those of their owner only; who writes or reads them needs a GRANT: ` +
        `cdb drift --role NAME says which\n${written}`
      );
    },
  });
  return EXIT.OK;
}
