import { maskSecrets } from '../../config/mask.js';
import type { OperatorError } from '../../operator-error.js';
import type { OutputFormat } from '../command-io.js';

const INDENT = 7;

/** @returns what stderr gets for an error, in four lines or as one JSON envelope */
export function errorText(error: OperatorError, format: OutputFormat): string {
  const { code, exit } = error;
  // Texts of drivers and of the system end up in here, and they quote URLs with passwords.
  const what = maskSecrets(error.what);
  const why = maskSecrets(error.why);
  const todo = maskSecrets(error.todo);
  if (format !== 'text') {
    return `${JSON.stringify({ schema: 'cdb.error/1', error: { code, what, why, todo, exit } })}\n`;
  }
  return [
    `error ${code}: ${what}`,
    labelled('cause:', why),
    labelled('fix:', todo),
    labelled('docs:', `cdb explain ${code}`),
    '',
  ].join('\n');
}

function labelled(label: string, text: string): string {
  return label.padEnd(INDENT) + text.split('\n').join(`\n${' '.repeat(INDENT)}`);
}
