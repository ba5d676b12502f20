import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseDocument } from 'yaml';
import { errnoOf } from '../../operator-error/errno.js';
import { contractSchema, type Contract } from './contract.js';
import { contractFile, contractsDirectory, contractTables } from './contract-files.js';
import { contractUnreadable } from './contract-errors.js';

/** A contract has a few kilobytes; more is another file. */
const BYTES_MAX = 256 * 1024;

/** By table, in the order of their names. @throws OperatorError when one cannot be used */
export function loadContracts(
  directory: string = contractsDirectory(),
): ReadonlyMap<string, Contract> {
  const contracts = tablesIn(directory).map((table) =>
    loadContract(contractFile(directory, table)),
  );
  return new Map(contracts.map((contract) => [contract.table, contract]));
}

function tablesIn(directory: string): readonly string[] {
  try {
    return contractTables(directory);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw contractUnreadable(directory, 'there is no such directory', error);
  }
}

/** @throws OperatorError naming the key that is wrong */
export function loadContract(path: string): Contract {
  const contract = readContract(path, fileText(path));
  const name = basename(path).replace(/\.ya?ml$/, '');
  if (contract.table !== name) {
    throw contractUnreadable(path, `it is about "${contract.table}", its name says "${name}"`);
  }
  return contract;
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw contractUnreadable(path, `it cannot be read (${errnoOf(error)})`, error);
  }
}

/** @param path names the text in errors */
export function readContract(path: string, text: string): Contract {
  if (Buffer.byteLength(text) > BYTES_MAX) {
    throw contractUnreadable(path, `it is longer than ${BYTES_MAX} bytes`);
  }
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
  const [fault] = document.errors;
  if (fault !== undefined) throw contractUnreadable(path, fault.message.split('\n', 1).join(''));
  const read = contractSchema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw contractUnreadable(path, `${where === '' ? '' : `${where}: `}${issue?.message ?? ''}`);
  }
  refuseDangling(path, read.data);
  return read.data;
}

/** A name that the fields lack is a typing error, and would compare with nothing. */
function refuseDangling(path: string, contract: Contract): void {
  const lists = {
    required: contract.required,
    insert_columns: contract.insert_columns,
    constraints: (contract.constraints ?? []).flatMap(({ columns }) => columns),
  };
  for (const [key, names] of Object.entries(lists)) {
    const unknown = names.find((name) => !Object.hasOwn(contract.fields, name));
    if (unknown !== undefined) {
      throw contractUnreadable(path, `${key} names "${unknown}", which is not among the fields`);
    }
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined && key !== 'constraints') {
      throw contractUnreadable(path, `${key} names "${twice}" twice`);
    }
  }
}
