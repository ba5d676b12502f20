import { lockedEngine } from '../../adapters/files/engine-lock.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { processUsage } from '../../adapters/process-usage.js';
import type { Doctor } from '../../commands/doctor/doctor-ports.js';
import type { FactName, Readings } from '../../doctor/facts.js';
import { readFacts } from '../../doctor/read-facts.js';
import type { Container } from '../../doctor/services/facts.js';
import type { SoakMember } from '../../doctor/soak/restart-class.js';
import type { SoakDisk, SoakSource } from '../../doctor/soak/soak-ports.js';
import { DependencyError } from '../../operator-error.js';
import { durationText } from '../../view/age.js';

const COUNTED = ['orders', 'trades', 'signals'] as const;

/** What the check-up sees, hour after hour: containers where some are configured, else our own engine. */
export function soakSource(state: StateDirectory, doctor: Doctor): SoakSource {
  const { clock, checkMs: limitMs } = doctor;
  const facts = (...names: readonly FactName[]): Promise<Readings> =>
    readFacts(doctor.probes, new Set(names), { limitMs, clock });
  return {
    close: () => doctor.close(),
    look: async () => {
      const { containers, host } = await facts('containers', 'host');
      const disks = host.state === 'read' ? host.value.disks : [];
      return {
        members: membersOf(containers) ?? [ownEngine(state, clock.nowMs())],
        disks: disks.length === 0 ? [{ path: state.root, usedFraction: null }] : disks.map(diskOf),
      };
    },
    rows: async () => {
      const { tables } = await facts('tables');
      const rowsOf = (name: string) =>
        tables.state === 'read'
          ? (tables.value.find(({ table }) => table === name)?.rows ?? null)
          : null;
      return Object.fromEntries(COUNTED.map((name) => [name, rowsOf(name)]));
    },
    waiting: async () => {
      const { engine } = await facts('engine');
      const view = engine.state === 'read' ? engine.value : null;
      const waiting: unknown = view?.audit.spoolBatches.toJSON().value ?? null;
      return typeof waiting === 'number' ? waiting : null;
    },
  };
}

/** Null: no containers are configured. @throws when they are, and can't be read */
function membersOf(containers: Readings['containers']): readonly SoakMember[] | null {
  switch (containers.state) {
    case 'absent':
      return null;
    case 'read':
      return containers.value.map(memberOf);
    case 'failed':
      throw notRead(`${containers.source}: ${containers.why}`);
    case 'timeout':
      throw notRead(`${containers.source} did not answer in ${containers.afterMs} ms`);
  }
}

function notRead(words: string): DependencyError {
  return new DependencyError(words, { dependency: 'container runtime', retryable: true });
}

function memberOf(container: Container): SoakMember {
  const { name, state, health, upMs, oomKilled, cpuPercent, memoryMib, memoryLimitMib } = container;
  const hasLimit = memoryMib !== null && memoryLimitMib !== null && memoryLimitMib > 0;
  return {
    name,
    isRunning: state === 'running',
    upMs,
    says:
      upMs === null ? state : `Up ${durationText(upMs)}${health === null ? '' : ` (${health})`}`,
    isOomKilled: oomKilled === true,
    cpuPercent,
    memoryPercent: hasLimit ? (memoryMib / memoryLimitMib) * 100 : null,
  };
}

function ownEngine({ engineLock }: StateDirectory, nowMs: number): SoakMember {
  const holder = lockedEngine(engineLock).holder();
  const base = { name: 'engine', isOomKilled: false } as const;
  if (holder === null) {
    const nothing = { upMs: null, cpuPercent: null, memoryPercent: null };
    return { ...base, ...nothing, isRunning: false, says: 'no engine runs' };
  }
  const upMs = Math.max(0, nowMs - holder.startedAtMs);
  const says = `Up ${durationText(upMs)}`;
  return { ...base, isRunning: true, upMs, says, ...processUsage(holder.pid, upMs) };
}

function diskOf(disk: {
  path: string;
  sizeBytes: number | null;
  freeBytes: number | null;
}): SoakDisk {
  const { path, sizeBytes, freeBytes } = disk;
  const isKnown = sizeBytes !== null && freeBytes !== null && sizeBytes > 0;
  return { path, usedFraction: isKnown ? 1 - freeBytes / sizeBytes : null };
}
