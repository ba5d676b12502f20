import { stateDirectory, type StateDirectory } from '../../adapters/files/state-directory.js';
import { systemClock } from '../../adapters/system-clock.js';
import { commandConfig } from '../../commands/command-config.js';
import type { CommandIo } from '../../commands/command-io.js';
import { configLocation } from '../../commands/config-location.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { Config } from '../../config/parse-config.js';
import { locateStateDir } from '../../config/state-dir.js';
import { absentProbe, type Probe } from '../../doctor/reading.js';
import type { Clock } from '../../engine/ports/clock.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { doctorDatabase, type DoctorDatabase } from './doctor-database.js';

/** Where the check-up looks: one state directory, and what its configuration names. */
export interface DoctorPlace {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly state: StateDirectory;
  readonly clock: Clock;
  /** Null: it can't be read, and `faults` say why, a line each. */
  readonly config: Config | null;
  readonly faults: readonly string[];
  /** Null where `config` is. */
  readonly database: DoctorDatabase | null;
  /** Nothing beyond this machine and its configured stores is asked. */
  readonly isOffline: boolean;
}

/** A broken configuration is a finding, and must not keep the rest from being examined. */
export async function doctorPlace(options: ParsedOptions, io: CommandIo): Promise<DoctorPlace> {
  const state = stateDirectory(await locateStateDir(configLocation(options, io)));
  const isOffline = options.flag('offline');
  const place = { options, io, state, clock: systemClock(), isOffline };
  try {
    const config = commandConfig(options, io);
    return { ...place, config, database: doctorDatabase(config), faults: [] };
  } catch (fault) {
    if (!(fault instanceof OperatorError) || fault.exit !== EXIT.CONFIG) throw fault;
    return { ...place, config: null, database: null, faults: fault.why.split('\n') };
  }
}

/** For a fact that only a valid configuration leads to. */
export function configured<T>(
  { config }: DoctorPlace,
  probe: (config: Config) => Probe<T>,
): Probe<T> {
  return config === null ? absentProbe('the configuration cannot be read') : probe(config);
}
