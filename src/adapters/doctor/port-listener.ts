import { readdir, readFile, readlink } from 'node:fs/promises';

/** State "listening" in the tables of the kernel. */
const LISTEN = '0A';
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const PROCESSES_MAX = 4_096;

/**
 * Who listens at a TCP port of this machine: `node (pid 4182)`. Linux only, and only processes that
 * may be looked at.
 * @returns null when nobody does, or it can't be told
 */
export async function portListener(port: number, signal: AbortSignal): Promise<string | null> {
  const inodes = new Set((await Promise.all(TABLES.map((table) => inodesAt(table, port)))).flat());
  if (inodes.size === 0) return null;
  const pids = (await namesIn('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids.slice(0, PROCESSES_MAX)) {
    if (signal.aborted) return null;
    if (await holdsOne(pid, inodes)) return `${await commandOf(pid)} (pid ${pid})`;
  }
  return null;
}

async function inodesAt(table: string, port: number): Promise<readonly string[]> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = (await textOf(table)).split('\n').map((row) => row.trim().split(/\s+/));
  return rows.flatMap(([, local = '', , state, , , , , , inode = '']) =>
    state === LISTEN && local.endsWith(`:${hex}`) ? [`socket:[${inode}]`] : [],
  );
}

async function holdsOne(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  const targets = await Promise.all(
    (await namesIn(directory)).map((fd) => readlink(`${directory}/${fd}`).catch(() => '')),
  );
  return targets.some((target) => inodes.has(target));
}

async function commandOf(pid: string): Promise<string> {
  return (await textOf(`/proc/${pid}/comm`)).trim() || 'a process';
}

/** Empty for what is gone, or not ours to look at. */
function namesIn(path: string): Promise<readonly string[]> {
  return readdir(path).catch(() => []);
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
