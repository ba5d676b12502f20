import { CONFIG_KEYS, CONFIG_SECTIONS, envName } from './keys.js';
import { nearest } from './nearest.js';
import type { Environment } from './environment.js';
import { isSecret } from './secrets.js';
import { HIDDEN } from './setting.js';
import type { ConfigFault, Setting } from './setting.js';

/** `CDB_METRICS_` and so on: in these families a name that nobody knows is a typo. */
const ENV_FAMILIES = [...CONFIG_SECTIONS]
  .filter((section) => !section.includes('.'))
  .map((section) => `${envName(section)}_`);

export function unknownKeyFault({ key, raw, origin }: Setting): ConfigFault {
  return { key, given: raw, required: requirement(key), origin };
}

export function unknownEnvFaults(
  variables: Environment,
  secretNames: readonly string[],
): readonly ConfigFault[] {
  const known = CONFIG_KEYS.map((key) => key.env);
  const unknown = [...variables]
    .filter(([name]) => ENV_FAMILIES.some((family) => name.startsWith(family)))
    .filter(([name]) => !known.includes(name) && !secretNames.includes(name))
    .map(([name, { text, origin }]) => ({
      key: name,
      given: isSecret({ key: name, raw: text }) ? HIDDEN : text,
      required: knownKey(nearest(name, known)),
      origin,
    }));
  const output = variables.get('CDB_OUTPUT');
  // The form of the output is settled before the file is read; to pass over it would hide that.
  if (output === undefined || output.origin.kind === 'env') return unknown;
  const { text: given, origin } = output;
  const required = 'it in the environment itself, or --output';
  return [...unknown, { key: 'CDB_OUTPUT', given, required, origin }];
}

function requirement(key: string): string {
  if (CONFIG_SECTIONS.has(key)) {
    const names = CONFIG_KEYS.filter((known) => known.key.startsWith(`${key}.`)).map((known) =>
      known.key.slice(key.length + 1),
    );
    return `a section with keys such as ${names.slice(0, 4).join(', ')}`;
  }
  return knownKey(meantKey(key));
}

/** A key without its unit is the start of the right one; anything else may be a typo. */
export function meantKey(key: string): string | undefined {
  const full = new Map(CONFIG_KEYS.map((known) => [known.key, known.key]));
  // People write a threshold without the section that overrides are in.
  for (const known of CONFIG_KEYS) if (known.threshold) full.set(known.threshold, known.key);
  const names = [...full.keys()];
  const unitless = names.find((name) => name.toLowerCase().startsWith(key.toLowerCase()));
  return full.get(unitless ?? nearest(key, names) ?? '');
}

function knownKey(meant: string | undefined): string {
  return meant === undefined
    ? 'a known key (cdb config show lists them)'
    : `a known key; did you mean "${meant}"?`;
}
