import type { PlacedReading } from '../../engine/control/register.js';

export interface SafetyFacts {
  /** What each place of the control register says. */
  readonly register: readonly PlacedReading[];
}
