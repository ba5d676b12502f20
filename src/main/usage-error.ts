import type { CommanderError } from 'commander';
import { EXIT, OperatorError } from '../operator-error.js';

export function usageError(what: string, why: string, todo: string): OperatorError {
  return new OperatorError({ code: 'CDB-E0002', what, why, todo, exit: EXIT.USAGE });
}

/** Commander's sentence in our form; its "(Did you mean …?)" becomes the fix. */
export function fromCommander(fault: CommanderError, commandName: string): OperatorError {
  const [sentence = '', ...more] = fault.message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (?:one of )?(.+)\?\)/.exec(more.join(' '))?.[1];
  const help = `${commandName} --help`;
  return usageError(
    sentence.charAt(0).toUpperCase() + sentence.slice(1).replaceAll("'", '"').replace(/\.$/, ''),
    `"${commandName}" was not started`,
    suggestion === undefined ? help : `did you mean ${suggestion}? (${help})`,
  );
}
