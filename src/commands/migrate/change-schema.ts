import type { LedgerEvent } from '../../engine/domain/ledger.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { DeliveryGate } from '../../engine/ports/delivery-gate.js';
import { EXIT } from '../../operator-error.js';
import type { MigrationRun } from '../../schema/migration-run.js';
import type { CommandIo } from '../command-io.js';
import { operatorName } from '../operator-name.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { ExecutionLog } from './execution-log.js';
import type { MigrationDatabase, ReportServices } from './migrate-ports.js';
import { underGate, type Gated, type Permit } from './migration-gate.js';
import { recordedChange } from './recorded-change.js';

/** What a change works with, once it may. */
export interface ChangeWork {
  readonly permit: Permit;
  readonly log: ExecutionLog;
  /** Who does it, under which opening: for the history of the database. */
  readonly terms: Pick<MigrationRun, 'who' | 'gateId'>;
  /**
   * Does it and puts it on record, whether it succeeded or not.
   * @param details what the entry says of it; null where nothing was changed
   * @param why where it is not that of the permit
   */
  readonly recorded: <R>(
    work: () => Promise<R>,
    details: (result: R) => LedgerEvent['details'] | null,
    why?: string,
  ) => Promise<R>;
}

/** One change of the schema that an operator has agreed to. */
export interface SchemaChange<T> {
  /** `cdb migrate up`. */
  readonly command: string;
  /** "schema migrated"; a failure is "schema migration failed". */
  readonly words: { readonly done: string; readonly failed: string };
  /** Why no gate is needed; null where one is. */
  readonly ungated: string | null;
  /** What was known before, for the report: names of steps and what each showed. */
  readonly before: readonly (readonly [name: string, evidence: string])[];
  apply(work: ChangeWork): Promise<T>;
  /** Logs what came of it. @returns null where nothing was changed, which is not reported */
  judge(done: Gated<T>, log: ExecutionLog): 'OK' | 'FAIL' | null;
  /** @param report path of the report that has it; null where there is none */
  say(done: Gated<T>, report: string | null): void;
}

interface ChangeCall {
  readonly database: MigrationDatabase;
  readonly gate: DeliveryGate;
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly services: ReportServices;
}

/**
 * Changes the schema under the gate; it is on record and in the report of the day, also where it fails.
 * @returns the exit code: 1 where the schema is not as agreed, 4 where something of it is not on record
 */
export async function changeSchema<T>(
  change: SchemaChange<T>,
  { database, gate, options, io, services }: ChangeCall,
): Promise<number> {
  const { command, words, ungated } = change;
  let notices = 0;
  const onNotice = (text: string) => {
    notices += 1;
    io.stderr(`${plainText(`WARN    ${text}`)}\n`);
  };
  const who = operatorName(io.env);
  const use = { who, nowMs: () => io.nowMs(), onNotice };
  const log = new ExecutionLog(use.nowMs);
  for (const [name, evidence] of change.before) log.step(name, evidence);
  const apply = (permit: Permit) =>
    change.apply({
      ...{ permit, log },
      terms: { who, ...(permit.gateId !== null && { gateId: permit.gateId }) },
      recorded: (work, details, why = permit.why) => {
        const record = { ...use, ...words, ledger: gate.ledger, why, gate: permit.gate };
        return recordedChange(database, record, work, details);
      },
    });
  let done: Gated<T>;
  try {
    done = await underGate(gate, { ...use, command, ungated }, apply);
  } catch (fault) {
    log.step('Failed', wordsOf(fault));
    await log.write({ title: words.done, status: 'FAIL' }, options, io, services);
    throw fault;
  }
  const status = change.judge(done, log);
  const to = status === null ? null : { title: words.done, status };
  change.say(done, to === null ? null : await log.write(to, options, io, services));
  if (status === 'FAIL') return EXIT.FINDING;
  return notices === 0 ? EXIT.OK : EXIT.UNREACHABLE;
}
