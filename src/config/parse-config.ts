import type { Thresholds } from '../engine/domain/thresholds.js';
import type { ConfigFile, ConfigLocation } from './config-files.js';
import { fileSettings } from './file-settings.js';
import { CONFIG_KEYS } from './keys.js';
import type { ConfigKey } from './keys.js';
import { configSchema } from './schema.js';
import type { Settings } from './schema.js';
import type { EnvFile } from './env-file.js';
import { environment } from './environment.js';
import type { Environment } from './environment.js';
import { isSecret, NO_SECRET, readSecrets } from './secrets.js';
import type { ReadSecretFile, SecretUrls } from './secrets.js';
import { HIDDEN } from './setting.js';
import type { ConfigFault, EffectiveValue, Origin, Setting } from './setting.js';
import { applyOverrides } from './threshold-overrides.js';
import { unknownEnvFaults, unknownKeyFault } from './unknown-key.js';

export interface ConfigSources {
  readonly flags: ConfigLocation['flags'];
  readonly env: ConfigLocation['env'];
  readonly envFile?: EnvFile | undefined;
  /** The one that wins first. */
  readonly files: readonly ConfigFile[];
  /** Left out, files with URLs of external stores are not looked at. */
  readonly readSecretFile?: ReadSecretFile | undefined;
}

export interface Config extends Settings, SecretUrls {
  /** The chosen set with its overrides applied. */
  readonly thresholdValues: Thresholds;
  readonly effective: readonly EffectiveValue[];
}

type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/**
 * Flags win over the environment, that over files, those over defaults. Pure. A wrong value is a
 * fault even where another source wins: it would come into force the day that source goes.
 */
export function parseConfig(sources: ConfigSources): ParsedConfig {
  const variables = environment(sources.env, sources.envFile);
  const files = sources.files.map(fileSettings);
  const settings = [
    ...sources.flags.map(({ key, flag, text }) => setting(key, text, { kind: 'flag', flag })),
    ...envSettings(variables),
    ...files.flatMap((file) => file.settings),
  ];
  const { winners, faults } = readSettings(settings);
  const effective = CONFIG_KEYS.flatMap((key) => effectiveValue(key, winners));
  const secrets = readSecrets(effective, variables, sources.readSecretFile);
  const all = [
    ...(sources.envFile?.faults ?? []),
    ...files.flatMap((file) => file.faults),
    ...faults,
    ...unknownEnvFaults(variables, [...secrets.names, ...watchdogNames(effective)]),
    ...secrets.faults,
  ];
  if (all.length > 0) return { ok: false, faults: all };
  return { ok: true, config: { ...assemble(effective), ...secrets.urls, effective } };
}

/** Variables with a secret that only the watchdog reads. */
function watchdogNames(effective: readonly EffectiveValue[]): readonly string[] {
  const keys = ['watchdog.apiKeyEnv', 'watchdog.apiSecretEnv'];
  return effective.filter(({ key }) => keys.includes(key)).map(({ value }) => String(value));
}

function assemble(
  effective: readonly EffectiveValue[],
): Settings & Pick<Config, 'thresholdValues'> {
  const thresholds = new Map(CONFIG_KEYS.map(({ key, threshold }) => [key, threshold]));
  const overrides = new Map<string, unknown>();
  const top: Record<string, unknown> = {};
  const sections: Record<string, Record<string, unknown>> = {};
  for (const { key, value } of effective) {
    const threshold = thresholds.get(key);
    const [first = '', second] = key.split('.');
    if (threshold !== undefined) overrides.set(threshold, value);
    else if (second === undefined) top[first] = value;
    else sections[first] = { ...sections[first], [second]: value };
  }
  const settings = configSchema.parse({ ...top, ...sections });
  return { ...settings, thresholdValues: applyOverrides(settings.thresholds.set, overrides) };
}

function setting(key: string, raw: unknown, origin: Origin): Setting {
  return { key, raw, origin };
}

function envSettings(variables: Environment): readonly Setting[] {
  return CONFIG_KEYS.flatMap(({ key, env: name }) => {
    const variable = variables.get(name);
    return variable === undefined ? [] : [setting(key, variable.text, variable.origin)];
  });
}

/** Reads every setting; of those for one key the first wins. */
function readSettings(settings: readonly Setting[]): {
  readonly winners: ReadonlyMap<string, EffectiveValue>;
  readonly faults: readonly ConfigFault[];
} {
  const known = new Map(CONFIG_KEYS.map((key) => [key.key, key]));
  const winners = new Map<string, EffectiveValue>();
  const faults: ConfigFault[] = [];
  for (const { key, raw, origin } of settings) {
    const result = known.get(key)?.read(raw);
    if (isSecret({ key, raw })) {
      faults.push({ key, given: HIDDEN, required: NO_SECRET, origin });
    } else if (result === undefined) {
      faults.push(unknownKeyFault({ key, raw, origin }));
    } else if (!result.ok) {
      faults.push({ key, given: raw, required: result.required, origin });
    } else if (!winners.has(key)) {
      winners.set(key, { key, value: result.value, origin });
    }
  }
  return { winners, faults };
}

function effectiveValue(
  { key, fallback }: ConfigKey,
  winners: ReadonlyMap<string, EffectiveValue>,
): readonly EffectiveValue[] {
  const winner = winners.get(key);
  if (winner !== undefined) return [winner];
  return fallback === undefined ? [] : [{ key, value: fallback, origin: { kind: 'default' } }];
}
