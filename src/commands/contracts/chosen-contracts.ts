import { resolve } from 'node:path';
import type { Contract } from '../../schema/contracts/contract.js';
import { loadContracts } from '../../schema/contracts/load-contracts.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

/** Those of --contracts, or else those of this build. */
export function chosenContracts(
  options: ParsedOptions,
  io: Pick<CommandIo, 'cwd'>,
): ReadonlyMap<string, Contract> {
  const directory = options.text('contracts');
  return directory === undefined ? loadContracts() : loadContracts(resolve(io.cwd, directory));
}
