import { callEngine } from '../../adapters/control-socket/call-engine.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import type { MetricsListener } from '../../adapters/metrics/listener.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import type { EngineOrder } from '../../commands/services.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { EngineRegister } from './control-register.js';
import { watchMonitoring } from './monitoring-watch.js';
import type { NamedTrouble } from './shared-control.js';
import { watchTriggers, type ControlChannel, type TriggerWatch } from './trigger-watch.js';

const SOCKET_PROBE_MS = 2_000;

interface Watched {
  readonly live: EngineRun;
  readonly register: EngineRegister;
  readonly clock: Clock;
  /** Path of the control socket. */
  readonly socket: string;
  /** Null where they are off. */
  readonly metrics: MetricsListener | null;
  readonly troubles: readonly NamedTrouble[];
}

/** The watch that `cdb run` keeps beside its engine, and beside its canary. */
export function openTriggers(
  { config, onNotice }: EngineOrder,
  state: StateDirectory,
  { live, register, clock, socket, metrics, troubles }: Watched,
): TriggerWatch {
  const { confirmBreaches, confirmLooks, everyMs, ...limits } = config.triggers;
  const ended = new AbortController();
  const triggers = watchTriggers({
    ...{ live, register, clock, everyMs },
    ledger: ledgerFiles(state.ledger),
    channels: controlChannels({ register, socket, troubles }),
    limits: {
      ...limits,
      confirmation: { breachesMin: confirmBreaches, looksMax: confirmLooks },
      throttle: {
        windowMs: limits.executionsWindowMs,
        executionsMax: limits.executionsMax,
        samePriceMax: limits.executionsSamePriceMax,
        shards: live.status().shared?.shardCount ?? 1,
      },
    },
    onNotice,
  });
  const monitoring = async (): Promise<void> => {
    if (metrics === null) return;
    await watchMonitoring({ live, metrics, clock, everyMs, onNotice }, ended.signal);
  };
  return {
    note: (fact) => {
      triggers.note(fact);
    },
    run: async () => {
      await Promise.all([triggers.run(), monitoring()]);
    },
    stop: () => {
      ended.abort();
      triggers.stop();
    },
  };
}

/** Everything by which somebody can stop this engine. */
export function controlChannels({
  register,
  troubles,
  socket,
}: Pick<Watched, 'register' | 'troubles' | 'socket'>): readonly ControlChannel[] {
  const asked = { method: 'GET', path: '/lag', timeoutMs: SOCKET_PROBE_MS } as const;
  return [
    {
      name: 'register',
      trouble: () => Promise.resolve(register.effective().faults.join('; ') || null),
    },
    ...troubles.map(({ name, trouble }) => ({ name, trouble: () => Promise.resolve(trouble()) })),
    {
      name: 'control socket',
      trouble: async () => {
        const answer = await callEngine(socket, asked);
        if (answer.state === 'answered') return null;
        return answer.state === 'silent' ? answer.why : 'nobody listens';
      },
    },
  ];
}
