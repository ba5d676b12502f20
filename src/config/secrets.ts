import type { ConfigFault, EffectiveValue } from './setting.js';

/** URLs with credentials: they come from the environment only, never from a file or a flag. */
export interface SecretUrls {
  /** Set: PostgreSQL is external. */
  readonly databaseUrl?: string;
  /** Set: the event log is on Redis. */
  readonly redisUrl?: string;
}

interface SecretKey {
  readonly name: keyof SecretUrls;
  /** The configuration key that names the environment variable. */
  readonly urlEnvKey: string;
  readonly protocols: readonly string[];
}

const SECRET_KEYS: readonly SecretKey[] = [
  {
    name: 'databaseUrl',
    urlEnvKey: 'postgres.urlEnv',
    protocols: ['postgres:', 'postgresql:'],
  },
  { name: 'redisUrl', urlEnvKey: 'redis.urlEnv', protocols: ['redis:', 'rediss:'] },
];

interface FoundSecrets {
  readonly urls: SecretUrls;
  /** The environment variables that were looked at. */
  readonly names: readonly string[];
  readonly faults: readonly ConfigFault[];
}

export function readSecrets(
  effective: readonly EffectiveValue[],
  env: Readonly<Record<string, string | undefined>>,
): FoundSecrets {
  const found: { -readonly [K in keyof SecretUrls]: SecretUrls[K] } = {};
  const names: string[] = [];
  const faults: ConfigFault[] = [];
  for (const { name, urlEnvKey, protocols } of SECRET_KEYS) {
    const variable = String(effective.find(({ key }) => key === urlEnvKey)?.value);
    const url = env[variable];
    names.push(variable);
    if (url === undefined || url === '') continue;
    if (URL.canParse(url) && protocols.includes(new URL(url).protocol)) found[name] = url;
    else faults.push(urlFault(variable, url, protocols));
  }
  return { urls: found, names, faults };
}

function urlFault(variable: string, url: string, protocols: readonly string[]): ConfigFault {
  return {
    key: variable,
    given: url,
    required: `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    origin: { kind: 'env', name: variable },
  };
}
