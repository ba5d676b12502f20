import { EXIT, OperatorError } from '../operator-error.js';
import { maskSecrets } from './mask.js';
import { HIDDEN, originText } from './setting.js';
import type { ConfigFault } from './setting.js';

/** A list that fills the screen twice helps nobody at 3 a.m. */
const GIVEN_CHARS_MAX = 80;

export function configError(faults: readonly ConfigFault[]): OperatorError {
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  return new OperatorError({
    code: 'CDB-E0101',
    what: `Configuration is invalid: ${count}`,
    why: faults.map(faultText).join('\n'),
    todo: 'correct the places named above, then cdb config validate',
    exit: EXIT.CONFIG,
  });
}

export function faultText({ key, given, required, origin }: ConfigFault): string {
  const words = `required ${required}, current is ${givenText(given)}`;
  // Behind the name of a secret and a colon, the mask would take "required" for its value.
  const isReadable = maskSecrets(`${key}: ${words}`).includes(`: ${words}`);
  return `${originText(origin)}  ${key}${isReadable ? ':' : ''} ${words}`;
}

function givenText(given: unknown): string {
  if (given === HIDDEN) return 'not shown';
  const text = maskSecrets(given === undefined ? 'nothing' : JSON.stringify(given));
  return text.length > GIVEN_CHARS_MAX ? `${text.slice(0, GIVEN_CHARS_MAX)}…` : text;
}
