import type { OperatorError } from '../../operator-error.js';
import type { OutputFormat } from '../command-io.js';

/** @returns what stderr gets for an error, in the form of style.md 3.5 or as one JSON envelope */
export function errorText(error: OperatorError, format: OutputFormat): string {
  const { code, what, why, todo, exit } = error;
  if (format !== 'text') {
    return `${JSON.stringify({ schema: 'cdb.error/1', error: { code, what, why, todo, exit } })}\n`;
  }
  const line = (label: string, text: string) =>
    label.padEnd(7) + text.split('\n').join(`\n${' '.repeat(7)}`);
  return [
    `error ${code}: ${what}`,
    line('cause:', why),
    line('fix:', todo),
    line('docs:', `cdb explain ${code}`),
    '',
  ].join('\n');
}
