import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { readFiles, type FoundFile } from '../../adapters/doctor/bounded-files.js';
import type { Config } from '../../config/parse-config.js';
import type { MonitoringFiles, Panel, Rule } from '../../doctor/monitoring/facts.js';
import { readDashboard } from '../../doctor/monitoring/read-dashboard.js';
import { readRules } from '../../doctor/monitoring/read-rules.js';
import { wordsOf } from '../../engine/domain/words-of.js';

export interface ReadMonitoringFiles extends MonitoringFiles {
  readonly rules: readonly Rule[];
  readonly panels: readonly Panel[];
}

/** Of all that the configuration names. Never rejects: what cannot be used is told as a fault. */
export async function readMonitoringFiles(
  { doctor }: Pick<Config, 'doctor'>,
  cwd: string,
): Promise<ReadMonitoringFiles> {
  const [rules, dashboards] = await Promise.all([
    readAll(doctor.rules, cwd, ['.yml', '.yaml', '.json', '.rules'], readRules),
    readAll(doctor.dashboards, cwd, ['.json'], readDashboard),
  ]);
  return {
    rules: rules.items,
    panels: dashboards.items,
    read: [...rules.read, ...dashboards.read],
    faults: [...rules.faults, ...dashboards.faults],
  };
}

type Read<T> = (document: unknown, place: string) => readonly T[] | null;

interface ReadAll<T> {
  readonly items: readonly T[];
  readonly read: readonly string[];
  readonly faults: readonly string[];
}

async function readAll<T>(
  paths: readonly string[],
  cwd: string,
  endings: readonly string[],
  read: Read<T>,
): Promise<ReadAll<T>> {
  const all = await Promise.all(paths.map((path) => readPath(path, cwd, endings, read)));
  return {
    items: all.flatMap(({ items }) => items),
    read: all.flatMap((one) => one.read),
    faults: all.flatMap(({ faults }) => faults),
  };
}

/** In a directory other files may stand beside; a file that was named has to be what it should be. */
async function readPath<T>(
  path: string,
  cwd: string,
  endings: readonly string[],
  read: Read<T>,
): Promise<ReadAll<T>> {
  const named = resolve(cwd, path);
  const files = await readFiles([named], endings);
  const results = files.map((file) => ({ file, ...parsed(file, read) }));
  const used = results.filter(({ items }) => items !== null);
  const faults = results.flatMap(({ file, items, fault }) => {
    if (fault !== null) return [`${file.path}: ${fault}`];
    return items === null && file.path === named ? [`${file.path}: nothing of it is known`] : [];
  });
  if (used.length === 0 && faults.length === 0) faults.push(`${path}: nothing to read is in it`);
  return {
    items: used.flatMap(({ items }) => items ?? []),
    read: used.map(({ file }) => file.path),
    faults,
  };
}

function parsed<T>(
  { path, text, fault }: FoundFile,
  read: Read<T>,
): { readonly items: readonly T[] | null; readonly fault: string | null } {
  if (text === null) return { items: null, fault };
  try {
    return { items: read(documentOf(path, text), path), fault: null };
  } catch (error) {
    return { items: null, fault: wordsOf(error).split('\n', 1).join('') };
  }
}

/** @throws Error in the words of the parser */
function documentOf(path: string, text: string): unknown {
  if (path.endsWith('.json')) return JSON.parse(text);
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return document.toJS({ maxAliasCount: 100 });
}
