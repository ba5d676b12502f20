import { unmet } from '../../engine/control/canary-conditions.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { collectConditions } from '../canary/collect-conditions.js';
import { conditionsText } from '../canary/conditions-text.js';
import { run as startCanary } from '../canary/start.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';

/** Canary is its start; live needs every condition, and the answer is the list of them. */
export async function setRestricted(
  mode: 'canary' | 'live',
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  if (mode === 'canary') return startCanary(options, io, services);
  const { conditions } = await collectConditions(mode, { options, io, services });
  const missing = unmet(conditions);
  printResult(io, {
    command: 'mode.set',
    data: { changed: false, target: mode, conditions },
    text: () => conditionsText(mode, conditions),
    rows: conditions,
  });
  throw new OperatorError({
    code: 'CDB-E0312',
    what: `Cannot set the mode to live: ${missing.length} of ${conditions.length} conditions are not met`,
    why: missing.map(({ id }) => id).join(', '),
    todo: atSamePlace('cdb mode show says what the flags allow', options),
    exit: EXIT.REFUSED,
  });
}
