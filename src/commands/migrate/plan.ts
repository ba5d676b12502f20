import { resolve } from 'node:path';
import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT } from '../../operator-error.js';
import { hasDrift } from '../../schema/contracts/finding.js';
import { loadContracts } from '../../schema/contracts/load-contracts.js';
import type { MigrationFile } from '../../schema/migration-files.js';
import { freezePlan, planHash, planText } from '../../schema/plan/plan-file.js';
import { hazardsOf, planFiles, type PlannedFile } from '../../schema/plan/plan-files.js';
import {
  mayTryHere,
  rehearseBeside,
  rehearseHere,
  type Rehearsal,
} from '../../schema/plan/rehearse.js';
import { planUnwritable } from '../../schema/schema-errors.js';
import { schemaHistory } from '../../schema/schema-history.js';
import { pendingOf, stateOf } from '../../schema/schema-state.js';
import type { CommandIo } from '../command-io.js';
import { lookAtGate } from '../gate/gate-look.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace, shellWord } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../../view/plain-text.js';
import { SCOPE, whyNoGate } from './migration-gate.js';
import type { MigrationDatabase } from './migrate-ports.js';
import { nothingPending } from './nothing-pending.js';
import { refuseOldTables } from './old-tables.js';
import { plannedText, rehearsalText } from './plan-text.js';

interface Looked {
  readonly planned: readonly PlannedFile[];
  readonly rehearsal: Rehearsal | null;
  readonly saved: { readonly path: string; readonly sha256: string } | null;
}

/** What `up` would do, and whether the code agrees with what comes out. Changes nothing. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const database = await services.migrations(options, io);
  const contracts = loadContracts();
  const pending = await pendingFiles(database);
  const ungated = database.exists ? await whyNoGate(database) : 'there is no database yet';
  if (pending.length > 0 && ungated === null) await refuseOldTables(database);
  const planned =
    database.exists && pending.length > 0
      ? await database.read((session) => planFiles(session, pending))
      : [];
  const rehearsal = planned.length === 0 ? null : await rehearse(database, pending, planned);
  const saved = await save({ options, io, services, database }, pending, planned);
  const gate = ungated === null ? await gateWords(options, io, services) : `not needed: ${ungated}`;
  if (database.exists && planned.length === 0) {
    return sayNothing(io, { options, database, gate, contracts: contracts.size });
  }
  say(io, { options, database, gate, contracts: contracts.size }, { planned, rehearsal, saved });
  const isRefused = hazardsOf(planned).some(({ level }) => level === 'FAIL');
  const isWrong = rehearsal?.where === 'refused' || hasDrift(rehearsal?.findings ?? []);
  if (isRefused || isWrong) return EXIT.FINDING;
  return options.flag('exitCode') && pending.length > 0 ? EXIT.FINDING : EXIT.OK;
}

/** @throws OperatorError for a history that must not be gone on with */
function pendingFiles(database: MigrationDatabase): Promise<readonly MigrationFile[]> {
  if (!database.exists) return Promise.resolve(database.files);
  return database.read(async (session) =>
    pendingOf(stateOf(await schemaHistory(session), database.files)),
  );
}

/** Where somebody would have to wait for the try, it is made beside. */
async function rehearse(
  database: MigrationDatabase,
  pending: readonly MigrationFile[],
  planned: readonly PlannedFile[],
): Promise<Rehearsal> {
  const contracts = loadContracts();
  if (hazardsOf(planned).some(({ level }) => level === 'FAIL')) {
    return { where: 'not done', why: 'a file is refused as it stands', findings: [] };
  }
  if (mayTryHere(planned)) {
    const here = await database.read((session) => rehearseHere(session, pending, contracts));
    if (here.where !== 'not done') return here;
  }
  try {
    return await database.shadow((session, run) => rehearseBeside(session, run, contracts));
  } catch (fault) {
    return { where: 'not done', why: wordsOf(fault), findings: [] };
  }
}

interface Call {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly services: Services;
  readonly database: MigrationDatabase;
}

async function save(
  { options, io, services, database }: Call,
  pending: readonly MigrationFile[],
  planned: readonly PlannedFile[],
): Promise<Looked['saved']> {
  const path = options.text('out');
  if (path === undefined || planned.length === 0) return null;
  const steps = planned.flatMap(({ name, steps: all }) =>
    all.map(({ words }) => `${name}: ${words}`),
  );
  const plan = await database.read((session) =>
    freezePlan(session, pending, { madeAtMs: io.nowMs(), steps }),
  );
  try {
    await services.replaceFile(resolve(io.cwd, path), planText(plan), 0o600);
  } catch (fault) {
    throw planUnwritable(path, wordsOf(fault), fault);
  }
  return { path, sha256: planHash(plan) };
}

async function gateWords(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<string> {
  const gate = await services.deliveryGate(options, io);
  const verdict = (await lookAtGate(gate, io.nowMs())).judge(SCOPE);
  return verdict.open ? `${SCOPE} is open` : `${SCOPE} is CLOSED: ${verdict.why}`;
}

interface Place {
  readonly options: ParsedOptions;
  readonly database: MigrationDatabase;
  readonly gate: string;
  readonly contracts: number;
}

async function sayNothing(io: CommandIo, { options, database, gate }: Place): Promise<number> {
  const { target, kind } = database;
  const { exit, words, drifted } = await nothingPending(database, options);
  const kept =
    options.text('out') === undefined ? '' : 'nothing was saved: there is nothing to plan\n';
  printResult(io, {
    command: 'migrate.plan',
    data: { target, kind, gate, pending: [], contracts: null, saved: null, drifted },
    text: () =>
      `${plainText(`target  ${target}`)}\n${plainText(`gate    ${gate}`)}\n${plainText(words)}\n${kept}`,
  });
  return exit;
}

function say(io: CommandIo, place: Place, { planned, rehearsal, saved }: Looked): void {
  const { options, database, gate, contracts } = place;
  const { target, kind, exists } = database;
  printResult(io, {
    command: 'migrate.plan',
    data: { target, kind, gate, pending: planned, contracts: rehearsal, saved },
    text: () => {
      const head = plainText(`target  ${target}`) + `\n${plainText(`gate    ${gate}`)}\n`;
      if (!exists) return `${head}nothing to plan: the first cdb run makes the database\n`;
      const files = planned.map(plannedText).join('');
      const checked = rehearsal === null ? '' : rehearsalText(rehearsal, contracts);
      const plan = saved === null ? '' : ` --plan ${shellWord(saved.path)}`;
      const kept =
        saved === null
          ? ''
          : `${plainText(`saved ${saved.path}  sha256 ${saved.sha256}`)}  valid until anything changes\n`;
      const next = atSamePlace('cdb migrate up', options) + plan;
      return `${head}pending ${planned.length}\n${files}${checked}${kept}next: ${plainText(next)}\n`;
    },
  });
}
