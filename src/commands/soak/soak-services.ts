import type { SoakEvidence } from '../../doctor/soak/soak-evidence.js';
import type { SoakFolder, SoakRun, SoakSource } from '../../doctor/soak/soak-ports.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

/** The soak runs of one state directory. */
export interface SoakPlace {
  readonly stateDir: string;
  readonly clock: Clock;
  /** The run that is not over; null when there is none. @throws DependencyError */
  active(): SoakFolder | null;
  /** @throws DependencyError */
  begin(run: SoakRun): SoakFolder;
  /** The active run is over: the next start begins another. @throws DependencyError */
  end(): void;
  /** Who records now; null when nobody does. */
  recorder(): { readonly pid: number; readonly startedAtMs: number } | null;
  /** @throws OperatorError (exit 6) while another process records */
  lock(): Promise<{ release(): void }>;
  source(): Promise<SoakSource>;
}

/** The part of main's services that these commands are called with. */
export interface SoakServices {
  soak(options: ParsedOptions, io: CommandIo): Promise<SoakPlace>;
  /** Throws what the file system says where there is no such folder. */
  soakEvidence(path: string): Promise<SoakEvidence>;
}
