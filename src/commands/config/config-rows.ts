import { CONFIG_KEYS } from '../../config/keys.js';
import { maskSecrets } from '../../config/mask.js';
import type { Config } from '../../config/parse-config.js';
import type { SecretUrl } from '../../config/secrets.js';
import { originText } from '../../config/setting.js';
import type { EffectiveValue } from '../../config/setting.js';
import { plainText } from '../../view/plain-text.js';

/** One key as `cdb config` prints it; secrets in the value are masked. */
export interface ConfigRow {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
}

/** What is in force, and the URLs of external stores. */
export function configRows(config: Config): readonly ConfigRow[] {
  return [
    ...config.effective,
    ...secretValue('postgres.url', config.databaseUrl),
    ...secretValue('redis.url', config.redisUrl),
  ].map(row);
}

/** A single threshold has the value of its set until somebody overrides it. */
export function configRow(config: Config, key: string): ConfigRow | undefined {
  const found = configRows(config).find((one) => one.key === key);
  if (found !== undefined) return found;
  const known = CONFIG_KEYS.find((one) => one.key === key);
  if (known === undefined) return undefined;
  if (known.threshold === undefined) return { key, value: null, origin: 'not set' };
  const value = known.threshold
    .split('.')
    .reduce<unknown>((node, name) => member(node, name), config.thresholdValues);
  return { key, value, origin: `thresholds.set ${config.thresholds.set}` };
}

/** For people: text as it is, the rest as JSON, what is not set in words. */
export function valueText({ value, origin }: ConfigRow): string {
  if (typeof value === 'string') return plainText(value);
  return value === null && origin === 'not set' ? origin : JSON.stringify(value);
}

function secretValue(key: string, secret: SecretUrl | undefined): readonly EffectiveValue[] {
  return secret === undefined ? [] : [{ key, value: secret.url, origin: secret.origin }];
}

function row({ key, value, origin }: EffectiveValue): ConfigRow {
  return { key, value: masked(value), origin: originText(origin) };
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  return typeof value === 'string' ? maskSecrets(value) : value;
}

function member(node: unknown, name: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined;
  return Object.entries(node).find(([key]) => key === name)?.[1];
}
