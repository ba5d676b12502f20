import { EXIT } from '../../operator-error.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { configRow, valueText } from './config-rows.js';
import { noSuchKey } from './unknown-key.js';

/** The value alone, for scripts; `--json` says where it came from too. */
export function run(options: ParsedOptions, io: CommandIo): number {
  const key = options.text('key') ?? '';
  const row = configRow(commandConfig(options, io), key);
  if (row === undefined) throw noSuchKey(key, 'get');
  printResult(io, { command: 'config.get', data: row, text: () => `${valueText(row)}\n` });
  return EXIT.OK;
}
