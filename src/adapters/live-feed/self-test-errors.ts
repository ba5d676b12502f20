import { EXIT, OperatorError } from '../../operator-error.js';
import type { ErrorCode } from '../../operator-error/catalogue.js';
import type { Difference } from './first-difference.js';

const SELF_TEST: ErrorCode = 'CDB-E0520';

export function decoderDiffers(
  venue: string,
  frame: string,
  { field, required, current }: Difference,
): OperatorError {
  const place = field === '' ? '' : ` field "${field}":`;
  return new OperatorError({
    code: SELF_TEST,
    what: `cannot trust the decoder of ${venue}`,
    why: `stored frame "${frame}":${place} required ${shown(required)}, got ${shown(current)}`,
    todo: 'install cdb again; if it stays, this build of cdb is faulty and must not trade',
    exit: EXIT.INTERNAL,
  });
}

export function storedFramesUnreadable(venue: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: SELF_TEST,
    what: `cannot test the decoder of ${venue}`,
    why,
    todo: 'install cdb again',
    exit: EXIT.INTERNAL,
    cause,
  });
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? String(member) : member,
  );
}
