import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { maskSecrets } from '../config/mask.js';
import { makeDirectories } from '../adapters/make-directories.js';

const CRASH_BYTES_MAX = 64 * 1024;
const CRASH_FILES_MAX = 10;
const CRASH_NAME = /^cdb-crash-.*\.txt$/;

interface Crash {
  readonly fault: unknown;
  readonly args: readonly string[];
  readonly build: string;
  readonly atMs: number;
  readonly pid: number;
}

/**
 * Writes what is needed to find the bug. The state directory is used only where it exists: a crash
 * must not create one, since an empty one starts with TRADING and any other without its latch is
 * HALTED.
 * @returns the path, or undefined when no place could be written
 */
export function writeCrashFile(stateDir: string, crash: Crash): string | undefined {
  const text = Buffer.from(crashText(crash)).subarray(0, CRASH_BYTES_MAX);
  const name = `cdb-crash-${new Date(crash.atMs).toISOString().replace(/[:.]/g, '-')}-${crash.pid}.txt`;
  const folders = isFolder(stateDir) ? [join(stateDir, 'logs'), tmpdir()] : [tmpdir()];
  for (const folder of folders) {
    if (tryWrite(folder, name, text)) return join(folder, name);
  }
  return undefined;
}

function crashText({ fault, args, build, atMs, pid }: Crash): string {
  return maskSecrets(
    [
      `cdb ${build}`,
      `at ${new Date(atMs).toISOString()}, pid ${pid}`,
      `node ${process.version} on ${process.platform}-${process.arch}`,
      `arguments: ${args.join(' ')}`,
      '',
      inspect(fault, { depth: 4, breakLength: 100 }),
      '',
    ].join('\n'),
  );
}

function tryWrite(folder: string, name: string, text: Uint8Array): boolean {
  try {
    makeDirectories(folder, 0o700);
    writeFileSync(join(folder, name), text, { mode: 0o600, flag: 'wx' });
  } catch {
    // A full or read-only disk: the next folder may do, and the fault itself is on stderr anyway.
    return false;
  }
  removeOldest(folder);
  return true;
}

function removeOldest(folder: string): void {
  const files = readdirSync(folder).filter((file) => CRASH_NAME.test(file));
  for (const file of files.sort().slice(0, -CRASH_FILES_MAX)) {
    try {
      rmSync(join(folder, file), { force: true });
    } catch {
      // In a shared temporary directory the file may be another user's.
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
