import { originText } from '../../config/setting.js';
import { EXIT } from '../../operator-error.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';

/** The faults themselves travel as the error of `commandConfig`, as in every other command. */
export function run(options: ParsedOptions, io: CommandIo): number {
  const { effective } = commandConfig(options, io);
  const given = effective.filter(({ origin }) => origin.kind !== 'default');
  const data = {
    valid: true,
    keys_set: given.map(({ key, origin }) => ({ key, origin: originText(origin) })),
  };
  printResult(io, {
    command: 'config.validate',
    data,
    text: () => `OK: the configuration is valid, ${given.length} keys are set\n`,
  });
  return EXIT.OK;
}
