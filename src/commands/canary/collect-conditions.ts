import { STOP_PROMISE_MS } from '../../engine/control/stop-outcome.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { modeUnder } from '../../config/mode-flags.js';
import { REDIS_FEED } from '../../config/live-venues.js';
import type { Config } from '../../config/parse-config.js';
import { locateStateDir } from '../../config/state-dir.js';
import {
  judgeConditions,
  type Condition,
  type Evidence,
  type Finding,
} from '../../engine/control/canary-conditions.js';
import { judgePack, type LockedFacts } from '../../engine/control/canary-pack.js';
import { PAPER_VENUE, REAL_VENUES } from '../../engine/control/effective-mode.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import type { Hash } from '../../engine/domain/hash.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { keptPass } from '../doctor/kept-pass.js';
import type { KillSwitch } from '../kill-switch/kill-switch-ports.js';
import { readControl } from '../kill-switch/kill-switch-ports.js';
import { lookAtGate } from '../gate/gate-look.js';
import { engineCanary, type SaidCanary } from '../mode/engine-canary.js';
import { countingFlags, type CountingFlags } from '../mode/engine-flags.js';
import { textMember } from '../mode/mode-ports.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { FAILED, MISSING, OK } from './finding.js';
import { ledgerFindings, lookAtLedger, usedUp, type LedgerLook } from './ledger-look.js';
import { lockedFacts } from './locked-facts.js';
import { readinessFindings } from './readiness-findings.js';
import { readPlan, type ReadPlan } from './read-plan.js';

export interface Collected {
  readonly conditions: readonly Condition[];
  readonly stateDir: string;
  readonly killSwitch: KillSwitch;
  readonly control: EffectiveControl;
  readonly plan: ReadPlan;
  /** The newest evidence; null where nothing was ever locked. */
  readonly packName: string | null;
  /** The delivery gate is open for a canary, whether or not this one needs it. */
  readonly isGateOpen: boolean;
  readonly said: SaidCanary;
  /** Of the engine, null where none answers. */
  readonly view: unknown;
  readonly hash: Hash;
  /** What a lock is about. @throws OperatorError (exit 3) for a configuration that can't be read */
  readonly facts: () => LockedFacts;
}

export interface ConditionsCall {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly services: Services;
}

/** Looks at everything that has to hold, and never throws for what can't be looked at. */
export async function collectConditions(
  mode: 'canary' | 'live',
  call: ConditionsCall,
): Promise<Collected> {
  const { options, io, services } = call;
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const control = readControl(killSwitch);
  const hash = await services.hash();
  const plan = readPlan(options, io, hash);
  const { venue } = plan.judged;
  const isReal = mode === 'live' || venue !== PAPER_VENUE;
  const view = await engineView(killSwitch);
  const flags = await countingFlags(killSwitch, io, configLocation(options, io));
  const config = readConfig(call);
  const facts = () => lockedFacts({ planHash: plan.planHash, view, hash }, config(), flags);
  const ledger = lookAtLedger(killSwitch.ledger);
  const pack = await packFindings({ stateDir, hash, facts, ledger }, call);
  const gate = await gateFinding(call);
  const said = await engineCanary(killSwitch, io);
  const evidence: Evidence = {
    ...(isReal && { adapter: adapterFinding(mode === 'live' ? null : venue) }),
    flags: flagsFinding(mode, isReal, flags),
    ...registerFindings(control),
    ...ledgerFindings(ledger, io.nowMs()),
    ...engineFindings(view),
    ...monitoringFinding(said, plan),
    ...configFindings(config),
    ...planFindings(plan, io.nowMs()),
    ...pack.evidence,
    ...(await readinessFindings({ stateDir, ledger: killSwitch.ledger, plan, config, hash }, call)),
    gate,
    watchdog: await watchdogFinding(call),
    doctor: doctorFinding(killSwitch, stateDir, io.nowMs()),
  };
  const conditions = judgeConditions(evidence, { isReal });
  const at = { stateDir, killSwitch, control, plan, view, hash, facts, said };
  return { ...at, conditions, packName: pack.name, isGateOpen: gate.state === 'OK' };
}

function adapterFinding(venue: string | null): Finding {
  const known = venue === null ? REAL_VENUES[0] : REAL_VENUES.find((one) => one === venue);
  return known === undefined ? FAILED('this build has no adapter for a real venue') : OK(known);
}

function flagsFinding(
  mode: 'canary' | 'live',
  isReal: boolean,
  { words, found }: CountingFlags,
): Finding {
  if (found.fault !== null) return FAILED(found.fault);
  // Whether it can be reached is a condition of its own.
  const venue = isReal ? 'any' : PAPER_VENUE;
  const { verdict, why } = modeUnder({ state: 'known', mode, venue }, found, [venue]);
  if (verdict === 'AS ASKED') return OK(`all six of ${words} agree`);
  return FAILED(`${words}: ${why.join('; ')}`);
}

function registerFindings({ record, faults, source }: EffectiveControl): Evidence {
  if (faults.length > 0) {
    const broken = FAILED(faults.join('; '));
    return { register: broken, kill_switch: FAILED('it can not be evaluated') };
  }
  const isFree = record.level === 'TRADING' && Object.keys(record.scopes).length === 0;
  const why = `level ${record.level}, ${record.reason}`;
  return { register: OK(source), kill_switch: isFree ? OK(why) : FAILED(why) };
}

function monitoringFinding({ unwatched }: SaidCanary, { judged }: ReadPlan): Evidence {
  if (unwatched === null) return {};
  const said = judged.plan?.notWatched ?? [];
  const silent = unwatched.filter((name) => !said.some((one) => one === name));
  const names = unwatched.join(', ');
  return {
    monitoring:
      silent.length === 0
        ? OK(`nobody watches ${names}, as the plan says`)
        : FAILED(`nobody watches ${silent.join(', ')}, and the plan does not say so`),
  };
}

async function watchdogFinding({ options, io, services }: ConditionsCall): Promise<Finding> {
  try {
    const { state, pid, does, alarm } = (await services.operator(options, io)).watchdog();
    if (alarm !== null) return FAILED(`its alarm is not acknowledged: ${alarm.words}`);
    if (state === 'none') return MISSING('nobody watches');
    return state === 'watches' ? OK(`pid ${pid ?? '?'}, ${does}`) : FAILED('it is silent');
  } catch (fault) {
    return FAILED(wordsOf(fault));
  }
}

function doctorFinding(killSwitch: KillSwitch, stateDir: string, nowMs: number): Finding {
  const pass = keptPass(killSwitch, { stateDir, nowMs, notBeforeMs: 0 });
  if (pass.state === 'pass') return OK(pass.says);
  return pass.state === 'missing' ? MISSING(pass.why) : FAILED(pass.why);
}

/** Only looked at: an opening is used up by what it lets through. */
async function gateFinding({ options, io, services }: ConditionsCall): Promise<Finding> {
  try {
    const gate = await services.deliveryGate(options, io);
    const verdict = (await lookAtGate(gate, io.nowMs())).judge('canary');
    return verdict.open ? OK(`opened by ${verdict.opening.approvedBy}`) : FAILED(verdict.why);
  } catch (fault) {
    return FAILED(wordsOf(fault));
  }
}

async function engineView({ client }: KillSwitch): Promise<unknown> {
  const answer = await client.call({ method: 'GET', path: '/view', timeoutMs: STOP_PROMISE_MS });
  return answer.state === 'answered' && answer.status === 200 ? answer.body : null;
}

function engineFindings(view: unknown): Evidence {
  if (view === null) return {};
  const mode = textMember(Reflect.get(Object(view), 'control'), 'mode');
  const audit = Reflect.get(Object(view), 'audit') as unknown;
  const state = textMember(audit, 'state');
  const word = textMember(view, 'word');
  const isHarmless = mode === 'shadow' || mode === 'paper';
  return {
    engine: isHarmless ? OK(`it decides in ${mode}`) : FAILED(`it decides in ${mode ?? '?'}`),
    audit: state === 'ok' ? OK('ok') : FAILED(textMember(audit, 'sentence') ?? state ?? 'unknown'),
    effects: word === 'EFFECTS FLOW' ? OK(word) : FAILED(word ?? 'unknown'),
  };
}

/** @returns what throws each time where it can't be read */
function readConfig({ options, io }: ConditionsCall): () => Config {
  try {
    const config = commandConfig(options, io);
    return () => config;
  } catch (fault) {
    return () => {
      throw fault;
    };
  }
}

/** The policy of a Redis is looked at only where one is configured. */
function configFindings(config: () => Config): Evidence {
  try {
    const { redisUrl, feed } = config();
    const isAlone = redisUrl === undefined || feed.source === REDIS_FEED;
    return {
      single_process: isAlone
        ? OK('no Redis shares the run')
        : FAILED('a Redis is configured: the run is folded in shards'),
      ...(redisUrl === undefined && { redis: OK('no Redis is configured') }),
    };
  } catch (fault) {
    return { single_process: FAILED(`the configuration can't be read: ${wordsOf(fault)}`) };
  }
}

function planFindings({ judged, text }: ReadPlan, nowMs: number): Evidence {
  const { plan, planFaults, approvalFaults } = judged;
  const state = text === null ? MISSING : FAILED;
  return {
    plan: planFaults.length === 0 ? OK('every field is decided') : state(planFaults.join('; ')),
    ...(text !== null && {
      approval:
        approvalFaults.length === 0 ? OK('it repeats the plan') : FAILED(approvalFaults.join('; ')),
    }),
    ...(plan !== null && {
      window:
        nowMs >= plan.windowFromMs && nowMs + plan.terms.durationMs <= plan.windowToMs
          ? OK(`until ${new Date(plan.windowToMs).toISOString()}`)
          : FAILED('now, or now and the duration, is not within it'),
    }),
  };
}

async function packFindings(
  at: Pick<Collected, 'stateDir' | 'hash' | 'facts'> & { readonly ledger: LedgerLook },
  { io, services }: ConditionsCall,
): Promise<{ readonly name: string | null; readonly evidence: Evidence }> {
  const { stateDir, hash, facts, ledger } = at;
  let name: string | null = null;
  try {
    const pack = (await services.canaryPacks(stateDir)).newest();
    if (pack === null) return { name, evidence: {} };
    ({ name } = pack);
    const now = { facts: facts(), atMs: io.nowMs() };
    const { lockFaults, decision } = judgePack(pack.files, now, hash);
    const words = decision ?? 'nothing';
    const faults = [...lockFaults, ...usedUp(ledger, pack.name)];
    return {
      name,
      evidence: {
        evidence: faults.length === 0 ? OK(pack.name) : FAILED(faults.join('; ')),
        decision: decision === 'GO' ? OK(`GO, ${pack.name}`) : FAILED(`it says ${words}`),
      },
    };
  } catch (fault) {
    return { name, evidence: { evidence: FAILED(wordsOf(fault)) } };
  }
}
