import { EXIT } from '../../operator-error.js';
import { noSuchContract } from '../../schema/contracts/contract-errors.js';
import { contractText } from '../../schema/contracts/contract-text.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { chosenContracts } from './chosen-contracts.js';

/** The whole contract of one table, as it stands in its file. */
export function run(options: ParsedOptions, io: CommandIo): number {
  const table = options.text('table') ?? '';
  const contracts = chosenContracts(options, io);
  const contract = contracts.get(table);
  if (contract === undefined) throw noSuchContract(plainText(table), [...contracts.keys()]);
  printResult(io, {
    command: 'contracts.show',
    data: contract,
    text: () => contractText(contract).split('\n').map(plainText).join('\n'),
  });
  return EXIT.OK;
}
