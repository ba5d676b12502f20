import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** Of Linux: what the clock of /proc counts in. */
const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  /** Of one core, on average since the process began; null where the system does not say. */
  readonly cpuPercent: number | null;
  /** Of the memory of the machine. */
  readonly memoryPercent: number | null;
}

/** Of this process since its start, user and system, in ms. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** @param upMs since when it runs */
export function processUsage(pid: number, upMs: number): ProcessUsage {
  return { cpuPercent: cpuPercent(pid, upMs), memoryPercent: memoryPercent(pid) };
}

function cpuPercent(pid: number, upMs: number): number | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  // The name in parentheses may itself hold blanks and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(ticks) || upMs <= 0) return null;
  return round((ticks / TICKS_PER_SECOND / (upMs / 1_000)) * 100);
}

function memoryPercent(pid: number): number | null {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readOrNull(`/proc/${pid}/status`) ?? '')?.[1];
  return kib === undefined ? null : round(((Number(kib) * 1_024) / totalmem()) * 100);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // The process ended, or the system has no /proc.
  }
}
