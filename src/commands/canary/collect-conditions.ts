import { wordsOf } from '../../engine/domain/words-of.js';
import { findModeFlags } from '../../config/mode-flags.js';
import { locateStateDir } from '../../config/state-dir.js';
import {
  judgeConditions,
  type Condition,
  type Evidence,
  type Finding,
} from '../../engine/control/canary-conditions.js';
import { judgePack } from '../../engine/control/canary-pack.js';
import { effectiveMode, PAPER_VENUE, REAL_VENUES } from '../../engine/control/effective-mode.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import type { Hash } from '../../engine/domain/hash.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import type { KillSwitch } from '../kill-switch/kill-switch-ports.js';
import { readControl } from '../kill-switch/kill-switch-ports.js';
import { DRILL_PASS } from '../kill-switch/drill.js';
import { lookAtGate } from '../gate/gate-look.js';
import { textMember } from '../mode/mode-ports.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { lockedFacts } from './locked-facts.js';
import { readPlan, type ReadPlan } from './read-plan.js';

const DRILL_VALID_MS = 7 * 86_400_000;
const VIEW_WAIT_MS = 1_000;
const OK = (detail: string): Finding => ({ state: 'OK', detail });
const FAILED = (detail: string): Finding => ({ state: 'FAILED', detail });
const MISSING = (detail: string): Finding => ({ state: 'MISSING', detail });

export interface Collected {
  readonly conditions: readonly Condition[];
  readonly stateDir: string;
  readonly killSwitch: KillSwitch;
  readonly control: EffectiveControl;
  readonly plan: ReadPlan;
  /** The newest evidence; null where nothing was ever locked. */
  readonly packName: string | null;
  /** Of the engine, null where none answers. */
  readonly view: unknown;
  readonly hash: Hash;
}

interface Call {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly services: Services;
}

/** Looks at everything that has to hold, and never throws for what can't be looked at. */
export async function collectConditions(mode: 'canary' | 'live', call: Call): Promise<Collected> {
  const { options, io, services } = call;
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const control = readControl(killSwitch);
  const hash = await services.hash();
  const plan = readPlan(options, io, hash);
  const { venue } = plan.judged;
  const isReal = mode === 'live' || venue !== PAPER_VENUE;
  const view = await engineView(killSwitch);
  const pack = await packFindings({ stateDir, killSwitch, plan, view, hash }, call);
  const evidence: Evidence = {
    ...(isReal && { adapter: adapterFinding(mode === 'live' ? null : venue) }),
    flags: flagsFinding(mode, isReal, call),
    ...registerFindings(control),
    ...ledgerFindings(killSwitch.ledger, io.nowMs()),
    ...engineFindings(view),
    single_process: singleProcess(call),
    ...planFindings(plan, io.nowMs()),
    ...pack.evidence,
    gate: await gateFinding(call),
    watchdog: await watchdogFinding(call),
    ...redisFinding(call),
  };
  const conditions = judgeConditions(evidence, { isReal });
  return { conditions, stateDir, killSwitch, control, plan, packName: pack.name, view, hash };
}

function adapterFinding(venue: string | null): Finding {
  const known = venue === null ? REAL_VENUES[0] : REAL_VENUES.find((one) => one === venue);
  return known === undefined ? FAILED('this build has no adapter for a real venue') : OK(known);
}

function flagsFinding(mode: 'canary' | 'live', isReal: boolean, { options, io }: Call): Finding {
  const { flags, fault } = findModeFlags(configLocation(options, io));
  if (fault !== null) return FAILED(fault);
  // Whether it can be reached is a condition of its own.
  const venue = isReal ? 'any' : PAPER_VENUE;
  const { verdict, why } = effectiveMode({ state: 'known', mode, venue }, flags, [venue]);
  return verdict === 'AS ASKED' ? OK('all six agree') : FAILED(why.join('; '));
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

function ledgerFindings(ledger: Ledger, nowMs: number): Evidence {
  try {
    let entries = 0;
    let drillAtMs: number | null = null;
    for (const { event } of ledger.entries()) {
      entries += 1;
      const passed = event.kind === 'drill' && event.details['verdict'] === DRILL_PASS;
      if (passed) drillAtMs = event.atMs;
    }
    return { ledger: OK(`${entries} entries`), ...drillFinding(drillAtMs, nowMs) };
  } catch (fault) {
    return { ledger: FAILED(wordsOf(fault)) };
  }
}

async function watchdogFinding({ options, io, services }: Call): Promise<Finding> {
  try {
    const { state, pid, does, alarm } = (await services.operator(options, io)).watchdog();
    if (alarm !== null) return FAILED(`its alarm is not acknowledged: ${alarm.words}`);
    if (state === 'none') return MISSING('nobody watches');
    return state === 'watches' ? OK(`pid ${pid ?? '?'}, ${does}`) : FAILED('it is silent');
  } catch (fault) {
    return FAILED(wordsOf(fault));
  }
}

/** Only looked at: an opening is used up by what it lets through. */
async function gateFinding({ options, io, services }: Call): Promise<Finding> {
  try {
    const gate = await services.deliveryGate(options, io);
    const verdict = (await lookAtGate(gate, io.nowMs())).judge('canary');
    return verdict.open ? OK(`opened by ${verdict.opening.approvedBy}`) : FAILED(verdict.why);
  } catch (fault) {
    return FAILED(wordsOf(fault));
  }
}

function drillFinding(atMs: number | null, nowMs: number): Evidence {
  if (atMs === null) return {};
  const at = new Date(atMs).toISOString();
  const isFresh = nowMs - atMs <= DRILL_VALID_MS && atMs <= nowMs;
  return { drill: isFresh ? OK(`passed ${at}`) : FAILED(`the last one passed ${at}`) };
}

async function engineView({ client }: KillSwitch): Promise<unknown> {
  const answer = await client.call({ method: 'GET', path: '/view', timeoutMs: VIEW_WAIT_MS });
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

function singleProcess({ options, io }: Call): Finding {
  try {
    const { redisUrl, feed } = commandConfig(options, io);
    if (redisUrl === undefined || feed.source === 'redis') return OK('no Redis shares the run');
    return FAILED('a Redis is configured: the run is folded in shards');
  } catch (fault) {
    return FAILED(`the configuration can't be read: ${wordsOf(fault)}`);
  }
}

/** Its policy is looked at only where one is configured. */
function redisFinding({ options, io }: Call): Evidence {
  try {
    const { redisUrl } = commandConfig(options, io);
    return redisUrl === undefined ? { redis: OK('no Redis is configured') } : {};
  } catch {
    return {}; // The configuration is a condition already.
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
  at: Pick<Collected, 'stateDir' | 'killSwitch' | 'plan' | 'view' | 'hash'>,
  { options, io, services }: Call,
): Promise<{ readonly name: string | null; readonly evidence: Evidence }> {
  const { stateDir, killSwitch, plan, view, hash } = at;
  let name: string | null = null;
  try {
    const pack = (await services.canaryPacks(stateDir)).newest();
    if (pack === null) return { name, evidence: {} };
    ({ name } = pack);
    const facts = lockedFacts(plan.planHash, view, { options, io, hash });
    const { lockFaults, decision } = judgePack(pack.files, { facts, atMs: io.nowMs() }, hash);
    const words = decision ?? 'nothing';
    const faults = [...lockFaults, ...usedUp(killSwitch.ledger, pack.name)];
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

/** What was decided for one session says nothing of another: its ceilings are those of all of it. */
function usedUp(ledger: Ledger, pack: string): readonly string[] {
  for (const { event } of ledger.entries()) {
    const isStart = event.kind === 'canary' && event.action === 'canary start';
    if (!isStart || event.details['pack'] !== pack) continue;
    return [`${pack} was used up by the start of ${new Date(event.atMs).toISOString()}`];
  }
  return [];
}
