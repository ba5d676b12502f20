import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { stateDirectory } from '../../adapters/files/state-directory.js';
import type { CommandIo } from '../../commands/command-io.js';
import type { OperatorPorts } from '../../commands/operator-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { LastRun } from '../../engine/ports/engine-client.js';
import type {
  DoctorBoard,
  GateRow,
  LedgerRow,
  OrderRow,
  PermissionBoard,
} from '../../view/board/board.js';
import type { Register } from '../../view/board/control-board.js';
import type { EnginePush } from '../../view/board/engine-push.js';
import { killSwitch } from '../operator/kill-switch.js';
import { askDatabase, askRunningEngine, type AuditSeen } from './audit-look.js';
import { DiskStreamLook, type DiskStreams } from './disk-streams.js';
import { ordersOfEngine } from './order-look.js';
import { Poll } from './poll.js';
import { RedisLook, type RedisSeen } from './redis-look.js';
import {
  DoctorLook,
  LedgerLook,
  lookAtGates,
  lookAtReadiness,
  RegisterLook,
} from './state-looks.js';

/** How often each part is looked at, ms. What costs more, and what changes seldom, comes less often. */
export const EVERY_MS = {
  audit: 1_000,
  orders: 1_000,
  redis: 1_000,
  disk: 10_000,
  lastRun: 5_000,
  register: 2_000,
  doctor: 5_000,
  ledger: 2_000,
  gates: 15_000,
  readiness: 60_000,
} as const;

/** Part of the time that questions may take: the engine shares its database and its thread. */
const AUDIT_SHARE_MAX = 0.005;
const ORDERS_SHARE_MAX = 0.0025;

/** One poll for each place that is asked, or each thing that is asked of it. */
export interface BoardParts {
  readonly audit: Poll<AuditSeen | 'none'>;
  readonly orders: Poll<readonly OrderRow[]>;
  readonly redis: Poll<RedisSeen>;
  readonly disk: Poll<DiskStreams>;
  readonly lastRun: Poll<{ readonly last: LastRun | null }>;
  readonly register: Poll<Register>;
  readonly doctor: Poll<DoctorBoard>;
  readonly ledger: Poll<readonly LedgerRow[]>;
  readonly gates: Poll<readonly GateRow[]>;
  readonly readiness: Poll<PermissionBoard['readiness']>;
}

/** What the looks need to know of the engine. */
export interface EngineStanding {
  readonly isUp: boolean;
  readonly isAbsent: boolean;
  /** A Redis is configured in which another stack may run. */
  readonly hasStack: boolean;
  readonly push: EnginePush | null;
}

interface PartsCall {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly ports: OperatorPorts;
  readonly standing: () => EngineStanding;
  readonly onChange: () => void;
}

export function boardParts(call: PartsCall): BoardParts {
  const { options, io, ports, standing, onChange } = call;
  const state = stateDirectory(ports.stateDir);
  const disk = new DiskStreamLook(state);
  const doctor = new DoctorLook(state);
  const ledger = new LedgerLook(ledgerFiles(state.ledger));
  const register = new RegisterLook(killSwitch(ports.stateDir), ports, { options, io });
  const poll = <T>(everyMs: number, look: () => Promise<T | undefined>, shareMax?: number) =>
    new Poll<T>(
      { everyMs, look, onChange, ...(shareMax === undefined ? {} : { shareMax }) },
      ports.clock,
    );
  const whileAbsent = async <T>(look: () => Promise<T>): Promise<T | undefined> =>
    standing().isAbsent ? look() : undefined;
  return {
    audit: poll(EVERY_MS.audit, auditLook(ports, standing), AUDIT_SHARE_MAX),
    orders: poll(EVERY_MS.orders, ordersLook(ports, standing), ORDERS_SHARE_MAX),
    redis: poll(EVERY_MS.redis, redisLook(ports, standing)),
    disk: poll(EVERY_MS.disk, async () => {
      if (standing().isAbsent && !standing().hasStack) return disk.look();
      await disk.close();
      return undefined;
    }),
    lastRun: poll(EVERY_MS.lastRun, () =>
      whileAbsent(async () => ({ last: await ports.lastRun() })),
    ),
    register: poll(EVERY_MS.register, () => register.look()),
    doctor: poll(EVERY_MS.doctor, () => attempted(() => doctor.look())),
    ledger: poll(EVERY_MS.ledger, () => attempted(() => ledger.look())),
    gates: poll(EVERY_MS.gates, () => lookAtGates(options, io)),
    readiness: poll(EVERY_MS.readiness, () => lookAtReadiness(options, io)),
  };
}

/** What it throws becomes a rejection, as a look may only fail. */
function attempted<T>(look: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(look());
  });
}

type Look<T> = () => Promise<T | undefined>;

function auditLook(ports: OperatorPorts, standing: () => EngineStanding): Look<AuditSeen | 'none'> {
  let seen: { readonly key: string; readonly audit: AuditSeen } | null = null;
  return async () => {
    if (ports.readsDirectly()) return (await askDatabase(ports)) ?? 'none';
    const { isUp, push } = standing();
    if (!isUp || push === null) return undefined;
    // Taken before the look: what is committed meanwhile makes the next one differ.
    const key = commitKey(push);
    if (seen !== null && key !== null && seen.key === key) return seen.audit;
    const audit = await askRunningEngine(ports);
    if (audit === null) return undefined;
    seen = key === null ? null : { key, audit };
    return audit;
  };
}

/** Changes with every commit; null of a run whose commits other processes make. */
function commitKey({ view }: EnginePush): string | null {
  if (view.shared !== null) return null;
  const audited = view.effects.find(({ name }) => name === 'decisions->audit rows')?.effect;
  if (audited === undefined) return null;
  const { run } = view;
  return [run.runId, run.pid, run.startedAtMs, run.phase, audited.lastAtMs].join(' ');
}

function ordersLook(
  ports: OperatorPorts,
  standing: () => EngineStanding,
): Look<readonly OrderRow[]> {
  let seen: { readonly key: string; readonly rows: readonly OrderRow[] } | null = null;
  return async () => {
    const { isUp, push } = standing();
    if (!isUp || push === null) return undefined;
    const key = streamKey(push);
    if (seen !== null && key !== null && seen.key === key) return seen.rows;
    const rows = await ordersOfEngine(ports);
    seen = key === null ? null : { key, rows };
    return rows;
  };
}

function streamKey({ view, streams }: EnginePush): string | null {
  if (streams.views === null) return null;
  const ends = streams.views.map(({ name, newestId, entriesAdded }) =>
    [name, newestId, entriesAdded].join(' '),
  );
  return [view.run.runId, view.run.pid, ...ends].join('\n');
}

function redisLook(ports: OperatorPorts, standing: () => EngineStanding): Look<RedisSeen> {
  let look: RedisLook | null = null;
  return async () => {
    const stack = ports.stack();
    if (stack === null) return undefined;
    look ??= new RedisLook(stack, () => ports.clock.nowMs());
    return look.look(standing().isAbsent);
  };
}

/** For what is done to each of them, whatever it brings. */
export function allParts(
  parts: BoardParts,
): readonly Pick<Poll<never>, 'start' | 'refresh' | 'end'>[] {
  const { audit, orders, redis, disk, lastRun, register, doctor, ledger, gates, readiness } = parts;
  return [audit, orders, redis, disk, lastRun, register, doctor, ledger, gates, readiness];
}
