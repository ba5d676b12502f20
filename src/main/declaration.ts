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

/**
 * The call again as words that mean the same, whatever the order and the short forms that were
 * typed: the command, its flags, its arguments.
 */
export function callWords(
  spec: CommandSpec,
  values: Readonly<Record<string, OptionValue | undefined>>,
): readonly string[] {
  const options = [...GLOBAL_OPTIONS, ...(spec.options ?? [])];
  return [
    ...spec.name.split(' '),
    ...options.flatMap((option) => optionWords(option, values[optionKey(option)])),
    ...(spec.arguments ?? []).flatMap((argument) => textsOf(values[argumentKey(argument)])),
  ];
}

function optionWords(option: OptionSpec, value: OptionValue | undefined): readonly string[] {
  const flag = longFlag(option);
  if (value === undefined || value === false) return [];
  if (value === true) return [flag];
  if (option.repeat) return textsOf(value).map((text) => `${flag}=${text}`);
  // Only times have a unit in their key and none in their number.
  const text = optionKey(option).endsWith('Ms') ? `${String(value)}ms` : textsOf(value).join(',');
  return [`${flag}=${text}`];
}

function textsOf(value: OptionValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
}

function longFlag({ flags }: OptionSpec): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
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
  const flag = longFlag(spec);
  if (typeof value === 'object' && spec.repeat) {
    return value.map((assignment) => {
      const at = assignment.indexOf('=');
      return { key: `${key}.${assignment.slice(0, at)}`, flag, text: assignment.slice(at + 1) };
    });
  }
  const text = spec.configValue ?? (typeof value === 'object' ? value.join(',') : String(value));
  return [{ key, flag, text }];
}
