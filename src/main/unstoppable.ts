import { argumentKey, optionKey } from '../commands/command-spec.js';
import type { CommandSpec, OptionSpec } from '../commands/command-spec.js';
import { GLOBAL_OPTIONS } from '../commands/command-table.js';
import { ParsedOptions } from '../commands/parsed-options.js';
import type { OptionValue } from '../commands/parsed-options.js';
import { callWords, configFlags, declaredKeys } from './declaration.js';

/**
 * Stopping must work whatever else is on the line. When commander refuses a line that names an
 * unstoppable command, this finds the command and keeps what can be understood.
 */
export function unstoppableCommand(
  args: readonly string[],
  commands: readonly CommandSpec[],
): { readonly spec: CommandSpec; readonly options: ParsedOptions } | undefined {
  if (args[0] === 'help') return undefined;
  for (const spec of commands) {
    const words = spec.name.split(' ');
    const at = args.findIndex((_, index) => words.every((word, n) => args[index + n] === word));
    if (spec.unstoppable !== true || at === -1) continue;
    const rest = [...args.slice(0, at), ...args.slice(at + words.length)];
    return { spec, options: lenientOptions(rest, spec) };
  }
  return undefined;
}

/** Understood flags by their key; everything else, in its order, in the last argument. */
function lenientOptions(args: readonly string[], spec: CommandSpec): ParsedOptions {
  const specs = [...GLOBAL_OPTIONS, ...(spec.options ?? [])];
  const values: Record<string, OptionValue> = {};
  const words: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const [name, joined] = splitOnce(arg);
    const option = specs.find(({ flags }) => flags.split(/[ ,]+/).includes(name));
    if (option === undefined) {
      words.push(arg);
    } else if (!option.flags.includes('<')) {
      values[optionKey(option)] = true;
    } else {
      const next = args[index + 1];
      const text = joined ?? (next?.startsWith('-') === false ? next : undefined);
      if (joined === undefined && text !== undefined) index += 1;
      keep(values, option, text);
    }
  }
  const rest = spec.arguments?.at(-1);
  if (rest !== undefined) values[argumentKey(rest)] = words;
  return new ParsedOptions(values, {
    keys: declaredKeys(spec),
    configFlags: configFlags(specs, values),
    words: callWords(spec, values),
  });
}

function keep(values: Record<string, OptionValue>, option: OptionSpec, text?: string): void {
  const result =
    text === undefined ? undefined : (option.read?.(text) ?? { ok: true, value: text });
  if (result?.ok !== true) return;
  const key = optionKey(option);
  const before = values[key];
  values[key] =
    option.repeat && typeof result.value === 'string'
      ? [...(typeof before === 'object' ? before : []), result.value]
      : result.value;
}

/** `--level=halt` is a flag and its value; `a=b` alone is a word. */
function splitOnce(arg: string): readonly [string, string | undefined] {
  const at = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return at === -1 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}
