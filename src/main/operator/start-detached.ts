import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { constants as system } from 'node:os';
import { join } from 'node:path';
import { prepareStateDirectory, stateDirectory } from '../../adapters/files/state-directory.js';
import type { DetachedChild } from '../../commands/run/detached-child.js';
import { DETACHED_ENV, LAUNCH_ENV } from '../../commands/run/launch.js';
import type { EngineLaunch } from '../../engine/ports/engine-client.js';
import { DependencyError } from '../../operator-error.js';

/** One start prints some 30 lines; what is older is one file away. */
const OUT_BYTES_MAX = 256 * 1024;
const SAID_BYTES_MAX = 16 * 1024;

/** An engine in a session of its own, with a file in place of the terminal. */
export async function startDetached(
  stateDir: string,
  { words, cwd, env }: EngineLaunch,
): Promise<DetachedChild> {
  const state = stateDirectory(stateDir);
  prepareStateDirectory(state);
  const path = join(state.logs, 'engine.out');
  const out = openOut(path);
  const from = fstatSync(out).size;
  const script = process.argv[1] ?? '';
  const child = spawn(process.execPath, [...process.execArgv, script, ...words], {
    cwd,
    env: { ...inherited(), ...env, [DETACHED_ENV]: '1' },
    detached: true,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  let status: number | null = null;
  child.once('exit', (code, signal) => {
    status = code ?? 128 + (signal === null ? 0 : system.signals[signal]);
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (fault) => {
      reject(notStarted(fault));
    });
    child.once('spawn', () => {
      resolve(child.pid ?? 0);
    });
  });
  return {
    pid,
    status: () => status,
    said: () => tailOf(path, from),
    terminate: () => {
      child.kill('SIGTERM');
    },
    release: () => {
      child.unref();
    },
  };
}

/** The settings that were in force then take the place of those of this terminal. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !LAUNCH_ENV.includes(name)),
  );
}

/** Appended to, because an engine that runs still writes there; set aside when it has grown. */
function openOut(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > OUT_BYTES_MAX) {
    renameSync(path, `${path}.1`);
  }
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
}

function tailOf(path: string, from: number): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    const start = Math.max(Math.min(from, size), size - SAID_BYTES_MAX);
    const bytes = Buffer.alloc(size - start);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, start));
  } finally {
    closeSync(file);
  }
}

function notStarted(cause: Error): DependencyError {
  return new DependencyError(`Cannot start the engine: ${cause.message}`, {
    dependency: 'operating system',
    retryable: false,
    cause,
  });
}
