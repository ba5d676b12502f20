import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DependencyError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';

/** One log with the files that were set aside from it. */
export interface LogPlace {
  readonly service: string;
  /** Newest first. */
  readonly files: readonly string[];
}

const SERVICES_MAX = 64;
const ENTRIES_MAX = 2_048;
/** `.log`, `.log.gz`, `.log.1`, `.log.000002`, `.log-20260209`, `-json.log`, `.2026-02-09`. */
const SUFFIX =
  /(?:\.(?:log|txt|json|jsonl|ndjson|gz|out|err)|[.-](?:\d{1,15}|\d{4}-\d{2}-\d{2})|-json)$/i;

/**
 * A file is one log. In a directory every file is one, named after its service, or every directory in
 * it with the files of one service.
 * @throws DependencyError for a path that is not there or can't be listed
 */
export async function logPlaces(path: string): Promise<readonly LogPlace[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [{ service: serviceOf(path), files: [path] }];
    return await placesIn(path);
  } catch (fault) {
    const why = errnoOf(fault) === 'ENOENT' ? 'there is no such file or directory' : errnoOf(fault);
    throw new DependencyError(`Cannot read the logs in "${path}": ${why}`, {
      ...{ dependency: 'logs', retryable: false, cause: fault },
    });
  }
}

async function placesIn(directory: string): Promise<readonly LogPlace[]> {
  const entries = (await readdir(directory, { withFileTypes: true })).slice(0, ENTRIES_MAX);
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const inFolders = await Promise.all(
    folders.slice(0, SERVICES_MAX).map(async ({ name }) => {
      const found = await readdir(join(directory, name), { withFileTypes: true });
      const paths = found
        .filter((one) => one.isFile())
        .map((one) => join(directory, name, one.name));
      return [name, paths.slice(0, ENTRIES_MAX)] as const;
    }),
  );
  const groups = new Map<string, string[]>(inFolders.map(([name, paths]) => [name, [...paths]]));
  for (const { name } of files) {
    const service = serviceOf(name);
    groups.set(service, [...(groups.get(service) ?? []), join(directory, name)]);
  }
  return [...groups]
    .filter(([, paths]) => paths.length > 0)
    .map(([service, paths]) => ({ service, files: [...paths].sort(newestFirst) }))
    .sort((a, b) => (a.service < b.service ? -1 : 1))
    .slice(0, SERVICES_MAX);
}

/** `cdb_risk.log.2.gz` is `cdb_risk`. */
export function serviceOf(path: string): string {
  const whole = basename(path);
  let name = whole;
  while (SUFFIX.test(name)) name = name.replace(SUFFIX, '');
  return name === '' ? whole : name;
}

function newestFirst(a: string, b: string): number {
  return ageRank(a) - ageRank(b) || (a < b ? 1 : -1);
}

/** `.1` is newer than `.2`; numbers of six and more digits, and dates, grow with time. */
function ageRank(path: string): number {
  const name = basename(path).replace(/\.gz$/i, '');
  const found = /[.-](\d{4}-\d{2}-\d{2}|\d{1,15})(?:\.(?:log|txt|json))?$/i.exec(name)?.[1];
  if (found === undefined) return -1e16;
  const digits = found.replaceAll('-', '');
  return digits.length >= 6 ? -Number(digits) : Number(digits);
}
