import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { EXIT, OperatorError } from '../operator-error.js';
import { errnoOf } from '../operator-error/errno.js';

/** Where configuration is looked for; `CommandIo` and `ParsedOptions` provide it. */
export interface ConfigLocation {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: readonly { readonly key: string; readonly flag: string; readonly text: string }[];
  /** Value of --config. */
  readonly configFile: string | undefined;
}

export interface ConfigFile {
  /** As it is shown to the operator. */
  readonly path: string;
  readonly text: string;
}

/** The files that exist, the one that wins first. A file that was named must exist. */
export function configFiles(location: ConfigLocation): readonly ConfigFile[] {
  const { cwd, env } = location;
  const named = location.configFile ?? emptyAsUnset(env['CDB_CONFIG']);
  const project =
    named === undefined ? readIfThere(join(cwd, 'cdb.yaml'), 'cdb.yaml') : [readNamed(cwd, named)];
  const home = emptyAsUnset(env['HOME']) ?? homedir();
  const user = join(home, '.config', 'cdb', 'config.yaml');
  return [...project, ...readIfThere(user, '~/.config/cdb/config.yaml')];
}

function readNamed(cwd: string, path: string): ConfigFile {
  const [file] = readIfThere(resolve(cwd, path), path);
  if (file === undefined) throw unreadable(path, 'there is no such file');
  return file;
}

function readIfThere(path: string, shownAs: string): readonly ConfigFile[] {
  try {
    return [{ path: shownAs, text: readFileSync(path, 'utf8') }];
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return [];
    throw unreadable(shownAs, fault instanceof Error ? fault.message : String(fault), fault);
  }
}

function unreadable(path: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0102',
    what: `Cannot read the configuration file "${path}"`,
    why,
    todo: 'name a readable file with --config or CDB_CONFIG, or write one with cdb config init',
    exit: EXIT.CONFIG,
    cause,
  });
}

function emptyAsUnset(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
