import { wordsOf } from '../../engine/domain/words-of.js';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { unmet, type ConditionId } from '../../engine/control/canary-conditions.js';
import { packFiles } from '../../engine/control/canary-pack.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { BUILD } from '../build-info.js';
import type { CommandIo } from '../command-io.js';
import { recordedFirst } from '../mode/change-register.js';
import { textMember } from '../mode/mode-ports.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../../view/plain-text.js';
import { collectConditions, type Collected } from './collect-conditions.js';
import { PLAN_TEMPLATE } from './plan-template.js';
import { PLAN_FILE, readPlan } from './read-plan.js';

/** What a lock can't be taken without; the rest is looked at when it starts. */
const LOCK_NEEDS: readonly ConditionId[] = [
  'register',
  'kill_switch',
  'engine',
  'audit',
  'plan',
  'approval',
];

/** Writes a template, says what a plan leaves undecided, or locks the evidence for a start. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  if (options.flag('init')) return init(options, io);
  if (options.flag('lock')) return lock(options, io, services);
  const { path, planHash, judged } = readPlan(options, io, await services.hash());
  const faults = [...judged.planFaults, ...judged.approvalFaults];
  printResult(io, {
    command: 'canary.plan',
    data: { path, sha256: planHash, ready: faults.length === 0, faults },
    text: () =>
      faults.length === 0
        ? `OK: ${plainText(path)} decides every field and is approved   sha256 ${planHash.slice(0, 12)}\n`
        : `NO-GO: ${faults.length} to be decided in ${plainText(path)}\n` +
          faults.map((fault) => `  ${plainText(fault)}\n`).join(''),
  });
  return faults.length === 0 ? EXIT.OK : EXIT.FINDING;
}

function init(options: ParsedOptions, io: CommandIo): number {
  const path = options.text('plan') ?? PLAN_FILE;
  try {
    writeFileSync(resolve(io.cwd, path), PLAN_TEMPLATE, { flag: 'wx', mode: 0o600 });
  } catch (fault) {
    throw new OperatorError({
      code: 'CDB-E0319',
      what: `Cannot write the plan "${path}"`,
      why: wordsOf(fault),
      todo: 'name another file with --plan; a plan that is there is never overwritten',
      exit: EXIT.CONFLICT,
      cause: fault,
    });
  }
  printResult(io, {
    command: 'canary.plan',
    data: { path, written: true },
    text: () => `written: ${plainText(path)}; decide every field, then cdb canary plan\n`,
  });
  return EXIT.OK;
}

async function lock(options: ParsedOptions, io: CommandIo, services: Services): Promise<number> {
  const decision = options.text('decision') === 'GO' ? 'GO' : 'NO-GO';
  const rationale = options.text('reason') ?? '';
  const found = await collectConditions('canary', { options, io, services });
  const missing = unmet(found.conditions).filter(({ id }) => LOCK_NEEDS.some((one) => one === id));
  const faults = [
    ...missing.map(({ id, detail }) => `${id}: ${detail}`),
    ...(breakersOf(found.view).length > 0 ? ['a breaker is open'] : []),
    ...(rationale === '' ? ['--reason "why" is part of the decision record'] : []),
  ];
  if (faults.length > 0) throw refused(faults, options);
  const name = await writePack({ found, decision, rationale }, options, io, services);
  const folder = (await services.canaryPacks(found.stateDir)).folder(name);
  printResult(io, {
    command: 'canary.plan',
    data: { path: found.plan.path, locked: name, folder, decision },
    text: () =>
      `LOCKED ${name}   decision ${decision}\n  ${plainText(folder)}\n` +
      'no change of plan, configuration, flags, build or engine from here on\n',
  });
  return EXIT.OK;
}

async function writePack(
  what: {
    readonly found: Collected;
    readonly decision: 'GO' | 'NO-GO';
    readonly rationale: string;
  },
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<string> {
  const { found, decision, rationale } = what;
  const { plan, view, hash, stateDir, control } = found;
  const packs = await services.canaryPacks(stateDir);
  const atMs = io.nowMs();
  const atUtc = new Date(atMs).toISOString();
  const name = `${atUtc.replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}-${plan.planHash.slice(0, 8)}`;
  const operator = options.text('operator') ?? operatorName(io.env);
  const facts = found.facts();
  const part = (source: string, member: string) => ({
    source,
    capturedUtc: atUtc,
    response: (Reflect.get(Object(view), member) as unknown) ?? null,
  });
  const files = packFiles(
    {
      ...{ atUtc, operator, decision, rationale, facts },
      runId: textMember(Reflect.get(Object(view), 'run'), 'run_id') ?? '',
      commit: BUILD.commit,
      artifactPath: packs.folder(name),
      planText: plan.text ?? '',
      killSwitch: {
        active: false,
        source: 'register',
        capturedUtc: atUtc,
        response: control.record,
      },
      // Shadow and paper both move no money, which the original calls mock.
      execution: { mode: 'mock', ...part('engine /view run', 'run') },
      risk: { circuitBreaker: false, ...part('engine /view portfolio', 'portfolio') },
    },
    hash,
  );
  const details = { plan: plan.planHash, folder: name, decision };
  const event = { kind: 'canary', action: 'canary evidence locked', atMs, who: operator } as const;
  recordedFirst(found.killSwitch.ledger, { ...event, why: rationale, details }, io, () => {
    packs.write(name, files);
  });
  return name;
}

function breakersOf(view: unknown): readonly unknown[] {
  const open: unknown = Reflect.get(
    Object(Reflect.get(Object(view), 'portfolio')),
    'breakers_open',
  );
  return Array.isArray(open) ? open : ['unknown'];
}

function refused(faults: readonly string[], options: ParsedOptions): OperatorError {
  return new OperatorError({
    code: 'CDB-E0320',
    what: 'Cannot lock the evidence for a canary',
    why: plainText(faults.join('; ')),
    todo: atSamePlace('cdb canary status lists every condition with its next step', options),
    exit: EXIT.REFUSED,
  });
}
