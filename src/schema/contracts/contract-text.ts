import { stringify } from 'yaml';
import type { Contract } from './contract.js';

/** As it stands in `contracts/`; the same contract is the same text. */
export function contractText(contract: Contract): string {
  return stringify(contract, {
    version: '1.2',
    // A line that is folded looks like a change where there is none.
    lineWidth: 0,
    defaultStringType: 'PLAIN',
    defaultKeyType: 'PLAIN',
    singleQuote: true,
    flowCollectionPadding: true,
  });
}
