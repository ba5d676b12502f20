import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { wordsOf } from '../engine/domain/words-of.js';
import { EXIT, OperatorError } from '../operator-error.js';
import { parseEnvFile } from './env-file.js';
import type { EnvFile } from './env-file.js';
import type { Environment } from './environment.js';
import { readPrivateFile } from './private-file.js';
import { errnoOf } from '../operator-error/errno.js';

/** Where configuration is looked for; `CommandIo` and `ParsedOptions` provide it. */
export interface ConfigLocation {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: readonly { readonly key: string; readonly flag: string; readonly text: string }[];
  /** Value of --config. */
  readonly configFile: string | undefined;
  /** Value of --env-from. */
  readonly envFile?: string | undefined;
}

export interface ConfigFile {
  /** As it is shown to the operator. */
  readonly path: string;
  readonly text: string;
}

export const PROJECT_FILE = 'cdb.yaml';

/** A place where configuration is looked for. */
export interface ConfigPlace {
  /** As it is shown to the operator. */
  readonly path: string;
  readonly absolutePath: string;
  /** Named by the operator: it must exist. */
  readonly isNamed: boolean;
}

/** The project file, or the one that was named in its stead, then the user's file. */
export function configPlaces(
  { cwd, configFile, env }: ConfigLocation,
  variables: Environment,
): readonly [ConfigPlace, ConfigPlace] {
  const named = configFile ?? variables.get('CDB_CONFIG')?.text;
  const path = named ?? PROJECT_FILE;
  const home = env['HOME'] || homedir();
  const user = join(home, '.config', 'cdb', 'config.yaml');
  return [
    { path, absolutePath: resolve(cwd, path), isNamed: named !== undefined },
    { path: '~/.config/cdb/config.yaml', absolutePath: user, isNamed: false },
  ];
}

/** The files that exist, the one that wins first. A file that was named must exist. */
export function configFiles(
  location: ConfigLocation,
  variables: Environment,
): readonly ConfigFile[] {
  return configPlaces(location, variables).flatMap((place) => {
    const text = readConfigFile(place);
    return text === undefined ? [] : [{ path: place.path, text }];
  });
}

/** A file that is read because it was named, wherever it stands. */
export function namedConfigFile(cwd: string, path: string): ConfigFile {
  const place = { path, absolutePath: resolve(cwd, path), isNamed: true };
  return { path, text: readConfigFile(place) ?? '' };
}

/** @returns nothing for a file that nobody named and that is not there */
export function readConfigFile({ path, absolutePath, isNamed }: ConfigPlace): string | undefined {
  try {
    return readFileSync(absolutePath, 'utf8');
  } catch (fault) {
    const isMissing = errnoOf(fault) === 'ENOENT';
    if (isMissing && !isNamed) return undefined;
    const why = wordsOf(fault);
    throw unreadable(path, isMissing ? 'there is no such file' : why, fault);
  }
}

/**
 * The file that --env-from names.
 * @throws OperatorError (exit 3) when it cannot be read
 */
export function readEnvFile({ cwd, envFile }: ConfigLocation): EnvFile | undefined {
  if (envFile === undefined) return undefined;
  const file = readPrivateFile(resolve(cwd, envFile));
  if (!file.ok) throw unreadable(envFile, file.why);
  return parseEnvFile(envFile, file.text, file.isExposed);
}

function unreadable(path: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0102',
    what: `Cannot read the file "${path}"`,
    why,
    todo: 'name a readable file (--config, CDB_CONFIG, --env-from); cdb config init writes one',
    exit: EXIT.CONFIG,
    cause,
  });
}
