import { resolve } from 'node:path';
import { readEnvFile, type ConfigLocation } from './config-files.js';
import { environment, type Environment } from './environment.js';
import type { Settings } from './schema.js';
import { readPrivateFile, type PrivateFile } from './private-file.js';

/** Never in a configuration, on a command line or in a log. */
export interface ApiCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export type FoundCredentials =
  | { readonly state: 'given'; readonly credentials: ApiCredentials }
  | { readonly state: 'none' }
  /** `why` never holds a part of the secret. */
  | { readonly state: 'unusable'; readonly why: string };

type Names = Settings['watchdog'];
type Part =
  | { readonly ok: true; readonly text: string | null }
  | { readonly ok: false; readonly why: string };

/** A key of a venue is text without blanks; a header must not carry anything else. */
const USABLE = /^[\x21-\x7e]{1,512}$/;

/** Of the watchdog alone: an engine never looks for them. */
export function readWatchdogCredentials(names: Names, location: ConfigLocation): FoundCredentials {
  const variables = environment(location.env, readEnvFile(location));
  const read = (path: string) => readPrivateFile(resolve(location.cwd, path));
  return watchdogCredentials(names, variables, read);
}

/** Pure, but for `read`. */
export function watchdogCredentials(
  names: Names,
  variables: Environment,
  read: (path: string) => PrivateFile,
): FoundCredentials {
  const key = part(variables, read, { variable: names.apiKeyEnv, path: names.apiKeyFile });
  const secret = part(variables, read, { variable: names.apiSecretEnv, path: names.apiSecretFile });
  if (!key.ok) return { state: 'unusable', why: key.why };
  if (!secret.ok) return { state: 'unusable', why: secret.why };
  if (key.text === null && secret.text === null) return { state: 'none' };
  if (key.text === null || secret.text === null) {
    const missing = key.text === null ? names.apiKeyEnv : names.apiSecretEnv;
    return {
      state: 'unusable',
      why: `a key has two parts, and ${missing} (or its file) is missing`,
    };
  }
  return { state: 'given', credentials: { apiKey: key.text, apiSecret: secret.text } };
}

function part(
  variables: Environment,
  read: (path: string) => PrivateFile,
  { variable, path }: { readonly variable: string; readonly path: string | undefined },
): Part {
  const given = variables.get(variable);
  if (given !== undefined && path !== undefined) {
    return { ok: false, why: `${variable} and the file "${path}" are both given, and may differ` };
  }
  if (given !== undefined) return usable(given.text, variable, given.isExposed);
  if (path === undefined) return { ok: true, text: null };
  const file = read(path);
  if (!file.ok) return { ok: false, why: `the file "${path}" cannot be read: ${file.why}` };
  return usable(file.text, `the file "${path}"`, file.isExposed);
}

function usable(text: string, where: string, isExposed: boolean): Part {
  if (isExposed)
    return { ok: false, why: `${where}: others than its owner can read it (chmod 600)` };
  const trimmed = text.trim();
  if (USABLE.test(trimmed)) return { ok: true, text: trimmed };
  return { ok: false, why: `${where} holds no key: empty, or with blanks in it` };
}
