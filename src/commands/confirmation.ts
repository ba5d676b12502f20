import { EXIT, OperatorError } from '../operator-error.js';
import type { ErrorCode } from '../operator-error/catalogue.js';
import type { CommandIo } from './command-io.js';
import type { ParsedOptions } from './parsed-options.js';

interface Asked {
  /** Of the error: the failed action. */
  readonly what: string;
  readonly question: string;
  /** What was called; with --yes it needs no answer. */
  readonly command: string;
  readonly code: ErrorCode;
}

/**
 * y/N at a terminal, `--yes` in a script.
 * @throws OperatorError (exit 5) for any other answer, and where nobody can be asked
 */
export async function requireYes(
  options: ParsedOptions,
  io: CommandIo,
  asked: Asked,
): Promise<void> {
  if (options.flag('yes')) return;
  if (!io.canAsk) throw notConfirmed(asked, 'there is no terminal to ask at');
  io.stderr(`${asked.question} [y/N] `);
  const answer = await firstLine(io.stdin);
  if (!/^y(?:es)?$/i.test(answer.trim())) throw notConfirmed(asked, 'the answer was no');
}

async function firstLine(stdin: CommandIo['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}

function notConfirmed({ what, command, code }: Asked, why: string): OperatorError {
  return new OperatorError({
    code,
    what,
    why: `${why}; nothing was changed`,
    todo: `${command} --yes`,
    exit: EXIT.REFUSED,
  });
}
