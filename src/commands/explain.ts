import { nearest } from '../config/nearest.js';
import { REASON_CODES, reasonText } from '../engine/domain/reason-codes.js';
import { EXIT, OperatorError } from '../operator-error.js';
import { ERROR_CATALOGUE } from '../operator-error/catalogue.js';
import type { CommandIo } from './command-io.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';

/** Codes of errors (CDB-E0421) and of refused decisions (RC_002, RK_ALLOCATION). */
export function run(options: ParsedOptions, io: CommandIo): number {
  const asked = options.text('code') ?? '';
  const code = asked.toUpperCase();
  const meaning = new Map<string, string>(Object.entries(ERROR_CATALOGUE)).get(code);
  const reason = reasonText(code);
  if (meaning === undefined && reason === undefined) throw unknownCode(asked);
  const data = { code, meaning: meaning ?? reason?.meaning, try: reason?.todo };
  printResult(io, {
    command: 'explain',
    data,
    text: () =>
      `${code}: ${data.meaning ?? ''}\n${reason === undefined ? '' : `try: ${reason.todo}\n`}`,
  });
  return EXIT.OK;
}

function unknownCode(asked: string): OperatorError {
  const suggestion = nearest(asked, [...Object.keys(ERROR_CATALOGUE), ...REASON_CODES]);
  return new OperatorError({
    code: 'CDB-E0005',
    what: `Cannot explain "${asked}": no such code`,
    why: 'cdb explain knows the codes of errors (CDB-E0421) and of refused decisions (RC_002)',
    todo:
      suggestion === undefined
        ? 'take the code from the first line of the error'
        : `cdb explain ${suggestion}`,
    exit: EXIT.NOT_FOUND,
  });
}
