import * as z from 'zod';
import { configSchema } from './schema.js';
import { readThreshold, thresholdKeys } from './threshold-overrides.js';
import type { ReadValue } from './values.js';

/** The section of config files, flags and environment that holds single thresholds. */
const OVERRIDES = 'thresholds.overrides';

export interface ConfigKey {
  /** Dotted: `audit.commitTimeoutMs`. */
  readonly key: string;
  /** Its twin: `CDB_AUDIT_COMMIT_TIMEOUT_MS`. */
  readonly env: string;
  readonly summary: string;
  /** Undefined where nothing is set unless the operator sets it. */
  readonly fallback: unknown;
  /** For `thresholds.overrides.regime.adxTrend`: `regime.adxTrend`. */
  readonly threshold?: string;
  /** Every value that it may have, where those are a few words. */
  readonly choices?: readonly string[] | undefined;
  readonly read: (raw: unknown) => ReadValue<unknown>;
}

const leafMeta = z.object({
  summary: z.string(),
  required: z.string(),
  choices: z.array(z.string()).readonly().optional(),
});

/** Every key that a file, the environment or a flag may set, in the order of the schema. */
export const CONFIG_KEYS: readonly ConfigKey[] = [
  ...schemaKeys(configSchema, ''),
  ...thresholdKeys().map((threshold): ConfigKey => ({
    key: `${OVERRIDES}.${threshold.key}`,
    env: envName(`${OVERRIDES}.${threshold.key}`),
    summary: 'overrides one value of the threshold set',
    fallback: undefined,
    threshold: threshold.key,
    read: (raw) => readThreshold(threshold, raw),
  })),
];

/** Names that hold keys and take no value themselves: `metrics`, `thresholds.overrides`, … */
export const CONFIG_SECTIONS: ReadonlySet<string> = new Set(
  CONFIG_KEYS.flatMap(({ key }) => {
    const parts = key.split('.');
    return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('.'));
  }),
);

export function envName(key: string): string {
  return `CDB_${key
    .replaceAll('.', '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()}`;
}

function schemaKeys(schema: z.ZodObject, prefix: string): readonly ConfigKey[] {
  return Object.entries(schema.shape).flatMap(([name, leaf]) => {
    const key = `${prefix}${name}`;
    if (leaf instanceof z.ZodObject) return schemaKeys(leaf, `${key}.`);
    if (!(leaf instanceof z.ZodType)) return [];
    const { summary, required, choices } = leafMeta.parse(leaf.meta());
    return [
      {
        key,
        env: envName(key),
        summary,
        choices,
        fallback: leaf.parse(undefined),
        read: reader(leaf, required),
      },
    ];
  });
}

function reader(leaf: z.ZodType, required: string): ConfigKey['read'] {
  return (raw) => {
    const result = leaf.safeParse(raw ?? null);
    return result.success ? { ok: true, value: result.data } : { ok: false, required };
  };
}
