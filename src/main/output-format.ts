import type { OutputFormat } from '../commands/command-io.js';
import { usageError } from './usage-error.js';

const FORMATS: readonly OutputFormat[] = ['text', 'json', 'jsonl'];

/**
 * Read from the bare arguments, not from the parsed ones: an error about the arguments themselves
 * must already come in the form that was asked for.
 */
export function requestedFormat(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): OutputFormat {
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  if (flags.includes('--json')) return 'json';
  const joined = flags.find((arg) => arg.startsWith('--output='))?.slice('--output='.length);
  const at = flags.indexOf('--output');
  const asked = joined ?? (at === -1 ? env['CDB_OUTPUT'] : flags[at + 1]);
  return FORMATS.find((format) => format === asked) ?? 'text';
}

/** @throws OperatorError (exit 2): what reads JSON must not get text for a typing error */
export function refuseUnknownFormat(env: Readonly<Record<string, string | undefined>>): void {
  const given = env['CDB_OUTPUT'] ?? '';
  if (given === '' || FORMATS.some((format) => format === given)) return;
  const required = `one of ${FORMATS.join(', ')}`;
  throw usageError(
    `Cannot read the variable CDB_OUTPUT: required ${required}, current is "${given}"`,
    'correct it, or unset it; cdb help environment',
  );
}
