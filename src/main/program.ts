import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { argumentKey, optionKey } from '../commands/command-spec.js';
import type { ArgumentSpec, CommandSpec, OptionSpec } from '../commands/command-spec.js';
import { GLOBAL_OPTIONS } from '../commands/command-table.js';
import { ParsedOptions } from '../commands/parsed-options.js';
import type { OptionValue } from '../commands/parsed-options.js';
import { nearest } from '../config/nearest.js';
import { readList } from '../config/values.js';
import { callWords, configFlags, declaredKeys } from './declaration.js';

interface Listeners {
  /** The command that was chosen, and its options. */
  readonly onCall: (spec: CommandSpec, options: ParsedOptions) => void;
  /** Help is about to be printed, of this command (`config show`; empty for all of cdb). */
  readonly onHelp: (name: string) => void;
  /** What commander itself prints: help and the version. */
  readonly onText: (text: string) => void;
}

const EXAMPLES = `Examples:
  cdb run --shadow --feed sample     decide on two hours of real trades, send nothing
  cdb status                         do effects flow? (second terminal)
  cdb kill-switch engage             stop trading now

`;

const NOUNS: Readonly<Record<string, string>> = {
  streams: 'list and read the streams',
  'kill-switch': 'stop trading, or allow it again',
  mode: 'say or change where orders go',
  canary: 'send a small share of the orders to a venue',
  evaluate: 'check recorded inputs without an engine',
  gate: 'allow what others depend on to be changed, once and for a time',
  migrate: 'bring the schema of the database up to this build',
  config: 'write, print and check the configuration',
};

/** Builds commander's tree from the command table. Parsing calls the listeners, and nothing else. */
export function buildProgram(
  version: string,
  commands: readonly CommandSpec[],
  { onCall, onHelp, onText }: Listeners,
): Command {
  const program = new Command('cdb')
    .description('Operate an automated trading pipeline.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: onText })
    .addHelpText('beforeAll', ({ command }) => {
      onHelp(nameOf(command));
      return command.parent === null ? EXAMPLES : '';
    });
  addOptions(program, GLOBAL_OPTIONS);
  for (const spec of commands) addCommand(program, spec, onCall);
  return program;
}

function nameOf(command: Command): string {
  if (command.parent === null) return '';
  return `${nameOf(command.parent)} ${command.name()}`.trim();
}

/** The command that `name` (`config show`, `config`) stands for; `program` itself for no name. */
export function commandNamed(program: Command, name: string): Command | undefined {
  const words = name.split(' ').filter((word) => word !== '');
  return words.reduce<Command | undefined>(
    (command, word) => command?.commands.find((below) => below.name() === word),
    program,
  );
}

function addCommand(program: Command, spec: CommandSpec, dispatch: Listeners['onCall']): void {
  const [first = '', verb] = spec.name.split(' ');
  const parent = verb === undefined ? program : nounCommand(program, first, spec.group);
  const command = parent.command(verb ?? first).description(spec.summary);
  if (verb === undefined) command.helpGroup(`${spec.group}:`);
  for (const argument of spec.arguments ?? []) command.addArgument(positional(argument));
  addOptions(command, spec.options ?? []);
  command.action(() => {
    dispatch(spec, parsedOptions(command, spec));
  });
}

function positional({ form, summary, choices }: ArgumentSpec): Argument {
  const argument = new Argument(form, summary);
  if (choices === undefined) return argument;
  return argument.argParser((text: string) => {
    if (!choices.includes(text)) throw invalid(text, `one of ${choices.join(', ')}`, choices);
    return text;
  });
}

function nounCommand(program: Command, noun: string, group: string): Command {
  const known = program.commands.find((command) => command.name() === noun);
  return (
    known ??
    program
      .command(noun)
      .description(NOUNS[noun] ?? noun)
      .helpGroup(`${group}:`)
  );
}

function addOptions(command: Command, specs: readonly OptionSpec[]): void {
  for (const spec of specs) {
    const option = new Option(spec.flags, spec.summary);
    if (spec.preset !== undefined) option.preset(spec.preset);
    if (option.required || option.optional) {
      option.argParser((text: string, previous: unknown) => {
        const value = readOption(spec, text);
        return spec.repeat ? [...(isTextList(previous) ? previous : []), value] : value;
      });
    }
    command.addOption(option);
  }
}

function readOption({ read }: OptionSpec, text: string): OptionValue {
  const result = read?.(text) ?? { ok: true, value: text };
  if (!result.ok) throw invalid(text, result.required, read?.choices ?? []);
  return result.value;
}

/** The second line is commander's own form for a suggestion. */
function invalid(text: string, required: string, choices: readonly string[]): InvalidArgumentError {
  const wrong = readList(text).find((item) => !choices.includes(item)) ?? text;
  const meant = nearest(wrong, choices);
  const suggestion = meant === undefined ? '' : `\n(Did you mean ${meant}?)`;
  return new InvalidArgumentError(`required ${required}${suggestion}`);
}

function parsedOptions(command: Command, spec: CommandSpec): ParsedOptions {
  const given = command.optsWithGlobals<Record<string, OptionValue>>();
  const specs = [...GLOBAL_OPTIONS, ...(spec.options ?? [])];
  const values: Record<string, OptionValue | undefined> = {};
  for (const option of specs) {
    values[optionKey(option)] = given[new Option(option.flags).attributeName()];
  }
  for (const [index, argument] of (spec.arguments ?? []).entries()) {
    const value: unknown = command.processedArgs[index];
    if (typeof value === 'string' || isTextList(value)) values[argumentKey(argument)] = value;
  }
  return new ParsedOptions(values, {
    keys: declaredKeys(spec),
    configFlags: configFlags(specs, values),
    words: callWords(spec, values),
  });
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
