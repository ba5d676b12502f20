import { CommanderError } from 'commander';
import type { Command } from 'commander';
import type { OutputFormat } from '../commands/command-io.js';
import { argumentKey } from '../commands/command-spec.js';
import type { CommandSpec } from '../commands/command-spec.js';
import { COMMANDS } from '../commands/command-table.js';
import { ParsedOptions } from '../commands/parsed-options.js';
import { nearest } from '../config/nearest.js';
import { declaredKeys } from './declaration.js';
import { buildProgram, commandNamed } from './program.js';
import { unstoppableCommand } from './unstoppable.js';
import { fromCommander, usageError } from './usage-error.js';

const SHOWN = COMMANDS.filter(({ hidden }) => hidden !== true);

interface CommandCall {
  readonly spec: CommandSpec;
  readonly options: ParsedOptions;
}

/**
 * @param format that was asked for: help itself comes as text or as JSON
 * @returns the call, or undefined when help or the version was printed and nothing is left to do
 * @throws OperatorError (exit 2) for a line that cannot be understood
 */
export function readCommandLine(
  args: readonly string[],
  version: string,
  format: OutputFormat = 'text',
): CommandCall | undefined {
  const hidden = hiddenCall(args);
  if (hidden !== undefined) return hidden;
  let call: CommandCall | undefined;
  let helpOf: string | undefined;
  let text = '';
  const program = buildProgram(version, SHOWN, {
    onCall: (spec, options) => {
      call = { spec, options };
    },
    onHelp: (name) => {
      helpOf = name;
    },
    onText: (more) => {
      text += more;
    },
  });
  try {
    program.parse(args.length === 0 ? ['--help'] : args, { from: 'user' });
  } catch (fault) {
    if (!(fault instanceof CommanderError)) throw fault;
    if (fault.exitCode !== 0) {
      const anyway = unstoppableCommand(args, SHOWN);
      if (anyway === undefined)
        throw fault.code === 'commander.help' ? nounAlone(args) : refusal(fault, args);
      call = anyway;
    }
  }
  if (call === undefined && helpOf !== undefined && format !== 'text') {
    return readCommandLine(['help', ...helpOf.split(' ').filter(Boolean)], version, format);
  }
  if (call !== undefined && format === 'text') helpedCommand(program, call)?.outputHelp();
  if (text !== '') process.stdout.write(text);
  return text === '' ? call : undefined;
}

/** Nothing on this line is an option, and nothing on it may be run: it is what somebody types. */
function hiddenCall([first, ...rest]: readonly string[]): CommandCall | undefined {
  const spec = COMMANDS.find(({ name, hidden }) => hidden === true && name === first);
  const [argument] = spec?.arguments ?? [];
  if (spec === undefined || argument === undefined) return undefined;
  const values = { [argumentKey(argument)]: rest };
  return {
    spec,
    options: new ParsedOptions(values, { keys: declaredKeys(spec), configFlags: [] }),
  };
}

/** `cdb help run` prints what `cdb run --help` does; topics are left to the help command. */
function helpedCommand(program: Command, { spec, options }: CommandCall): Command | undefined {
  if (spec.name !== 'help' || options.flag('tree')) return undefined;
  return commandNamed(program, options.list('topic').join(' '));
}

function nounAlone(args: readonly string[]): Error {
  const verbs = SHOWN.filter(({ name }) => args.some((arg) => name.startsWith(`${arg} `)));
  return usageError(
    `Missing command after "${args.join(' ')}"`,
    verbs.map((spec) => ['cdb', spec.name, ...required(spec)].join(' ')).join(', '),
  );
}

function required({ arguments: all = [] }: CommandSpec): readonly string[] {
  return all.flatMap(({ form }) => /^<(.+)>$/.exec(form)?.[1]?.toUpperCase() ?? []);
}

function refusal(fault: CommanderError, args: readonly string[]): Error {
  const error = fromCommander(fault, ['cdb', ...namedCommand(args)].join(' '));
  const commands = fault.code === 'commander.unknownCommand' ? withVerb(args) : [];
  const isBelowNoun = namedCommand(args).length > 0;
  if (commands.length === 0 || (isBelowNoun && /Did you mean/.test(fault.message))) return error;
  return usageError(error.what, `did you mean ${commands.join(' or ')}? cdb --help`);
}

/** `kill-switch status`, or `kill-switch` with a verb that nobody knows, is not `status`. */
function namedCommand(args: readonly string[]): readonly string[] {
  const line = ` ${args.join(' ')} `;
  const names = SHOWN.map(({ name }) => name);
  const nouns = names.flatMap((name) => name.split(' ').slice(0, -1));
  const longest = [...names, ...nouns]
    .filter((name) => line.includes(` ${name} `))
    .sort((a, b) => b.split(' ').length - a.split(' ').length || line.indexOf(a) - line.indexOf(b));
  return longest.slice(0, 1);
}

/**
 * People write the verb alone: `cdb engage`, `cdb tail`. Nothing where a first word is as close: that
 * one is suggested already. (`engage` is not far from `gate`, and whoever types it is in a hurry.)
 */
function withVerb(args: readonly string[]): readonly string[] {
  const words = SHOWN.map(({ name }) => name.split(' '));
  const firsts = namedCommand(args).length === 0 ? words.flatMap(([first]) => first ?? []) : [];
  const verbs = words.flatMap(([, verb]) => verb ?? []);
  const typed = args.find((arg) => !arg.startsWith('-')) ?? '';
  const meant = nearest(typed, [...firsts, ...verbs]);
  if (meant === undefined || firsts.includes(meant)) return [];
  return SHOWN.flatMap(({ name }) => (name.endsWith(` ${meant}`) ? [`cdb ${name}`] : []));
}
