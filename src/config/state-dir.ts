import { resolve } from 'node:path';
import { configFiles, readEnvFile } from './config-files.js';
import type { ConfigFile, ConfigLocation } from './config-files.js';
import { environment } from './environment.js';
import type { Environment } from './environment.js';

export const STATE_DIR_DEFAULT = '.cdb';

/**
 * The state directory alone, without judging the rest: `kill-switch` and `status` must find the
 * engine with a configuration that nothing else would accept. Same order as `loadConfig`.
 * @returns an absolute path
 */
export async function locateStateDir(location: ConfigLocation): Promise<string> {
  const flag = location.flags.find(({ key }) => key === 'stateDir')?.text;
  const variables = readableEnvironment(location);
  const given =
    flag ?? variables.get('CDB_STATE_DIR')?.text ?? (await fromFiles(location, variables));
  return resolve(location.cwd, given ?? STATE_DIR_DEFAULT);
}

function readableEnvironment(location: ConfigLocation): Environment {
  try {
    return environment(location.env, readEnvFile(location));
  } catch {
    // As with the files below: what the process has itself is the best guess.
    return environment(location.env, undefined);
  }
}

async function fromFiles(
  location: ConfigLocation,
  variables: Environment,
): Promise<string | undefined> {
  for (const file of readableFiles(location, variables)) {
    const found = file.text.includes('stateDir') ? await stateDirIn(file) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function readableFiles(location: ConfigLocation, variables: Environment): readonly ConfigFile[] {
  try {
    return configFiles(location, variables);
  } catch {
    // Whoever loads the configuration reports it; here the default directory is the best guess.
    return [];
  }
}

async function stateDirIn({ text }: ConfigFile): Promise<string | undefined> {
  try {
    const { parse } = await import('yaml');
    const root: unknown = parse(text);
    if (typeof root !== 'object' || root === null || !('stateDir' in root)) return undefined;
    return typeof root.stateDir === 'string' ? root.stateDir : undefined;
  } catch {
    // Broken elsewhere in the file, or nothing there to read it with; the line itself still says where the engine is.
    return /^stateDir:[ \t]*["']?([^"'#\n]+?)["']?[ \t]*(?:#.*)?$/m.exec(text)?.[1];
  }
}
