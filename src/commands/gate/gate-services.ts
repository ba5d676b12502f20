import type { DeliveryGate } from '../../engine/ports/delivery-gate.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

/** The part of main's services for whatever needs an opening. */
export interface GateServices {
  /** Looks at nothing yet. @throws OperatorError (exit 3) for a configuration that can't be read */
  deliveryGate(options: ParsedOptions, io: CommandIo): Promise<DeliveryGate>;
}
