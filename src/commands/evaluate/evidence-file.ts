import { basename, dirname, resolve } from 'node:path';
import type { FileReading } from '../../doctor/readiness/guard-rules.js';
import { jsonObject, type Members } from '../../doctor/readiness/members.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import type { EvidenceServices } from '../readiness/readiness-ports.js';

export interface EvidenceFile {
  readonly members: Members;
  readonly reading: FileReading;
}

/** @throws OperatorError (exit 2) for a file that is no JSON object */
export async function readEvidenceFile(
  file: string,
  io: CommandIo,
  services: EvidenceServices,
): Promise<EvidenceFile> {
  const path = resolve(io.cwd, file);
  const folder = await services.evidenceFolder(dirname(path));
  const reading = folder.read(basename(path));
  if (reading.state !== 'text') {
    const why = reading.state === 'missing' ? 'it does not exist' : reading.why;
    const todo = 'check the path: a JSON file, no link';
    throw new OperatorError({
      ...{ code: 'CDB-E0510', what: `Cannot read "${file}"`, why, todo, exit: EXIT.USAGE },
    });
  }
  const members = jsonObject(reading.text);
  if (members !== null) return { members, reading };
  throw notEvaluable(file, 'it is no JSON object');
}

export function notEvaluable(file: string, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0511',
    what: `Cannot evaluate "${file}"`,
    why,
    todo: 'docs/readiness.md lists the members that it may have',
    exit: EXIT.USAGE,
  });
}
