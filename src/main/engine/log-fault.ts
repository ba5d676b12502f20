import { inspect } from 'node:util';
import { openEngineLog } from '../../adapters/files/engine-log.js';
import { stateDirectory } from '../../adapters/files/state-directory.js';
import type { CommandIo } from '../../commands/command-io.js';
import { configLocation } from '../../commands/config-location.js';
import { printableJson } from '../../commands/output/json-text.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import { locateStateDir } from '../../config/state-dir.js';
import { EXIT, type OperatorError } from '../../operator-error.js';

/** More than there are files is never kept: this one line sets none aside. */
const ONE_LINE = { fileBytesMax: Infinity, filesMax: Infinity };

/**
 * The last line of an engine that failed, or that was refused before it had a log: appended where
 * there is a log directory, whoever holds it. Never throws.
 */
export async function logFault(
  error: OperatorError,
  { options, io }: { readonly options: ParsedOptions; readonly io: CommandIo },
): Promise<void> {
  try {
    const { logs } = stateDirectory(await locateStateDir(configLocation(options, io)));
    const log = openEngineLog(logs, {
      ...ONE_LINE,
      level: 'error',
      escape: printableJson,
      onTrouble: () => undefined,
    });
    const { code, what, why, todo, exit, cause } = error;
    const stack = exit === EXIT.INTERNAL ? { stack: inspect(cause, { depth: 2 }) } : {};
    log.log('error', 'engine', what, {
      code,
      cause: why,
      fix: todo,
      exit,
      pid: process.pid,
      ...stack,
    });
    log.close();
  } catch (second) {
    io.stderr(`notice: the log does not have this: ${String(second)}\n`);
  }
}
