import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { ErrorCode } from '../../operator-error/catalogue.js';
import { errnoOf } from '../../operator-error/errno.js';

const UNREADABLE: ErrorCode = 'CDB-E0501';
const NOT_TRADES: ErrorCode = 'CDB-E0502';
const DAMAGED: ErrorCode = 'CDB-E0503';
const NO_SUCH_SYMBOL: ErrorCode = 'CDB-E0504';

/** Where reading stopped: what an operator needs to judge how much of the file counts. */
interface ReadSoFar {
  readonly rows: number;
  readonly bytes: number;
}

export function fileUnreadable(path: string, cause: unknown): OperatorError {
  const missing = errnoOf(cause) === 'ENOENT';
  return new OperatorError({
    code: UNREADABLE,
    what: `cannot read the trades file "${path}"`,
    why: missing ? 'there is no such file' : wordsOf(cause),
    todo: missing
      ? 'check the path; the built-in data are --feed sample, live feeds are mexc, binance and redis'
      : 'make the file readable for the user that runs cdb, or name another file',
    exit: missing ? EXIT.NOT_FOUND : EXIT.UNREACHABLE,
    cause,
  });
}

export function sampleMissing(): OperatorError {
  return new OperatorError({
    code: UNREADABLE,
    what: 'cannot read the built-in sample trades',
    why: 'data/sample is missing from this installation of cdb',
    todo: 'install cdb again, or name a trades file with --feed',
    exit: EXIT.NOT_FOUND,
  });
}

export function notARegularFile(path: string): OperatorError {
  return new OperatorError({
    code: UNREADABLE,
    what: `cannot read trades from "${path}"`,
    why: 'it is no regular file; the feed is read more than once, so that a run can be resumed',
    todo: 'write the trades to a file (csv, csv.gz, ndjson or ndjson.gz) and name that file',
    exit: EXIT.USAGE,
  });
}

export function notATradesFile(path: string, why: string): OperatorError {
  return new OperatorError({
    code: NOT_TRADES,
    what: `cannot use "${path}" as a trades file`,
    why,
    todo: 'give csv or ndjson with ts_ms, symbol, price and qty; see docs/feeds-files.md',
    exit: EXIT.USAGE,
  });
}

export function fileDamaged(path: string, why: string, at: ReadSoFar): OperatorError {
  return new OperatorError({
    code: DAMAGED,
    what: `cannot read the trades file "${path}" to its end`,
    why: `${why} at byte ${at.bytes}; the ${at.rows} complete rows before it were delivered`,
    todo: 'copy or download the file again and compare sizes; the same run does not continue with it',
    exit: EXIT.UNREACHABLE,
  });
}

export function fileChanged(path: string): OperatorError {
  return new OperatorError({
    code: DAMAGED,
    what: `cannot read the trades file "${path}"`,
    why: 'its size or time changed since the start, so it is no longer the file that was identified',
    todo: 'wait until nothing writes to the file, then start again',
    exit: EXIT.CONFLICT,
  });
}

export function symbolsAbsent(
  path: string,
  wanted: readonly string[],
  present: readonly string[],
): OperatorError {
  return new OperatorError({
    code: NO_SUCH_SYMBOL,
    what: `cannot find a trade of ${wanted.join(', ')} in "${path}"`,
    why: `the file holds ${present.length === 0 ? 'no readable symbol' : present.join(', ')}`,
    todo: 'name a symbol of the file with --symbols, or leave the option out',
    exit: EXIT.NOT_FOUND,
  });
}
