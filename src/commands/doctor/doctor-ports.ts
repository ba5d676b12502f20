import type { Probes } from '../../doctor/facts.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

/** What a check-up looks at, and how long it may. */
export interface Doctor {
  readonly probes: Probes;
  /** For the reading of one fact, and for one check. */
  readonly checkMs: number;
  readonly clock: Clock;
  /** As it is shown to people. */
  readonly stateDir: string;
  /** Gives back what was opened to look. Idempotent. */
  close(): Promise<void>;
}

/** The part of main's services that this command is called with. */
export interface DoctorServices {
  doctor(options: ParsedOptions, io: CommandIo): Promise<Doctor>;
}
