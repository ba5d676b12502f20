import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const PROJECT = join(import.meta.dirname, '../../..');
const CHILD_MS_MAX = 30_000;
/** "nobody" nearly everywhere; only that it is not root matters. */
const UNPRIVILEGED_UID = 65_534;

/** Bundles a few lines of TypeScript, which import from "./src/…", into a file that Node runs. */
export function childProgram(directory: string, source: string): string {
  const outfile = join(directory, 'program', 'child.mjs');
  mkdirSync(join(directory, 'program'), { recursive: true });
  buildSync({
    stdin: { contents: source, resolveDir: PROJECT, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
  });
  chmodSync(directory, 0o755);
  return outfile;
}

export function startChild(
  program: string,
  args: readonly string[],
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [program, ...args], { timeout: CHILD_MS_MAX });
}

/** Runs to its end. As root the child is somebody else, because root may do everything. */
export async function runUnprivileged(program: string, args: readonly string[]): Promise<string> {
  const isRoot = process.getuid?.() === 0;
  const child = spawn(process.execPath, [program, ...args], {
    timeout: CHILD_MS_MAX,
    ...(isRoot ? { uid: UNPRIVILEGED_UID, gid: UNPRIVILEGED_UID } : {}),
  });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  child.stderr.on('data', (part: Buffer) => (text += part.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return text;
}
