import { optionNames, optionValue } from '../command-spec.js';
import type { ArgumentSpec, CommandSpec, CommandTable, OptionSpec } from '../command-spec.js';

/** What is due at the cursor. */
export type Due =
  | { readonly kind: 'command'; readonly below: readonly string[] }
  | { readonly kind: 'flag' }
  | { readonly kind: 'value'; readonly of: OptionSpec | ArgumentSpec }
  | { readonly kind: 'nothing' };

export interface Position {
  readonly due: Due;
  /** What is typed of it so far. */
  readonly typed: string;
  /** What the shell takes for the same word and stands before it: `--output=`. */
  readonly before: string;
  readonly command: CommandSpec | undefined;
  /** The command's arguments before the cursor. */
  readonly args: readonly string[];
  /** Options before the cursor, the last value of each; empty text for a flag that stands alone. */
  readonly given: ReadonlyMap<OptionSpec, string>;
}

interface Walk {
  command: CommandSpec | undefined;
  /** Words of a command that is not whole yet: `config`. */
  path: string[];
  args: string[];
  readonly given: Map<OptionSpec, string>;
  /** The option whose value is due. */
  open: OptionSpec | undefined;
  onlyArguments: boolean;
  lost: boolean;
}

/** @param words of the line after `cdb`; the last one is at the cursor and may be empty */
export function linePosition(words: readonly string[], table: CommandTable): Position {
  const walk: Walk = {
    command: undefined,
    path: [],
    args: [],
    given: new Map(),
    open: undefined,
    onlyArguments: false,
    lost: false,
  };
  for (const word of words.slice(0, -1)) step(walk, word, table);
  const { command, args, given } = walk;
  return { command, args, given, ...dueAt(walk, words.at(-1) ?? '', table) };
}

export function optionsOf(command: CommandSpec | undefined, table: CommandTable) {
  return [...(command?.options ?? []), ...table.globalOptions];
}

function step(walk: Walk, word: string, table: CommandTable): void {
  if (walk.open !== undefined) {
    walk.given.set(walk.open, word);
    walk.open = undefined;
  } else if (word === '--' && !walk.onlyArguments) {
    walk.onlyArguments = true;
  } else if (word.startsWith('-') && word !== '-' && !walk.onlyArguments) {
    stepOption(walk, word, table);
  } else if (walk.command !== undefined) {
    walk.args.push(word);
  } else {
    stepCommand(walk, word, table);
  }
}

function stepOption(walk: Walk, word: string, table: CommandTable): void {
  const [name, joined] = splitJoined(word);
  const option = optionsOf(walk.command, table).find((one) => optionNames(one).includes(name));
  if (option === undefined) return;
  if (optionValue(option) === null) walk.given.set(option, '');
  else if (joined === undefined) walk.open = option;
  else walk.given.set(option, joined);
}

function stepCommand(walk: Walk, word: string, table: CommandTable): void {
  walk.path.push(word);
  const name = walk.path.join(' ');
  walk.command = table.commands.find((spec) => spec.name === name);
  walk.lost ||= !table.commands.some((spec) => `${spec.name} `.startsWith(`${name} `));
}

function dueAt(
  walk: Walk,
  word: string,
  table: CommandTable,
): Pick<Position, 'due' | 'typed' | 'before'> {
  const plain = { typed: word, before: '' };
  if (walk.lost) return { ...plain, due: { kind: 'nothing' } };
  if (walk.open !== undefined) return { ...plain, due: { kind: 'value', of: walk.open } };
  if (word.startsWith('-') && !walk.onlyArguments) {
    const [name, joined] = splitJoined(word);
    if (joined === undefined) return { ...plain, due: { kind: 'flag' } };
    const option = optionsOf(walk.command, table).find((one) => optionNames(one).includes(name));
    const takesOne = option !== undefined && optionValue(option) !== null;
    const due: Due = takesOne ? { kind: 'value', of: option } : { kind: 'nothing' };
    return { due, typed: joined, before: `${name}=` };
  }
  if (walk.command === undefined) {
    return { ...plain, due: { kind: 'command', below: walk.path } };
  }
  const argument = argumentAt(walk.command, walk.args.length);
  return {
    ...plain,
    due: argument === undefined ? { kind: 'flag' } : { kind: 'value', of: argument },
  };
}

function argumentAt({ arguments: parts = [] }: CommandSpec, index: number) {
  const last = parts.at(-1);
  return parts[index] ?? (last?.form.includes('...') === true ? last : undefined);
}

/** `--level=halt` is a flag and its value. */
function splitJoined(word: string): readonly [string, string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
