import { maskSecrets } from '../../config/mask.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { OperatorError } from '../../operator-error.js';
import { boundedText } from '../../view/board/bounded.js';

/** Why something can't be read, in one line and without a secret. */
export function faultWords(fault: unknown): string {
  const words = fault instanceof OperatorError ? `${fault.what}: ${fault.why}` : wordsOf(fault);
  return boundedText(maskSecrets(words));
}
