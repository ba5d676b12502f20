import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { wordsOf } from '../../engine/domain/words-of.js';
import { noServerUser, placeUnusable } from './embedded-errors.js';

/** The unprivileged user that the server runs as when cdb is root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const PREFERRED_NAMES = ['postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root. The owner of existing data decides, because the server must
 * own them; else `postgres` if there is one, else `nobody`.
 * @returns null when cdb is not root: the server then runs as cdb's own user
 */
export function chooseServerUser(
  dataDir: string,
  passwd: () => readonly ServerUser[] = readPasswd,
): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const users = passwd();
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner?.uid === 0) {
    throw placeUnusable({
      place: dataDir,
      why: 'its files belong to root, and PostgreSQL refuses to run as root',
      todo: `give them back to the server's user, e.g. "chown -R postgres ${dataDir}"`,
    });
  }
  if (owner !== undefined) {
    const known = users.find((user) => user.uid === owner.uid);
    return known ?? { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  for (const name of PREFERRED_NAMES) {
    const user = users.find((candidate) => candidate.name === name && candidate.uid !== 0);
    if (user !== undefined) return user;
  }
  throw noServerUser('neither "postgres" nor "nobody" is in /etc/passwd');
}

function readPasswd(): readonly ServerUser[] {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n').flatMap(parsePasswdLine);
  } catch (error) {
    throw noServerUser('cannot read /etc/passwd', error);
  }
}

export function parsePasswdLine(line: string): ServerUser[] {
  const [name, , uid, gid] = line.split(':');
  const user = { name: name ?? '', uid: Number(uid), gid: Number(gid) };
  const valid =
    user.name !== '' && Number.isSafeInteger(user.uid) && Number.isSafeInteger(user.gid);
  return valid ? [user] : [];
}

interface RunResult {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly output: string;
}

const OUTPUT_CHARS_MAX = 20_000;

/**
 * Runs a program as the server's user with nothing of our environment: a PGDATA, a locale or a
 * working directory that the user cannot enter would change what it does.
 */
export function runAs(
  user: ServerUser | null,
  command: readonly [string, ...string[]],
  options: { readonly timeoutMs: number; readonly input?: string },
): Promise<RunResult> {
  const [file, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...asUser(user),
      // A process group of its own: Ctrl-C at the terminal is for us, who end it in order.
      detached: true,
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_CHARS_MAX);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // A program that ends before it has read its input is judged by its status, not by this.
    child.stdin.on('error', (error) => {
      keep(Buffer.from(`(input: ${error.message})`));
    });
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, output });
    });
    child.stdin.end(options.input ?? '');
  });
}

export function asUser(user: ServerUser | null) {
  return {
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  };
}

/** Whether the user can search (a directory) or run (a file) `path`, tried out, not computed. */
export async function canReach(user: ServerUser | null, path: string): Promise<boolean> {
  const command = ['/bin/sh', '-c', 'test -x "$1"', 'sh', path] as const;
  try {
    return (await runAs(user, [...command], { timeoutMs: 5_000 })).status === 0;
  } catch (error) {
    throw noServerUser(
      `cannot run a program as "${user?.name ?? 'self'}": ${wordsOf(error)}`,
      error,
    );
  }
}
