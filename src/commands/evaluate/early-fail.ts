import { readFolderName } from '../../doctor/soak/soak-evidence.js';
import { superviseEarly } from '../../doctor/soak/early-fail.js';
import { EXIT } from '../../operator-error.js';
import { durationText } from '../../view/age.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { folderEvidence } from '../soak/folder-evidence.js';
import type { SoakServices } from '../soak/soak-services.js';
import { plainText } from '../../view/plain-text.js';

const INTENT_DEFAULT = 'lr030';

/** 0 while the run is worth its time, 1 when it is not, 2 without a folder. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: SoakServices,
): Promise<number> {
  const evidence = await folderEvidence(options, services);
  const intent = options.text('intent') ?? INTENT_DEFAULT;
  const nowMs = io.nowMs();
  const verdict = superviseEarly(evidence, { intent, nowMs, isOver: options.flag('over') });
  const { state, why, found, runAgeMs } = verdict;
  const startedAtMs = readFolderName(evidence.folder)?.startedAtMs ?? null;
  printResult(io, {
    command: 'evaluate.early-fail',
    data: {
      ...{ folder: evidence.folder, intent, state, why, found },
      started_at: startedAtMs === null ? null : new Date(startedAtMs).toISOString(),
    },
    text: () =>
      [
        `${state}${why === '' ? '' : `: ${why}`}`,
        `  run          ${evidence.folder}${runAgeMs === null ? '' : `, ${durationText(runAgeMs)} old`}`,
        ...found.slice(1).map((one) => `  also         ${one.state}: ${one.why}`),
      ]
        .map((line) => `${plainText(line)}\n`)
        .join(''),
  });
  return state === 'RUNNING_VALID' ? EXIT.OK : EXIT.FINDING;
}
