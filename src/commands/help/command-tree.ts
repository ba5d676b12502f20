import { CONFIG_KEYS, envName } from '../../config/keys.js';
import {
  argumentKey,
  commandsBelow,
  envelopeNames,
  optionNames,
  optionValue,
} from '../command-spec.js';
import type { ArgumentSpec, CommandSpec, CommandTable, OptionSpec } from '../command-spec.js';
import { schemaName } from '../output/envelope.js';
import { HELP_TOPIC_NAMES } from './topic-names.js';

/** What stands after a flag or as an argument, in words that a program can use. */
interface ValueJson {
  readonly name: string;
  readonly kind: string;
  readonly choices: readonly string[] | null;
}

export interface OptionJson {
  readonly flags: readonly string[];
  readonly summary: string;
  /** Null for a flag that stands alone. */
  readonly value: ValueJson | null;
  readonly repeatable: boolean;
  /** The configuration key that it overrides, and what a flag that stands alone sets it to. */
  readonly config_key: string | null;
  readonly config_value: string | null;
  /** Null where none is set, and where no configuration key stands behind the option. */
  readonly default: unknown;
  readonly env: string | null;
}

export interface ArgumentJson extends ValueJson {
  readonly form: string;
  readonly summary: string;
  readonly required: boolean;
  readonly repeatable: boolean;
}

export interface CommandJson {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly arguments: readonly ArgumentJson[];
  readonly options: readonly OptionJson[];
  /** Schemas of what it prints with --json; empty where it prints lines of its own. */
  readonly envelopes: readonly string[];
}

export interface CommandTree {
  readonly commands: readonly CommandJson[];
  /** Accepted before and after every command. */
  readonly global_options: readonly OptionJson[];
  readonly topics: readonly string[];
}

/** @param name a command (`config show`), a noun (`config`), or empty for everything */
export function commandTree(table: CommandTable, name: string): CommandTree {
  return {
    commands: commandsBelow(table, name).map(commandJson),
    global_options: table.globalOptions.map(optionJson),
    topics: HELP_TOPIC_NAMES,
  };
}

function commandJson(spec: CommandSpec): CommandJson {
  return {
    name: spec.name,
    group: spec.group,
    summary: spec.summary,
    arguments: (spec.arguments ?? []).map(argumentJson),
    options: (spec.options ?? []).map(optionJson),
    envelopes: envelopeNames(spec).map(schemaName),
  };
}

function argumentJson(argument: ArgumentSpec): ArgumentJson {
  const { form, summary, choices, values } = argument;
  return {
    name: argumentKey(argument),
    form,
    summary,
    required: form.startsWith('<'),
    repeatable: form.includes('...'),
    kind: choices === undefined ? (values ?? 'text') : 'choice',
    choices: choices ?? null,
  };
}

function optionJson(option: OptionSpec): OptionJson {
  const { summary, configKey, configValue, repeat, env } = option;
  const key = CONFIG_KEYS.find((known) => known.key === configKey);
  return {
    flags: optionNames(option),
    summary,
    value: valueJson(option),
    repeatable: repeat === true,
    config_key: configKey ?? null,
    config_value: configValue ?? null,
    default: key?.fallback ?? null,
    env: env ?? (configKey === undefined ? null : envOf(configKey, key?.env)),
  };
}

/** A section (`thresholds.overrides`) has a variable for each of its keys. */
function envOf(configKey: string, env: string | undefined): string {
  return env ?? `${envName(configKey)}_*`;
}

function valueJson(option: OptionSpec): ValueJson | null {
  const name = optionValue(option);
  if (name === null) return null;
  const { read, values } = option;
  const kind = read?.kind ?? values ?? 'text';
  return { name, kind, choices: read?.choices ?? null };
}
