import type { SoakEvidence } from '../../../../src/doctor/soak/soak-evidence.js';
import { snapshotLine } from '../../../../src/doctor/soak/soak-evidence.js';
import { hourWords, soakLine } from '../../../../src/doctor/soak/soak-log.js';
import { member } from './members.js';

export const START_MS = Date.parse('2026-04-01T10:00:00Z');
const HOUR_MS = 3_600_000;

export function hourlyLog(hours: number, from = 0): string {
  const lines = Array.from({ length: hours - from + 1 }, (_, at) =>
    soakLine(START_MS + (from + at) * HOUR_MS, hourWords(from + at, 'No restarts')),
  );
  return `${lines.join('\n')}\n`;
}

export function snapshots(...memory: readonly (readonly [number, number])[]): string {
  const services = (a: number, b: number) => [
    { ...member('cdb_risk', 0), memoryPercent: a, cpuPercent: 1.5 },
    { ...member('cdb_ws', 0), memoryPercent: b, cpuPercent: 2.5 },
  ];
  return memory
    .map(([a, b], at) => `${snapshotLine(START_MS + at * 6 * HOUR_MS, at * 6, services(a, b))}\n`)
    .join('');
}

/** Of a run that passed. */
export function whole(change: Partial<SoakEvidence> = {}): SoakEvidence {
  return {
    folder: 'soak_lr040_20260401_100000',
    intent: 'lr040\n',
    log: hourlyLog(72),
    resources: snapshots([10, 20], [11.61, 20]),
    isFailed: false,
    isInconclusive: false,
    probe: null,
    texts: new Map(),
    unreadable: [],
    ...change,
  };
}
