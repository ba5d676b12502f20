import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { type Guardian, keepsNothingRunning, postGuardian } from './guardian.js';
import { asUser, type ServerUser } from './server-user.js';
import { errnoOf } from '../../operator-error/errno.js';

/** Becomes the server when told to; when the engine dies before that, the pipe ends and so does it. */
const ENTRY = 'read -r go <&3 && exec "$@" 3<&-';

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running server process together with the guardian that ends it when we die. */
export interface GuardedServer {
  readonly pid: number;
  readonly guardian: Guardian;
  /** Resolves when the process, and then its guardian, have ended. */
  readonly exited: Promise<ServerExit>;
  /** Null until it has ended. */
  readonly exit: () => ServerExit | null;
}

/**
 * Starts the server so that no instant is unguarded: the process waits until its guardian watches.
 * @throws (rejects) when a shell cannot be started
 */
export async function startGuarded(options: {
  readonly command: readonly string[];
  readonly user: ServerUser | null;
  readonly onStderr: (chunk: Buffer) => void;
}): Promise<GuardedServer> {
  const child = spawn('/bin/sh', ['-c', ENTRY, 'cdb-postgres', ...options.command], {
    ...asUser(options.user),
    // Its own session: Ctrl-C in a terminal must reach the engine only, which then drains.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  child.stderr?.on('data', options.onStderr);
  const pid = await spawned(child);
  let exit: ServerExit | null = null;
  const ended = new Promise<ServerExit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
  });
  const guardian = await postGuardian(pid, options.user);
  keepsNothingRunning(child);
  const gate = child.stdio[3];
  if (gate instanceof Socket) gate.end('go\n');
  const exited = ended.then(async (how) => {
    await guardian.dismiss();
    return how;
  });
  return { pid, guardian, exited, exit: () => exit };
}

function spawned(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      resolve(child.pid ?? 0);
    });
  });
}

/** What the server says of itself in its own lock file; null when there is none. */
interface PostmasterFile {
  readonly pid: number;
  readonly socketDir: string;
  readonly ready: boolean;
}

export function readPostmasterFile(dataDir: string): PostmasterFile | null {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    if (!Number.isSafeInteger(pid) || pid <= 0) return null;
    return { pid, socketDir: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
