import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';

const ENDING = '.yaml';

/** The directory of this build's contracts. */
export function contractsDirectory(): string {
  return join(packageRoot(), 'contracts');
}

/** Tables with a contract, by the names of their files. @throws the fault of the file system */
export function contractTables(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .sort();
}

export function contractFile(directory: string, table: string): string {
  return join(directory, `${table}${ENDING}`);
}
