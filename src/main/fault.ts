import { resolve } from 'node:path';
import { wordsOf } from '../engine/domain/words-of.js';
import { BUILD } from '../commands/build-info.js';
import { DependencyError, EXIT, OperatorError } from '../operator-error.js';
import { writeCrashFile } from './crash-file.js';

const RETRY_HINT = 'check that it runs and can be reached, then run the command again';

/** Every fault becomes something that an operator can read; what nobody foresaw leaves a file. */
export function reportFault(fault: unknown, args: readonly string[], atMs: number): OperatorError {
  if (fault instanceof OperatorError) return fault;
  if (fault instanceof DependencyError) return fromDependency(fault);
  const build = `${BUILD.version} (commit ${BUILD.commit}, engine ${BUILD.engineHash})`;
  const path = writeCrashFile(stateDirOf(args), { fault, args, build, atMs, pid: process.pid });
  return new OperatorError({
    code: 'CDB-E0901',
    what: `Unexpected failure in cdb: ${wordsOf(fault)}`,
    why: 'this is a bug in cdb, not something that you did',
    todo:
      path === undefined
        ? 'report what this command printed; no crash file could be written'
        : `report it with the crash file ${path}`,
    exit: EXIT.INTERNAL,
    cause: fault,
  });
}

function fromDependency(fault: DependencyError): OperatorError {
  return new OperatorError({
    code: 'CDB-E0004',
    what: `${fault.dependency} failed: ${fault.message}`,
    why: fault.cause === undefined ? 'it gave no further reason' : wordsOf(fault.cause),
    todo: fault.retryable ? RETRY_HINT : 'mend the cause; trying again alone cannot help',
    exit: EXIT.UNREACHABLE,
    cause: fault,
  });
}

/** Bare arguments again: the fault may be in whatever reads them properly. */
function stateDirOf(args: readonly string[]): string {
  const joined = args.find((arg) => arg.startsWith('--state-dir='))?.slice('--state-dir='.length);
  const at = args.indexOf('--state-dir');
  const given = joined ?? (at === -1 ? undefined : args[at + 1]);
  return resolve(given ?? process.env['CDB_STATE_DIR'] ?? '.cdb');
}
