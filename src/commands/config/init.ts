import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { wordsOf } from '../../engine/domain/words-of.js';
import { configTemplate } from '../../config/template.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';

export function run(options: ParsedOptions, io: CommandIo): number {
  const path = options.text('config') ?? 'cdb.yaml';
  try {
    writeFileSync(resolve(io.cwd, path), configTemplate(), { flag: 'wx' });
  } catch (fault) {
    throw notWritten(path, fault);
  }
  printResult(io, {
    command: 'config.init',
    data: { path },
    text: () => `wrote ${plainText(path)}: every key is there with its default, commented out\n`,
  });
  return EXIT.OK;
}

function notWritten(path: string, fault: unknown): OperatorError {
  return errnoOf(fault) === 'EEXIST'
    ? new OperatorError({
        code: 'CDB-E0103',
        what: `Cannot write "${path}": it exists already`,
        why: 'a configuration is never overwritten',
        todo: `edit it, or write another with cdb config init --config FILE`,
        exit: EXIT.CONFLICT,
        cause: fault,
      })
    : new OperatorError({
        code: 'CDB-E0104',
        what: `Cannot write "${path}"`,
        why: wordsOf(fault),
        todo: 'name a file in a writable directory with --config FILE',
        exit: EXIT.CONFIG,
        cause: fault,
      });
}
