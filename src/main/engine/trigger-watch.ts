import { recordInLedger } from '../../commands/ledger-record.js';
import {
  initialThrottle,
  noteExecution,
  type ThrottleLimits,
  type ThrottleState,
} from '../../engine/control/execution-throttle.js';
import {
  initialTriggers,
  isStopped,
  lookAtTriggers,
  type Firing,
  type TriggerFacts,
  type TriggerLimits,
} from '../../engine/control/triggers.js';
import type { Output } from '../../engine/domain/events.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { Clock } from '../../engine/ports/clock.js';
import { shardOf } from '../../engine/shards/shard-of.js';
import type { EngineStatus } from '../../engine/ports/engine-status.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import type { EngineRegister } from './control-register.js';

/** A place of the register, or the control socket; null = it can be reached. Bounded in time. */
export interface ControlChannel {
  readonly name: string;
  readonly trouble: () => Promise<string | null>;
}

export interface TriggerWatchParts {
  readonly live: Pick<EngineRun, 'status' | 'phase' | 'obeys' | 'knock'>;
  readonly register: EngineRegister;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly channels: readonly ControlChannel[];
  readonly everyMs: number;
  readonly limits: TriggerLimits & { readonly throttle: ThrottleLimits };
  readonly onNotice: (text: string) => void;
}

export interface TriggerWatch {
  /** Sees every committed fact. */
  note(fact: Output): void;
  /** Looks until `stop`. */
  run(): Promise<void>;
  stop(): void;
}

const WHO = 'cdb';

/** Looks at the engine from beside it, and restricts trading by the register when it has to. */
export function watchTriggers(parts: TriggerWatchParts): TriggerWatch {
  const { live, register, clock, limits } = parts;
  const state = initialTriggers();
  const throttles = new Map<number, ThrottleState>();
  const losses: Losses = { sinceMs: new Map(), told: new Set() };
  const ended = new AbortController();
  const look = async (): Promise<void> => {
    const lostChannels = await lostOf(parts, losses);
    const { record, faults } = register.effective();
    if (record.level === 'TRADING') losses.told.clear();
    // What the fold says under an older epoch may be over already: a release resets its breakers.
    if (live.phase !== 'running' || !live.obeys(record.epoch, record.level)) return;
    const facts = factsOf(live.status(), lostChannels, clock.nowMs());
    const control = { level: record.level, isCertain: faults.length === 0 };
    for (const firing of lookAtTriggers(state, facts, control, limits)) {
      fire(parts, firing);
      if (firing.trigger !== 'control_channel_lost') continue;
      for (const name of losses.sinceMs.keys()) losses.told.add(name);
    }
  };
  return {
    note: (fact) => {
      if (fact.kind !== 'OrderRequested' || fact.mode === 'shadow') return;
      const { record } = register.effective();
      // Also those that a restart publishes again: what was decided before a release is forgiven.
      if (fact.epoch < record.epoch) return;
      const shard = shardOf(fact.symbol, limits.throttle.shards);
      const throttle = throttles.get(shard) ?? initialThrottle();
      throttles.set(shard, throttle);
      const firing = noteExecution(throttle, fact, limits.throttle);
      if (firing === null || isStopped(record, fact.strategyId)) return;
      fire(parts, firing);
    },
    run: async () => {
      while (!ended.signal.aborted) {
        await look().catch((fault: unknown) => {
          parts.onNotice(`the triggers could not look: ${String(fault)}`);
        });
        await clock.sleep(parts.everyMs, ended.signal);
      }
    },
    stop: () => {
      ended.abort();
    },
  };
}

/** The register first: what a full disk keeps from the ledger must not keep it from the halt. */
function fire(
  { register, ledger, clock, live, onNotice }: TriggerWatchParts,
  firing: Firing,
): void {
  const { trigger, level, scopes, reason, evidence } = firing;
  const newest = evidence.at(-1) ?? '';
  const message = `${trigger}: ${newest}`;
  const record = register.engage({ level, scopes, reason, message, operator: WHO });
  live.knock();
  const where = scopes.length === 0 ? 'everything' : scopes.join(', ');
  onNotice(`trigger ${message}; ${where} is ${level} until cdb kill-switch release`);
  const details = { trigger, level, scopes, epoch: record.epoch, evidence };
  const outcome = recordInLedger(ledger, {
    kind: 'trigger',
    action: `${trigger} set ${where} to ${level}`,
    atMs: clock.nowMs(),
    who: WHO,
    why: newest,
    details,
  });
  if (outcome.state === 'failed')
    onNotice(`the ledger does not take the trigger ${trigger}: ${outcome.why}`);
}

/** Channels that are lost, and those of them that trading is restricted for already. */
interface Losses {
  readonly sinceMs: Map<string, number>;
  readonly told: Set<string>;
}

async function lostOf(
  { channels, clock }: TriggerWatchParts,
  losses: Losses,
): Promise<TriggerFacts['lostChannels']> {
  const troubles = await Promise.all(channels.map((channel) => channel.trouble()));
  return channels.flatMap(({ name }, i) => {
    const why = troubles[i] ?? null;
    if (why === null) {
      losses.sinceMs.delete(name);
      losses.told.delete(name);
      return [];
    }
    const sinceMs = losses.sinceMs.get(name) ?? clock.nowMs();
    losses.sinceMs.set(name, sinceMs);
    if (losses.told.has(name)) return [];
    return [{ name: `${name} (${why})`, sinceMs }];
  });
}

function factsOf(
  { portfolio, audit, feed }: EngineStatus,
  lostChannels: TriggerFacts['lostChannels'],
  nowMs: number,
): TriggerFacts {
  const { health } = feed;
  const { offsetMs = null, errorMs = null, confidence } = health?.clock ?? {};
  const isKnown = confidence === 'good' && offsetMs !== null && errorMs !== null;
  return {
    nowMs,
    breakersOpen: Object.keys(portfolio.breakers).filter((name) => portfolio.breakers[name]),
    audit: { stalledSinceMs: audit.state === 'ok' ? null : audit.sinceMs, why: audit.reason },
    feed:
      health === null
        ? null
        : {
            symbols: health.symbols,
            clock: isKnown ? { offsetMs, errorMs } : null,
            framesTotal: health.counts.frames,
            unreadableTotal: health.counts.unreadable,
          },
    lostChannels,
  };
}
