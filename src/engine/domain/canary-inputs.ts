import type { E8 } from './e8.js';
import type { CanaryEvidence } from './events.js';

/** What bounds an order of a canary beside the account. */
export interface CanaryInputs extends Omit<
  CanaryEvidence,
  'notionalPerOrderUsdt' | 'notionalSentUsdt' | 'notionalTotalUsdt'
> {
  readonly notionalPerOrderE8: E8;
  readonly notionalSentE8: E8;
  readonly notionalTotalE8: E8;
}
