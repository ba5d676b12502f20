import { maskSecrets } from '../../config/mask.js';
import type { OperatorError } from '../../operator-error.js';
import type { OutputFormat } from '../command-io.js';
import { plainText } from '../../view/plain-text.js';
import { jsonText } from './json-text.js';
import { atSamePlace, type Place } from './printed-command.js';

const INDENT = 7;

/**
 * @param place of the call that failed, for the commands that the error names
 * @returns what stderr gets for an error, in four lines or as one JSON envelope
 */
export function errorText(error: OperatorError, format: OutputFormat, place?: Place): string {
  const { code, exit } = error;
  // Texts of drivers and of the system end up in here, and they quote URLs with passwords.
  const what = maskSecrets(error.what);
  const why = maskSecrets(error.why);
  const todo = maskSecrets(place === undefined ? error.todo : atSamePlace(error.todo, place));
  if (format !== 'text') {
    return `${jsonText({ schema: 'cdb.error/1', error: { code, what, why, todo, exit } })}\n`;
  }
  return [
    `error ${code}: ${plainText(what)}`,
    labelled('cause:', why),
    labelled('fix:', todo),
    labelled('docs:', `cdb explain ${code}`),
    '',
  ].join('\n');
}

/** A list of faults is several lines; indented, none of them can pass for a label. */
function labelled(label: string, text: string): string {
  return (
    label.padEnd(INDENT) +
    text
      .split('\n')
      .map(plainText)
      .join(`\n${' '.repeat(INDENT)}`)
  );
}
