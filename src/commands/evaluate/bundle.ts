import { buildBundle } from '../../engine/domain/decision-bundle/build-bundle.js';
import { isExactObject, type ExactJson } from '../../engine/domain/exact-json.js';
import type { Hash } from '../../engine/domain/hash.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { evaluateInputs } from './inputs.js';
import { writeResults } from './results.js';

/** Builds order bundles from recorded contract inputs; one line of JSON each. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Pick<Services, 'hash'>,
): Promise<number> {
  const hash = await services.hash();
  await writeResults(io, 'evaluate.bundle', built(options.text('file') ?? '-', io, hash));
  return EXIT.OK;
}

async function* built(file: string, io: CommandIo, hash: Hash): AsyncGenerator<string> {
  for await (const { value } of evaluateInputs(file, io)) {
    const result = buildBundle(contractInput(value), hash);
    yield result.ok ? `{"ok":true,"bundle":${result.bundle.json}}` : JSON.stringify(result);
  }
}

/** Of a vector or a finished bundle, its `input`; a contract input has an order and none. */
function contractInput(value: ExactJson): ExactJson {
  if (!isExactObject(value) || value.has('order')) return value;
  return value.get('input') ?? (value.has('input') ? null : value);
}
