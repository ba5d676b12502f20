import type { Repair } from '../../doctor/check.js';
import { DependencyError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { requireYes } from '../confirmation.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { CheckUp } from './check-up.js';
import type { Doctor } from './doctor-ports.js';

interface Call {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly doctor: Doctor;
}

/**
 * What is safe and can be taken back is done here; what touches schema, money or a gate is printed by
 * its finding, and done by a person.
 * @returns false: something could not be done
 */
export async function fix(checkUp: CheckUp, { options, io, doctor }: Call): Promise<boolean> {
  const say = (text: string) => io.stderr(`${plainText(text)}\n`);
  const repairs = checkUp.findings.flatMap(({ remedy }) => remedy?.repairs ?? []);
  if (repairs.length === 0) {
    say('fix      nothing that may be done without you: the commands above say what is for you');
    return true;
  }
  for (const { does, undo } of repairs) say(`would do ${does}   undo: ${undo}`);
  if (options.flag('dryRun')) return true;
  await requireYes(options, io, {
    code: 'CDB-E0737',
    what: 'Cannot repair anything without a yes',
    question: `Do these ${repairs.length}?`,
    command: atSamePlace('cdb doctor --fix', options),
  });
  return repairs.map((repair) => repaired(repair, doctor, say)).every(Boolean);
}

function repaired(repair: Repair, doctor: Doctor, say: (text: string) => void): boolean {
  try {
    doctor.repair(repair);
    say(`done     ${repair.does}   undo: ${repair.undo}`);
    return true;
  } catch (fault) {
    if (!(fault instanceof DependencyError)) throw fault;
    say(`FAILED   ${repair.does}: ${fault.message}`);
    return false;
  }
}
