import { findModeFlags } from '../../config/mode-flags.js';
import { locateStateDir } from '../../config/state-dir.js';
import {
  judgeConditions,
  type Condition,
  type Evidence,
  type Finding,
} from '../../engine/control/canary-conditions.js';
import { effectiveMode, REAL_VENUES } from '../../engine/control/effective-mode.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { EXIT } from '../../operator-error.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { readControl } from '../kill-switch/kill-switch-ports.js';
import { textMember, wordsOf } from '../mode/mode-ports.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';

const DRILL_VALID_MS = 7 * 86_400_000;
const VIEW_WAIT_MS = 1_000;
const OK = (detail: string): Finding => ({ state: 'OK', detail });
const FAILED = (detail: string): Finding => ({ state: 'FAILED', detail });

/** Looks at everything that has to hold, and never throws for what can't be looked at. */
export async function collectConditions(
  mode: 'canary' | 'live',
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<readonly Condition[]> {
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const control = readControl(killSwitch);
  const evidence: Evidence = {
    adapter: adapterFinding(),
    flags: flagsFinding(mode, options, io),
    ...registerFindings(control),
    ...ledgerFindings(await services.ledger(stateDir), io.nowMs()),
    ...engineFindings(await viewOf(killSwitch)),
    single_process: singleProcess(options, io),
    gate: await services.isGateOpen('canary', stateDir),
  };
  return judgeConditions(evidence, { isReal: true });
}

function adapterFinding(): Finding {
  if (REAL_VENUES.length > 0) return OK(REAL_VENUES.join(', '));
  return FAILED('this build has no adapter for a real venue');
}

function flagsFinding(mode: 'canary' | 'live', options: ParsedOptions, io: CommandIo): Finding {
  const { flags, fault } = findModeFlags(configLocation(options, io));
  if (fault !== null) return FAILED(fault);
  // The venue has a condition of its own.
  const venue = 'any';
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
      const passed = event.kind === 'drill' && event.details['verdict'] === 'PASS';
      if (passed) drillAtMs = event.atMs;
    }
    return { ledger: OK(`${entries} entries`), ...drillFinding(drillAtMs, nowMs) };
  } catch (fault) {
    return { ledger: FAILED(wordsOf(fault)) };
  }
}

function drillFinding(atMs: number | null, nowMs: number): Evidence {
  if (atMs === null) return {};
  const at = new Date(atMs).toISOString();
  const isFresh = nowMs - atMs <= DRILL_VALID_MS && atMs <= nowMs;
  return { drill: isFresh ? OK(`passed ${at}`) : FAILED(`the last one passed ${at}`) };
}

async function viewOf({ client }: Awaited<ReturnType<Services['killSwitch']>>): Promise<unknown> {
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
    effects: word === 'OK' ? OK(word) : FAILED(word ?? 'unknown'),
  };
}

function singleProcess(options: ParsedOptions, io: CommandIo): Finding {
  try {
    const { redisUrl, feed } = commandConfig(options, io);
    if (redisUrl === undefined || feed.source === 'redis') return OK('no Redis shares the run');
    return FAILED('a Redis is configured: the run is folded in shards');
  } catch (fault) {
    return FAILED(`the configuration can't be read (exit ${EXIT.CONFIG}): ${wordsOf(fault)}`);
  }
}
