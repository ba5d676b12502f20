import { isScope } from '../../engine/control/delivery-gate.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';

/** A word that somebody could take for "everything" would open nothing of what he thinks. */
const NO_SCOPE: readonly string[] = ['all', 'any', 'everything'];

/** @throws OperatorError (exit 2) for what is no scope */
export function scopeGiven(options: ParsedOptions, verb: 'open' | 'close' | 'check'): string {
  const scope = options.text('scope') ?? '';
  if (isScope(scope) && !NO_SCOPE.includes(scope)) return scope;
  throw new OperatorError({
    code: 'CDB-E0002',
    what: `Unknown scope "${plainText(scope)}"`,
    why: 'a scope is one word of small letters, digits and dashes; there is none for everything',
    todo: `cdb gate ${verb} migrations`,
    exit: EXIT.USAGE,
  });
}
