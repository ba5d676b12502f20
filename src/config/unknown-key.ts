import { CONFIG_KEYS, CONFIG_SECTIONS, envName } from './keys.js';
import { nearest } from './nearest.js';
import type { ConfigFault, Setting } from './setting.js';

/** `CDB_METRICS_` and so on: in these families a name that nobody knows is a typo. */
const ENV_FAMILIES = [...CONFIG_SECTIONS]
  .filter((section) => !section.includes('.'))
  .map((section) => `${envName(section)}_`);

export function unknownKeyFault({ key, raw, origin }: Setting): ConfigFault {
  return { key, given: raw, required: requirement(key), origin };
}

export function unknownEnvFaults(
  env: Readonly<Record<string, string | undefined>>,
  secretNames: readonly string[],
): readonly ConfigFault[] {
  const known = CONFIG_KEYS.map((key) => key.env);
  return Object.entries(env)
    .filter(([name]) => ENV_FAMILIES.some((family) => name.startsWith(family)))
    .filter(([name]) => !known.includes(name) && !secretNames.includes(name))
    .map(([name, given]) => ({
      key: name,
      given,
      required: knownKey(nearest(name, known)),
      origin: { kind: 'env', name },
    }));
}

function requirement(key: string): string {
  if (CONFIG_SECTIONS.has(key)) {
    const names = CONFIG_KEYS.filter((known) => known.key.startsWith(`${key}.`)).map((known) =>
      known.key.slice(key.length + 1),
    );
    return `a section with keys such as ${names.slice(0, 4).join(', ')}`;
  }
  return knownKey(suggestion(key));
}

/** A key without its unit is the start of the right one; anything else may be a typo. */
function suggestion(key: string): string | undefined {
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
