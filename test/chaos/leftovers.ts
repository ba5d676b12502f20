import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Words for each process that belongs to `directory`: works in it (a database server), names it on
 * its command line (an engine), or guards a server that is gone. Empty where there is no /proc.
 */
export function processesOf(directory: string): readonly string[] {
  const servers = new Set(serverPids(directory));
  return pids().flatMap((pid) => {
    const command = readOrEmpty(`/proc/${pid}/cmdline`).split('\0');
    const guards = /cdb-guardian/.test(command.join(' ')) ? Number(command.at(-2)) : null;
    const isOurs =
      workingDirectory(pid).startsWith(`${directory}/`) ||
      command.some((word) => word.includes(directory)) ||
      (guards !== null && servers.has(guards));
    return isOurs && pid !== process.pid && isRunning(pid) ? [`${pid} ${command.join(' ')}`] : [];
  });
}

/** Every server seen for this directory since the tests began. */
const seenServers = new Map<string, Set<number>>();

/** The postmaster's pid by its own lock file; null when there is none. */
export function serverPid(stateDir: string): number | null {
  const text = readOrEmpty(join(databaseDirectory(stateDir), 'postmaster.pid'));
  const pid = Number(text.split('\n')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  for (const directory of parents(stateDir)) {
    const seen = seenServers.get(directory) ?? new Set();
    seenServers.set(directory, seen.add(pid));
  }
  return pid;
}

/** In the state directory, or where a pointer says. */
export function databaseDirectory(stateDir: string): string {
  const moved = readOrEmpty(join(stateDir, 'pg.place')).trim();
  return join(moved === '' ? stateDir : moved, 'pg');
}

function serverPids(directory: string): readonly number[] {
  return [...(seenServers.get(directory) ?? [])];
}

function parents(stateDir: string): readonly string[] {
  return [stateDir, join(stateDir, '..')];
}

function pids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function isRunning(pid: number): boolean {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  return stat !== '' && !/\) [ZX] /.test(stat);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It ended, or there is none: either way there is nothing to say of it.
  }
}

function workingDirectory(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ''; // It ended.
  }
}
