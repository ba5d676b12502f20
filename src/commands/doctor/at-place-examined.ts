import type { Remedy } from '../../doctor/check.js';
import type { Finding } from '../../doctor/finding.js';
import { atSamePlace, shellWord, type Place } from '../output/printed-command.js';

/** Findings whose commands, as they are printed, are about the place that this call has examined. */
export function atPlaceExamined(findings: readonly Finding[], call: Place): readonly Finding[] {
  const logs = call.configFlags.find(({ key }) => key === 'doctor.logs')?.text;
  const placed = (text: string): string => {
    const words = logs === undefined ? text : text.replace(DOCTOR, `$& --logs ${shellWord(logs)}`);
    return atSamePlace(words, call);
  };
  return findings.map((finding) => {
    const { remedy } = finding;
    return remedy === null ? finding : { ...finding, remedy: placedRemedy(remedy, placed) };
  });
}

const DOCTOR = /\bcdb doctor\b/g;

function placedRemedy(remedy: Remedy, placed: (text: string) => string): Remedy {
  const { command, testsAfter } = remedy;
  return {
    ...remedy,
    command: command === null ? null : placed(command),
    ...(testsAfter !== undefined && { testsAfter: testsAfter.map(placed) }),
  };
}
