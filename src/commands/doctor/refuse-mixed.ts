import { EXIT, OperatorError } from '../../operator-error.js';
import type { ParsedOptions } from '../parsed-options.js';

/**
 * A report that is kept stands for the day, and a fresh one lets a stop be released: it is of the
 * whole system as it is now.
 * @throws OperatorError (exit 2)
 */
export function refuseMixed(options: ParsedOptions): void {
  const isPart =
    options.list('only').length > 0 ||
    options.list('skip').length > 0 ||
    options.text('group') !== undefined;
  const given = [
    ...(isPart ? ['a part of the checks'] : []),
    ...(options.text('from') === undefined ? [] : ['a record']),
  ];
  if (options.flag('write') && !options.flag('daily')) throw mixed('--write needs --daily');
  if (options.flag('fix') && options.text('from') !== undefined) {
    throw mixed('--fix mends what is there now, and a record is of another time');
  }
  const [first] = given;
  if (options.flag('write') && first !== undefined) {
    throw mixed(`--write keeps the report of the day, which ${first} cannot stand for`);
  }
}

function mixed(why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0733',
    what: 'These options of cdb doctor do not go together',
    why,
    todo: 'cdb doctor --help',
    exit: EXIT.USAGE,
  });
}
