import type { SoakEvidence } from '../../doctor/soak/soak-evidence.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { SoakServices } from './soak-services.js';

/** @throws OperatorError (exit 2) where there is no folder of that name */
export async function folderEvidence(
  options: ParsedOptions,
  services: SoakServices,
): Promise<SoakEvidence> {
  const path = options.text('dir') ?? '';
  try {
    return await services.soakEvidence(path);
  } catch (cause) {
    throw new OperatorError({
      code: 'CDB-E0742',
      what: plainText(`Cannot read the evidence folder "${path}"`),
      why: wordsOf(cause),
      todo: 'name the folder of one run: soak_<intent>_YYYYMMDD_HHMMSS',
      exit: EXIT.USAGE,
      cause,
    });
  }
}
