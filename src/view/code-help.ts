import { reasonText } from '../engine/domain/reason-codes.js';

export function codeHelp(code: string): { readonly meaning: string; readonly todo: string } {
  return reasonText(code) ?? { meaning: 'a code that this cdb does not know', todo: 'cdb version' };
}
