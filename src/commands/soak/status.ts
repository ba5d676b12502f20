import { superviseEarly } from '../../doctor/soak/early-fail.js';
import { hourOf, readSoakLog, soakHours } from '../../doctor/soak/soak-log.js';
import { EXIT } from '../../operator-error.js';
import { agoText } from '../../view/age.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { SoakServices } from './soak-services.js';

/** What is recorded now, and whether it can still pass (0 yes or nothing is recorded, 1 not). */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: SoakServices,
): Promise<number> {
  const place = await services.soak(options, io);
  const active = place.active();
  const recorder = place.recorder();
  if (active === null) {
    printResult(io, {
      command: 'soak.status',
      data: { active: null },
      text: () => 'no soak is recorded here\n',
    });
    return EXIT.OK;
  }
  const nowMs = place.clock.nowMs();
  const evidence = active.evidence();
  const hours = soakHours(readSoakLog(evidence.log ?? ''));
  const { intent, startedAtMs, hours: planned, members } = active.run;
  const { state, why } = superviseEarly(evidence, { intent, nowMs, isOver: false });
  const hour = hourOf(startedAtMs, nowMs);
  const isRecorded = recorder !== null;
  printResult(io, {
    command: 'soak.status',
    data: {
      active: active.path,
      ...{ intent, state, why, planned_hours: planned, hour, members },
      recorder_pid: recorder?.pid ?? null,
      last_hour: hours.last,
      missing_hours: hours.missing,
    },
    text: () =>
      [
        `SOAK ${intent}   ${state}${why === '' ? '' : `: ${why}`}`,
        `  folder       ${active.path}`,
        `  hour         ${hour} of ${planned}, last line ${agoText(hours.lastAtMs, nowMs)}`,
        `  recorder     ${isRecorded ? `pid ${recorder.pid}` : 'NOBODY RECORDS: cdb soak start goes on'}`,
        `  must run     ${members === null ? 'whoever is there first' : members.join(', ')}`,
        ...(hours.missing.length === 0 ? [] : [`  not checked  hours ${hours.missing.join(', ')}`]),
      ]
        .map((line) => `${plainText(line)}\n`)
        .join(''),
  });
  return state === 'RUNNING_VALID' && isRecorded ? EXIT.OK : EXIT.FINDING;
}
