import { readDatabaseUrl } from './database-url.js';
import type { Environment } from './environment.js';
import { maskSecrets } from './mask.js';
import type { PrivateFile } from './private-file.js';
import { HIDDEN } from './setting.js';
import type { ConfigFault, EffectiveValue, Origin, Setting } from './setting.js';

/** A URL that may hold a password, and the place that named it. */
export interface SecretUrl {
  readonly url: string;
  readonly origin: Origin;
}

/** They come from a variable or from a file of their own, never from a configuration or a flag. */
export interface SecretUrls {
  /** Set: PostgreSQL is external. */
  readonly databaseUrl?: SecretUrl;
  /** Set: the event log is on Redis. */
  readonly redisUrl?: SecretUrl;
}

/** Where they are looked for unless a configuration says otherwise. */
export const URL_VARIABLES: Readonly<Record<keyof SecretUrls, string>> = {
  databaseUrl: 'CDB_DATABASE_URL',
  redisUrl: 'CDB_REDIS_URL',
};

interface SecretKey {
  readonly name: keyof SecretUrls;
  /** The section with `urlEnv`, which names a variable, and `urlFile`, which names a file. */
  readonly section: string;
  readonly protocols: readonly string[];
  /** @returns what completes "required …" for a URL that cannot be used */
  readonly fault: (url: string) => string | null;
}

const SECRET_KEYS: readonly SecretKey[] = [
  {
    name: 'databaseUrl',
    section: 'postgres',
    protocols: ['postgres:', 'postgresql:'],
    fault: (url) => {
      const read = readDatabaseUrl(url);
      return read.ok ? null : read.required;
    },
  },
  {
    name: 'redisUrl',
    section: 'redis',
    protocols: ['redis:', 'rediss:'],
    fault: (url) =>
      /^\/?\d*$/.test(new URL(url).pathname)
        ? null
        : 'a URL whose path is the number of a database, such as redis://HOST:6379/0',
  },
];

/** Completes "required …" where a secret stands in a configuration or on the command line. */
export const NO_SECRET =
  'no password, token or key in this place; ' +
  'name the file or the variable that has it (postgres.urlFile, postgres.urlEnv)';

const SECRET_NAME = /(?:password|passwd|passphrase|secret|token|(?:api|private|access)[._-]?key)$/i;

/** Whether a setting is a secret by its name, or holds one that may not be shown. */
export function isSecret({ key, raw }: Pick<Setting, 'key' | 'raw'>): boolean {
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  return SECRET_NAME.test(key) || maskSecrets(text) !== text;
}

interface FoundSecrets {
  readonly urls: SecretUrls;
  /** The environment variables that were looked at. */
  readonly names: readonly string[];
  readonly faults: readonly ConfigFault[];
}

export type ReadSecretFile = (path: string) => PrivateFile;

export function readSecrets(
  effective: readonly EffectiveValue[],
  variables: Environment,
  readSecretFile?: ReadSecretFile,
): FoundSecrets {
  const found: { -readonly [K in keyof SecretUrls]: SecretUrls[K] } = {};
  const names: string[] = [];
  const faults: ConfigFault[] = [];
  for (const { name, section, protocols, fault } of SECRET_KEYS) {
    const valueOf = (key: string) => effective.find((value) => value.key === `${section}.${key}`);
    const variable = String(valueOf('urlEnv')?.value);
    names.push(variable);
    const given = [
      ...fromVariable(variable, variables),
      ...fromFile(valueOf('urlFile'), readSecretFile),
    ];
    const [only, second] = given;
    if (only === undefined) continue;
    if (second !== undefined) {
      const required = `one source: ${variable} is set as well, and they may differ`;
      faults.push({ key: `${section}.urlFile`, given: HIDDEN, required, origin: second.origin });
    } else if (only.fault !== null) {
      faults.push({ key: only.key, given: HIDDEN, required: only.fault, origin: only.origin });
    } else if (URL.canParse(only.url) && protocols.includes(new URL(only.url).protocol)) {
      const required = fault(only.url);
      if (required === null) found[name] = { url: only.url, origin: only.origin };
      else faults.push({ key: only.key, given: only.url, required, origin: only.origin });
    } else {
      const starts = protocols.map((protocol) => `${protocol}//`).join(' or ');
      const required = `a URL that starts with ${starts}`;
      // A URL shows without its password; text that is none may be the password itself.
      const shown = URL.canParse(only.url) ? only.url : HIDDEN;
      faults.push({ key: only.key, given: shown, required, origin: only.origin });
    }
  }
  return { urls: found, names, faults };
}

interface GivenUrl extends SecretUrl {
  /** What an operator would change. */
  readonly key: string;
  /** Completes "required …": why it cannot be used, whatever it says. */
  readonly fault: string | null;
}

function fromVariable(name: string, variables: Environment): readonly GivenUrl[] {
  const variable = variables.get(name);
  if (variable === undefined) return [];
  const { text: url, origin, isExposed } = variable;
  return [{ key: name, url, origin, fault: isExposed ? PRIVATE : null }];
}

function fromFile(
  named: EffectiveValue | undefined,
  readSecretFile: ReadSecretFile | undefined,
): readonly GivenUrl[] {
  if (named === undefined || readSecretFile === undefined) return [];
  const path = String(named.value);
  const file = readSecretFile(path);
  const given = { key: named.key, origin: { kind: 'file', path, line: 1 } as const };
  if (!file.ok) {
    const fault = `a file that can be read: ${file.why}`;
    return [{ ...given, url: '', origin: named.origin, fault }];
  }
  return [{ ...given, url: file.text.trim(), fault: file.isExposed ? PRIVATE : null }];
}

const PRIVATE = 'a file that only its owner may read (chmod 600)';
