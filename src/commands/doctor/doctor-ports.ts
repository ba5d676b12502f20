import type { Repair } from '../../doctor/check.js';
import type { Probes } from '../../doctor/facts.js';
import type { PastReport } from '../../doctor/report/compare.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

/** What a check-up looks at, and how long it may. */
export interface Doctor {
  readonly probes: Probes;
  /** For the reading of one fact, and for one check. */
  readonly checkMs: number;
  readonly clock: Clock;
  /** Null: it looks at what is there now, and not at a record of another time. */
  readonly recordedAtMs: number | null;
  /** As it is shown to people. */
  readonly stateDir: string;
  readonly reports: DayReports;
  /**
   * Does it, if the file is still as it was found.
   * @throws DependencyError
   */
  repair(repair: Repair): void;
  /** What the state directory has for somebody who helps from elsewhere; masked. */
  bundleFiles(): readonly BundleFile[];
  /**
   * A gzipped archive that only its owner may read.
   * @throws OperatorError where a file is in the way (exit 6) or none can be written (exit 4)
   */
  writeBundle(path: string, files: readonly BundleFile[]): Promise<void>;
  /** Ends what the probes have opened. Idempotent. */
  close(): Promise<void>;
}

/** The reports of one state directory. */
export interface DayReports {
  /** Oldest first; none where there is no report that can be read. */
  before(): readonly PastReport[];
  /**
   * Keeps both forms under the name of the day: the JSON is replaced, the Markdown is appended to
   * what the day has already.
   * @returns the paths of both
   * @throws DependencyError
   */
  write(atMs: number, forms: ReportForms): readonly string[];
}

export interface BundleFile {
  readonly name: string;
  readonly text: string;
}

export interface ReportForms {
  readonly json: string;
  readonly markdown: string;
}

/** The part of main's services that this command is called with. */
export interface DoctorServices {
  doctor(options: ParsedOptions, io: CommandIo): Promise<Doctor>;
}
