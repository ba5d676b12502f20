import { CommanderError } from 'commander';
import type { CommandSpec } from '../commands/command-spec.js';
import { COMMANDS } from '../commands/command-table.js';
import type { ParsedOptions } from '../commands/parsed-options.js';
import { buildProgram } from './program.js';
import { unstoppableCommand } from './unstoppable.js';
import { fromCommander, usageError } from './usage-error.js';

interface CommandCall {
  readonly spec: CommandSpec;
  readonly options: ParsedOptions;
}

/**
 * @returns the call, or undefined when help or the version was printed and nothing is left to do
 * @throws OperatorError (exit 2) for a line that cannot be understood
 */
export function readCommandLine(args: readonly string[], version: string): CommandCall | undefined {
  let call: CommandCall | undefined;
  const program = buildProgram(version, COMMANDS, (spec, options) => {
    call = { spec, options };
  });
  if (args.length === 0) {
    program.outputHelp();
    return undefined;
  }
  try {
    program.parse(helpAsFlag(args), { from: 'user' });
  } catch (fault) {
    if (!(fault instanceof CommanderError)) throw fault;
    if (fault.exitCode === 0) return undefined;
    const anyway = unstoppableCommand(args, COMMANDS);
    if (anyway === undefined)
      throw fault.code === 'commander.help' ? nounAlone(args) : refusal(fault, args);
    call = anyway;
  }
  return call;
}

/** `cdb help run` is `cdb run --help`; other topics go to the help command. */
function helpAsFlag(args: readonly string[]): readonly string[] {
  const [first, ...topic] = args;
  if (first !== 'help') return args;
  const name = topic.join(' ');
  const isCommand = COMMANDS.some((spec) => `${spec.name} `.startsWith(`${name} `));
  return topic.length === 0 || isCommand ? [...topic, '--help'] : args;
}

function nounAlone(args: readonly string[]): Error {
  const verbs = COMMANDS.map(({ name }) => name).filter((name) =>
    args.some((arg) => name.startsWith(`${arg} `)),
  );
  return usageError(
    `Missing command after "${args.join(' ')}"`,
    verbs.map((name) => `cdb ${name}`).join(', '),
  );
}

function refusal(fault: CommanderError, args: readonly string[]): Error {
  const named = COMMANDS.map(({ name }) => name)
    .filter((name) => ` ${args.join(' ')} `.includes(` ${name} `))
    .at(0);
  return fromCommander(fault, named === undefined ? 'cdb' : `cdb ${named}`);
}
