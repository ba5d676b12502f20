import { argumentKey, optionKey } from '../commands/command-spec.js';
import type { CommandSpec, OptionSpec } from '../commands/command-spec.js';
import { GLOBAL_OPTIONS } from '../commands/command-table.js';
import type { ConfigFlag, OptionValue } from '../commands/parsed-options.js';

/** Every name that a handler of this command may ask for. */
export function declaredKeys(spec: CommandSpec): ReadonlySet<string> {
  return new Set([
    ...[...GLOBAL_OPTIONS, ...(spec.options ?? [])].map(optionKey),
    ...(spec.arguments ?? []).map(argumentKey),
  ]);
}

/** @param values by option key */
export function configFlags(
  specs: readonly OptionSpec[],
  values: Readonly<Record<string, OptionValue | undefined>>,
): readonly ConfigFlag[] {
  return specs.flatMap((spec) => configFlag(spec, values[optionKey(spec)]));
}

function configFlag(spec: OptionSpec, value: OptionValue | undefined): readonly ConfigFlag[] {
  if (spec.configKey === undefined || value === undefined) return [];
  const { configKey: key } = spec;
  const flag = /--[a-z-]+/.exec(spec.flags)?.[0] ?? spec.flags;
  if (typeof value === 'object' && spec.repeat) {
    return value.map((assignment) => {
      const at = assignment.indexOf('=');
      return { key: `${key}.${assignment.slice(0, at)}`, flag, text: assignment.slice(at + 1) };
    });
  }
  const text = spec.configValue ?? (typeof value === 'object' ? value.join(',') : String(value));
  return [{ key, flag, text }];
}
