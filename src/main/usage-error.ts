import type { CommanderError } from 'commander';
import { EXIT, OperatorError } from '../operator-error.js';

export function usageError(what: string, todo: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0002',
    what,
    why: 'the command line was refused before anything started',
    todo,
    exit: EXIT.USAGE,
  });
}

/** Commander's sentence in our form; its "(Did you mean …?)" becomes the fix. */
export function fromCommander(fault: CommanderError, commandName: string): OperatorError {
  const [first = '', ...more] = fault.message.replace(/^error: /, '').split('\n');
  const meant = /\(Did you mean (?:one of )?(.+)\?\)/.exec(more.join(' '))?.[1];
  const help = `${commandName} --help`;
  return usageError(sentence(first), meant === undefined ? help : `did you mean ${meant}? ${help}`);
}

function sentence(text: string): string {
  const option = /^option '(?<name>.*)' argument '(?<given>.*)' is invalid\. (?<required>.*)$/s;
  const argument =
    /^command-argument value '(?<given>.*)' is invalid for argument '(?<name>.*)'\. (?<required>.*)$/s;
  const invalid = (option.exec(text) ?? argument.exec(text))?.groups;
  if (invalid !== undefined) {
    const { name = '', given = '', required = '' } = invalid;
    return `Cannot read "${name}": ${required}, current is "${given}"`;
  }
  // The value of a flag that nobody knows may be a secret.
  const plain = text.replace(/^(unknown option '[^=]*)=.*'$/s, "$1'");
  return plain.charAt(0).toUpperCase() + plain.slice(1).replaceAll("'", '"').replace(/\.$/, '');
}
