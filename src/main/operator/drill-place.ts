import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { createStateRoot, stateDirectory } from '../../adapters/files/state-directory.js';
import { writeFileAtomic } from '../../adapters/files/atomic-file.js';
import { makeDirectories } from '../../adapters/make-directories.js';
import { hostMs, systemClock } from '../../adapters/system-clock.js';
import type { DrillPlace, SecondProcess } from '../../commands/kill-switch/drill-ports.js';
import { PROOF_FORMAT } from '../../doctor/readiness/proof.js';
import { DependencyError } from '../../operator-error.js';

/** Far above the limit of any drill: what takes longer is ended, and has failed. */
const SECOND_PROCESS_MS_MAX = 20_000;
const SAID_CHARS_MAX = 256 * 1024;

/** @param script `bin/cdb.js`, which the second process runs */
export function openDrillPlace(script = process.argv[1] ?? ''): DrillPlace {
  const root = mkdtempSync(join(tmpdir(), 'cdb-drill-'));
  // As root the database runs as another user, who has to pass through.
  chmodSync(root, 0o711);
  const stateDir = join(root, 'state');
  const running = new Set<ChildProcess>();
  const remove = (): void => {
    for (const child of running) child.kill('SIGKILL');
    process.off('exit', remove);
    rmSync(root, { recursive: true, force: true });
  };
  // Also when a second Ctrl-C ends the process without waiting for anything.
  process.on('exit', remove);
  return {
    stateDir,
    hostMs,
    sleep: (ms) => systemClock().sleep(ms),
    engage: () => runEngage(script, { root, stateDir }, running),
    remove,
  };
}

async function runEngage(
  script: string,
  { root, stateDir }: { readonly root: string; readonly stateDir: string },
  running: Set<ChildProcess>,
): Promise<SecondProcess> {
  const words = ['kill-switch', 'engage', '--json', '--cancel-open', '--state-dir', stateDir];
  const execMs = hostMs();
  const child = spawn(process.execPath, [script, ...words, '--message', 'drill'], {
    cwd: root,
    // No variable and no file of the operator: neither may name a place of a real register.
    env: { PATH: process.env['PATH'], HOME: root, TMPDIR: root },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: SECOND_PROCESS_MS_MAX,
    killSignal: 'SIGKILL',
  });
  running.add(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      if (said[name].length < SAID_CHARS_MAX) said[name] += part;
    });
  }
  try {
    return await new Promise((resolve, reject) => {
      let endedMs = 0;
      child.once('error', reject);
      child.once('exit', () => {
        endedMs = hostMs();
      });
      child.once('close', (status) => {
        resolve({ execMs, endedMs, status, ...said });
      });
    });
  } catch (cause) {
    throw new DependencyError('Cannot start a second process', {
      ...{ dependency: 'operating system', retryable: false, cause },
    });
  } finally {
    running.delete(child);
  }
}

export function saveProof(
  stateDir: string,
  name: string,
  proof: unknown,
): { readonly path: string; readonly sha256: string } {
  const state = stateDirectory(stateDir);
  createStateRoot(state);
  makeDirectories(state.proofs, 0o700);
  const path = join(state.proofs, basename(name));
  const text = JSON.stringify(proof);
  const sha256 = createHash('sha256').update(text).digest('hex');
  writeFileAtomic(path, `{"format":"${PROOF_FORMAT}","sha256":"${sha256}","proof":${text}}\n`);
  return { path, sha256 };
}

/** Nothing that names a person or a host. */
export function hostFacts(): Readonly<Record<string, string | number>> {
  return {
    platform: platform(),
    kernel: release(),
    arch: process.arch,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_bytes: totalmem(),
    load_1min: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
