import { realpathSync } from 'node:fs';
import { readBounded } from '../../adapters/files/atomic-file.js';
import type { FactName, Probes } from '../../doctor/facts.js';
import { readRecordedState } from '../../doctor/recorded/record.js';
import { recordedProbes } from '../../doctor/recorded/recorded-probes.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT, OperatorError } from '../../operator-error.js';

const BYTES_MAX = 64 * 1_024 * 1_024;

/**
 * A state that was written down at another time, in place of what is there now.
 * @param live the probes whose facts a record may have
 * @throws OperatorError (exit 2) for a file that is none
 */
export function recordedFile(path: string, live: Probes) {
  const read = readRecordedState(parsed(path));
  if (!read.ok) throw unusable(path, read.why);
  const names = Object.keys(live) as FactName[];
  return {
    probes: recordedProbes(read.state, { path, names }),
    atMs: Date.parse(read.state.report_time),
  };
}

function parsed(path: string): unknown {
  try {
    const file = readBounded(realpathSync(path), BYTES_MAX);
    if (file.kind === 'text') return JSON.parse(file.text);
    if (file.kind === 'too-large') throw unusable(path, `it has more than ${BYTES_MAX} bytes`);
    throw unusable(path, 'it is no regular file');
  } catch (fault) {
    throw fault instanceof OperatorError ? fault : unusable(path, wordsOf(fault));
  }
}

function unusable(path: string, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0734',
    what: `Cannot judge the record "${path}"`,
    why,
    todo: 'name a JSON file with report_time, services, logs, metrics, ... (docs/doctor.md)',
    exit: EXIT.USAGE,
  });
}
