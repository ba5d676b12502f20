import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { THRESHOLD_SETS } from '../../src/engine/domain/thresholds.js';
import { CDB, type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { unbrokenDigest } from '../chaos/run-truth.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { ERROR_FORM } from './error-form.js';

const RUN = ['run', '--paper', '--feed', 'sample', '--speed'];
/** An empty database takes some 50 MiB, its log another 16. */
const DISK_MIB = 160;

let place: Workplace;
let mounted = false;
beforeEach(() => {
  place = new Workplace();
  mkdirSync(place.stateDir);
  mounted = mountDisk(place.stateDir);
});
afterEach(async () => {
  await place.quiet();
  if (mounted) execFileSync('umount', [place.stateDir], { timeout: 10_000 });
  await place.end();
});

/** False where this user may not mount: then a limit of the file size stands for the full disk. */
function mountDisk(path: string): boolean {
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m,mode=0711`, 'tmpfs', path];
    execFileSync('mount', options, { stdio: 'ignore', timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}

const ballast = () => join(place.stateDir, 'ballast');
/** Block by block until nothing fits: an engine that runs takes some of it meanwhile. */
function fillDisk(): void {
  const file = openSync(ballast(), 'a');
  try {
    for (const block of [1024 * 1024, 4096].map((bytes) => Buffer.alloc(bytes, 1))) {
      while (hasRoomFor(file, block)) continue;
    }
  } finally {
    closeSync(file);
  }
}

function hasRoomFor(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch {
    return false; // ENOSPC: what was wanted.
  }
}

function freeDisk(): void {
  rmSync(ballast(), { force: true });
}

/** Nothing larger than 16 KiB can be written by the process, as if the disk ended there. */
async function runWithSmallFiles(
  args: readonly string[],
): Promise<{ status: number | null; stderr: string }> {
  const script = 'trap \'\' XFSZ; ulimit -f 16; exec "$0" "$@"';
  const run = [process.execPath, CDB, ...args, '--state-dir', place.stateDir];
  const child = spawn('bash', ['-c', script, ...run], {
    cwd: place.path,
    env: { PATH: process.env['PATH'], HOME: place.path, CDB_METRICS_PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stderr };
}

async function finishesTheSame(): Promise<void> {
  const rest = await place.run([...RUN, 'max']);
  expect(rest.status, rest.stderr).toBe(0);
  await place.quiet();
  const verdict = await verifyNewestRun(place.stateDir);
  expect(verdict.faults).toEqual([]);
  expect(verdict.finished).toBe(true);
  const { AuditStalled = 0, ControlChanged = 0 } = verdict.inputKinds;
  // What was told to the fold in between is a part of the digest.
  if (AuditStalled > 0 || ControlChanged > 1) return;
  expect(verdict.digest).toBe(await unbrokenDigest(1, THRESHOLD_SETS.default));
}

describe('cdb run on a disk that is full', () => {
  it('says at its start that nothing can be written, and works once there is room', async () => {
    if (mounted) {
      fillDisk();
      const { status, stderr } = await place.run([...RUN, 'max']);
      expect(status).toBe(4);
      expect(stderr).toMatch(ERROR_FORM);
      expect(stderr).toMatch(/disk is full/);
      freeDisk();
    }
    await finishesTheSame();
  });

  it('says so when no file may grow, and leaves nothing running', async () => {
    const { status, stderr } = await runWithSmallFiles([...RUN, 'max']);
    expect(status, stderr).toBe(4);
    expect(stderr).toMatch(ERROR_FORM);
    await place.quiet();
    await finishesTheSame();
  });

  it('ends with words when it fills up in the middle of a run, and loses nothing', async () => {
    const engine: EngineProcess = place.start([...RUN, '100']);
    await engine.says(/ risk +ALLOW /);
    if (!mounted) {
      // Without a disk of our own: the next start finds everything there and may write no more.
      engine.kill('SIGKILL');
      await engine.ended;
      const { status, stderr } = await runWithSmallFiles([...RUN, 'max']);
      expect(status, stderr).toBe(4);
      expect(stderr).toMatch(ERROR_FORM);
      await place.quiet();
      await finishesTheSame();
      return;
    }
    fillDisk();
    const { status } = await engine.ended;
    expect(status, engine.words).toBe(4);
    expect(engine.stderr).toMatch(/^error CDB-E\d{4}: /m);
    expect(engine.stderr).toMatch(/disk is full|No space left/);
    await place.quiet();
    // The stop has its own reserve: it works on a full disk too.
    const engaged = await place.run(['kill-switch', 'engage']);
    expect(engaged.status, engaged.stderr).toBe(0);
    freeDisk();
    const release = [
      'kill-switch',
      'release',
      '--operator',
      'ann',
      '--justification',
      'room again',
    ];
    const released = await place.run([...release, '--confirm', 'paper/kill-switch']);
    expect(released.status, released.stderr).toBe(0);
    expect(existsSync(ballast())).toBe(false);
    await finishesTheSame();
  });
});
