import { UNPRINTABLE } from '../../view/plain-text.js';

/** One line of JSON that a terminal may be shown. */
export function jsonText(value: unknown): string {
  return printableJson(JSON.stringify(value));
}

/**
 * JSON writers leave C1 controls and bidirectional overrides as they are, and a terminal obeys them;
 * as escapes they are the same JSON.
 * @param line JSON without line breaks of its own
 */
export function printableJson(line: string): string {
  return line.replace(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
