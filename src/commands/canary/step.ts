import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { requireYes } from '../confirmation.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { changeCanary, requireTerms, runningCanary } from './change.js';

/** Takes another share; goes on where it was held. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const percent = options.number('to');
  if (percent === undefined) throw noShare(options);
  const running = await runningCanary(options, io, services);
  const terms = requireTerms(running.control);
  io.stderr(`target  ${terms.symbol} on ${terms.venue}: ${terms.percent} % to ${percent} %\n`);
  await requireYes(options, io, {
    code: 'CDB-E0322',
    what: 'Cannot step without a yes',
    question: 'Take this share?',
    command: atSamePlace(`cdb canary step --to ${percent}`, options),
  });
  const words = `steps from ${terms.percent} % to ${percent} %`;
  return changeCanary(
    running,
    {
      ...{ command: 'canary.step', isMore: true, words },
      termsOf: () => ({ ...terms, percent, held: false }),
    },
    options,
    io,
  );
}

function noShare(options: ParsedOptions): OperatorError {
  return new OperatorError({
    code: 'CDB-E0321',
    what: 'Cannot step: required --to <percent>',
    why: 'a step says the share of the entries that it goes to',
    todo: atSamePlace('cdb canary step --to 10', options),
    exit: EXIT.USAGE,
  });
}
