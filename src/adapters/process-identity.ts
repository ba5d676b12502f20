import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** For short questions to the system's own programs. */
export const QUIETLY: ExecFileSyncOptionsWithStringEncoding = {
  encoding: 'utf8',
  timeout: 2_000,
  stdio: ['ignore', 'pipe', 'ignore'],
};

/**
 * One process, told apart from a later one with the same number: pids are reused, so a pid alone
 * proves nothing.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process began, in the system's own words (clock ticks on Linux). */
  readonly startedAt: string;
  readonly bootId: string;
}

/** Null when there is no such process (a zombie counts as gone). */
export function identityOf(pid: number): ProcessIdentity | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  const startedAt = process.platform === 'linux' ? linuxStart(pid) : psColumn(pid, 'lstart');
  return startedAt === null ? null : { pid, startedAt, bootId: bootId() };
}

export function isSameProcess(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now?.startedAt === identity.startedAt && now.bootId === identity.bootId;
}

/** `stopped`: it is there and does not run (SIGSTOP, a debugger). */
export function conditionOf(identity: ProcessIdentity): 'gone' | 'stopped' | 'there' {
  if (!isSameProcess(identity)) return 'gone';
  const stat = readOrNull(`/proc/${identity.pid}/stat`) ?? '';
  return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2)) ? 'stopped' : 'there';
}

/** A PostgreSQL server changes into its data directory, and so do all its children. */
export function worksIn(pid: number, directory: string): boolean {
  if (process.platform !== 'linux') {
    return (psColumn(pid, 'command') ?? '').includes(`-D ${directory}`);
  }
  return linkTarget(`/proc/${pid}/cwd`) === directory;
}

/** Processes whose working directory is `directory`; empty where the system has no /proc. */
export function processesIn(directory: string): readonly ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && linkTarget(`/proc/${name}/cwd`) === directory)
    .map((name) => identityOf(Number(name)))
    .filter((identity) => identity !== null);
}

function linuxStart(pid: number): string | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  // The name in parentheses may itself hold blanks and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  return state === undefined || startTicks === undefined || 'ZX'.includes(state)
    ? null
    : startTicks;
}

function bootId(): string {
  return process.platform === 'linux'
    ? (readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? '')
    : (runOrNull('sysctl', ['-n', 'kern.boottime']) ?? '');
}

function psColumn(pid: number, column: 'lstart' | 'command'): string | null {
  return runOrNull('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)]);
}

function runOrNull(command: string, args: readonly string[]): string | null {
  try {
    const text = execFileSync(command, args, QUIETLY).trim();
    return text === '' ? null : text;
  } catch {
    return null; // No such process, or no such program: either way nothing is known.
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // The process ended.
  }
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null; // The process ended, or it is not ours to look at.
  }
}
