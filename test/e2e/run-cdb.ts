import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const CDB = join(import.meta.dirname, '../../bin/cdb.js');

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of node itself. */
  readonly nodeFlags?: readonly string[];
  readonly closeStdout?: boolean;
  readonly script?: string;
}

/** Runs `cdb` as an operator does, with a home of its own and nothing on stdin. */
export function runCdb(args: readonly string[], options: RunOptions): Promise<Finished> {
  const { cwd, env, nodeFlags = [], closeStdout = false, script = CDB } = options;
  const child = spawn(process.execPath, [...nodeFlags, script, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TMPDIR: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  if (closeStdout) child.stdout.destroy();
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      resolve({ status, signal, stdout, stderr });
    });
  });
}
