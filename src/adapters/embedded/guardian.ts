import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { DependencyError } from '../../operator-error.js';
import { asUser, type ServerUser } from './server-user.js';

/**
 * Waits for the pipe on descriptor 3 to close, which happens when the engine ends in any way,
 * kill -9 included. Then it asks the server for a fast shutdown, after 5 s for an immediate one,
 * and at last kills it; each only while the pid still is the same process. It needs nothing but
 * the shell and `sleep`, and runs as the server's user.
 */
const GUARDIAN = `
pg=$1
born() {
  [ -r "/proc/$pg/stat" ] || return 0
  read -r stat < "/proc/$pg/stat" || return 0
  set -- \${stat##*) }
  [ "$1" = Z ] || echo "\${20}"
}
start=$(born)
alive() { kill -0 "$pg" 2>/dev/null && [ "$(born)" = "$start" ]; }
gone_within() {
  n=$1
  while alive; do
    [ "$n" -gt 0 ] || return 1
    n=$((n - 1))
    sleep 0.1 || sleep 1 # Not every sleep knows fractions.
  done
}
trap '' HUP INT TERM
echo armed
exec >/dev/null 2>&1
while read -r line; do :; done <&3
alive || exit 0
kill -INT "$pg"; gone_within 50 && exit 0
kill -QUIT "$pg"; gone_within 50 && exit 0
kill -KILL "$pg"
exit 0
`;

/** A guardian that somebody kills is replaced, but not for ever. */
const REPLACEMENTS_MAX = 20;

/** Sees to it that one server process does not outlive this process. */
export interface Guardian {
  /** Null while it is being replaced. */
  readonly pid: () => number | null;
  /** Lets go of the server, which must have ended. Resolves when the guardian has ended too. */
  readonly dismiss: () => Promise<void>;
}

/** Resolves when the guardian watches. */
export async function postGuardian(serverPid: number, user: ServerUser | null): Promise<Guardian> {
  let dismissed = false;
  let replacements = 0;
  let current = await arm(serverPid, user);
  let ended = watch(current);

  function watch(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      child.once('exit', () => {
        resolve();
        if (!dismissed && replacements < REPLACEMENTS_MAX) void replace();
      });
    });
  }

  async function replace(): Promise<void> {
    replacements += 1;
    const next = await arm(serverPid, user).catch(() => null);
    // None can be started: the next engine still finds and stops a server left behind.
    if (next === null) return;
    current = next;
    ended = watch(next);
    if (dismissed) release(next);
  }

  return {
    pid: () => (current.exitCode === null ? (current.pid ?? null) : null),
    dismiss: async () => {
      dismissed = true;
      release(current);
      await ended;
    },
  };
}

function arm(serverPid: number, user: ServerUser | null): Promise<ChildProcess> {
  const child = spawn('/bin/sh', ['-c', GUARDIAN, 'cdb-guardian', String(serverPid)], {
    ...asUser(user),
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(
        new DependencyError(`guardian ended at once with status ${String(code)}`, {
          dependency: 'postgresql',
          retryable: true,
        }),
      );
    });
    child.stdout?.once('data', () => {
      keepsNothingRunning(child);
      resolve(child);
    });
  });
}

/** Closing our end of the pipe is the guardian's signal. */
function release(child: ChildProcess): void {
  child.ref(); // Somebody may wait for its end.
  const pipe = child.stdio[3];
  if (pipe instanceof Socket) pipe.destroy();
}

/**
 * Whoever forgets to stop the server ends all the same: the pipe closes, and the guardian acts.
 */
export function keepsNothingRunning(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) if (stream instanceof Socket) stream.unref();
}
