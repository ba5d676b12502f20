import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, freemem, hostname, loadavg, totalmem, uptime } from 'node:os';
import { diskSpaces } from '../../adapters/doctor/disk-space.js';
import type { Probes } from '../../doctor/facts.js';
import type { Host, HostFacts } from '../../doctor/host/facts.js';
import type { DoctorPlace } from './doctor-place.js';

const MEMORY_TABLE = '/proc/meminfo';
const REBOOT_MARKS = ['/run/reboot-required', '/var/run/reboot-required'];

export function hostProbes({ state, clock }: DoctorPlace): Probes<HostFacts> {
  return {
    host: {
      source: `host ${hostname()}`,
      read: async () => {
        const [disks, memoryAvailableBytes] = await Promise.all([
          diskSpaces([state.root, state.logs, state.reports]),
          availableMemory(),
        ]);
        const value: Host = {
          name: hostname(),
          upMs: uptime() * 1_000,
          memoryBytes: totalmem(),
          memoryAvailableBytes,
          loadPerCore: (loadavg()[1] ?? Number.NaN) / availableParallelism(),
          disks,
          ...(process.platform === 'linux' && { rebootPending: REBOOT_MARKS.some(existsSync) }),
        };
        return { value, observedAtMs: clock.nowMs() };
      },
    },
  };
}

/** What is free and what the system gives back on demand; systems without the table tell the first. */
async function availableMemory(): Promise<number> {
  const table = await readFile(MEMORY_TABLE, 'utf8').catch(() => '');
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(table)?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1_024;
}
