import { locateStateDir } from '../../config/state-dir.js';
import { nearest } from '../../config/nearest.js';
import { itemsFor, READINESS_ITEMS, type ReadinessTarget } from '../../doctor/readiness/items.js';
import { judgeReadiness, type Readiness } from '../../doctor/readiness/readiness.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { readPlan } from '../canary/read-plan.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { collectEvidence } from './collect-evidence.js';
import type { ReadinessServices } from './readiness-ports.js';
import { explainText, itemJson, readinessJson, readinessText } from './readiness-text.js';

/** 0 GO, 1 anything else. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: ReadinessServices,
): Promise<number> {
  const target: ReadinessTarget = options.text('for') === 'live' ? 'live' : 'canary';
  const asked = options.text('explain');
  const id = asked === undefined ? null : itemId(asked);
  // What a canary does not wait for, live does.
  const isOther = id !== null && !itemsFor(target).some((item) => item.id === id);
  const readiness = await judgedReadiness(isOther ? 'live' : target, { options, io, services });
  if (id !== null) return explain(id, readiness, io);
  printResult(io, {
    command: 'readiness',
    data: readinessJson(readiness),
    rows: readiness.items.map(itemJson),
    text: () => readinessText(readiness),
  });
  return readiness.verdict === 'GO' ? EXIT.OK : EXIT.FINDING;
}

export interface ReadinessCall {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly services: ReadinessServices;
}

/** Reads plan, state files, proofs and the whole ledger: not to be asked every second. */
export async function judgedReadiness(
  target: ReadinessTarget,
  { options, io, services }: ReadinessCall,
): Promise<Readiness> {
  const { stateFiles } = commandConfig(options, io).doctor;
  const stateDir = await locateStateDir(configLocation(options, io));
  const { ledger } = await services.killSwitch(stateDir);
  const hash = await services.hash();
  const plan = readPlan(options, io, hash);
  const places = { cwd: io.cwd, stateDir, stateFiles, ledger, plan };
  const evidence = await collectEvidence(services, places);
  return judgeReadiness(target, evidence, { nowMs: io.nowMs(), hash });
}

function explain(id: string, { items }: Readiness, io: CommandIo): number {
  const [found] = items.filter(({ item }) => item.id === id);
  if (found === undefined) throw noSuchItem(id);
  printResult(io, {
    command: 'readiness.explain',
    data: itemJson(found),
    text: () => explainText(found),
  });
  return found.status === 'PASS' ? EXIT.OK : EXIT.FINDING;
}

function itemId(asked: string): string {
  const id = asked.trim().toUpperCase();
  if (READINESS_ITEMS.some((item) => item.id === id)) return id;
  throw noSuchItem(asked);
}

function noSuchItem(asked: string): OperatorError {
  const near = nearest(
    asked.toUpperCase(),
    READINESS_ITEMS.map(({ id }) => id),
  );
  return new OperatorError({
    code: 'CDB-E0735',
    what: `The readiness list has no item "${asked}"`,
    why: near === undefined ? 'nothing is like it' : `the nearest is ${near}`,
    todo: 'cdb readiness --for live lists them all',
    exit: EXIT.NOT_FOUND,
  });
}
