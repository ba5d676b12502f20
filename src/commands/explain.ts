import { nearest } from '../config/nearest.js';
import { EXIT, OperatorError } from '../operator-error.js';
import { ERROR_CATALOGUE } from '../operator-error/catalogue.js';
import type { CommandIo } from './command-io.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';

export function run(options: ParsedOptions, io: CommandIo): number {
  const asked = options.text('code') ?? '';
  const found = Object.entries(ERROR_CATALOGUE).find(([code]) => code === asked.toUpperCase());
  if (found === undefined) throw unknownCode(asked);
  const [code, meaning] = found;
  printResult(io, {
    command: 'explain',
    data: { code, meaning },
    text: () => `${code}: ${meaning}\n`,
  });
  return EXIT.OK;
}

function unknownCode(asked: string): OperatorError {
  const suggestion = nearest(asked, Object.keys(ERROR_CATALOGUE));
  return new OperatorError({
    code: 'CDB-E0005',
    what: `Cannot explain "${asked}": no such code`,
    why: 'cdb explain knows the codes that errors of cdb print (CDB-E and four digits)',
    todo:
      suggestion === undefined
        ? 'take the code from the first line of the error'
        : `cdb explain ${suggestion}`,
    exit: EXIT.NOT_FOUND,
  });
}
