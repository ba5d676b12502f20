import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { argumentKey, optionKey } from '../commands/command-spec.js';
import type { CommandSpec, OptionSpec } from '../commands/command-spec.js';
import { GLOBAL_OPTIONS } from '../commands/command-table.js';
import { ParsedOptions } from '../commands/parsed-options.js';
import type { OptionValue } from '../commands/parsed-options.js';
import { configFlags, declaredKeys } from './declaration.js';

/** What is called with the command that was chosen and its options. */
type Dispatch = (spec: CommandSpec, options: ParsedOptions) => void;

const EXAMPLES = `Examples:
  cdb run --shadow --feed sample     decide on two hours of real trades, send nothing
  cdb status                         do effects flow? (second terminal)
  cdb kill-switch engage             stop trading now

`;

const NOUNS: Readonly<Record<string, string>> = {
  streams: 'list and read the streams',
  'kill-switch': 'stop trading, or allow it again',
  evaluate: 'check recorded inputs without an engine',
  config: 'write, print and check the configuration',
};

/** Builds commander's tree from the command table. Parsing calls `dispatch`, and nothing else. */
export function buildProgram(
  version: string,
  commands: readonly CommandSpec[],
  dispatch: Dispatch,
): Command {
  const program = new Command('cdb')
    .description('Operate an automated trading pipeline.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addHelpText('beforeAll', ({ command }) => (command.parent === null ? EXAMPLES : ''));
  addOptions(program, GLOBAL_OPTIONS);
  for (const spec of commands) addCommand(program, spec, dispatch);
  return program;
}

function addCommand(program: Command, spec: CommandSpec, dispatch: Dispatch): void {
  const [first = '', verb] = spec.name.split(' ');
  const parent = verb === undefined ? program : nounCommand(program, first, spec.group);
  const command = parent.command(verb ?? first).description(spec.summary);
  if (verb === undefined) command.helpGroup(`${spec.group}:`);
  for (const { form, summary } of spec.arguments ?? []) {
    command.addArgument(new Argument(form, summary));
  }
  addOptions(command, spec.options ?? []);
  command.action(() => {
    dispatch(spec, parsedOptions(command, spec));
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
  if (!result.ok) throw new InvalidArgumentError(`required ${result.required}`);
  return result.value;
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
  });
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
