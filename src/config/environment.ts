import type { EnvFile } from './env-file.js';
import type { Origin } from './setting.js';

export interface Variable {
  readonly text: string;
  readonly origin: Origin;
  /** Others than its owner can read the file that it came from. */
  readonly isExposed: boolean;
}

/** The variables that are set and not empty, by name. */
export type Environment = ReadonlyMap<string, Variable>;

/** The process's own variables win over those of the file. */
export function environment(
  env: Readonly<Record<string, string | undefined>>,
  file: EnvFile | undefined,
): Environment {
  const found = new Map<string, Variable>();
  for (const { name, text, line } of file?.variables ?? []) {
    const origin = { kind: 'file', path: file?.path ?? '', line } as const;
    if (text !== '') found.set(name, { text, origin, isExposed: file?.isExposed ?? true });
  }
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || text === '') continue;
    found.set(name, { text, origin: { kind: 'env', name }, isExposed: false });
  }
  return found;
}
