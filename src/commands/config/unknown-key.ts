import { CONFIG_SECTIONS } from '../../config/keys.js';
import { meantKey } from '../../config/unknown-key.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { plainText } from '../../view/plain-text.js';

/** @param verb of the command that was called: `get`, `set` */
export function noSuchKey(key: string, verb: string): OperatorError {
  const meant = CONFIG_SECTIONS.has(key) ? undefined : meantKey(key);
  return new OperatorError({
    code: 'CDB-E0005',
    what: `Cannot ${verb} "${plainText(key)}": there is no such key`,
    why: CONFIG_SECTIONS.has(key)
      ? 'it is a section, which has keys and no value'
      : 'cdb config show lists the keys, cdb config init also those of single thresholds',
    todo:
      meant === undefined
        ? 'cdb config show'
        : `cdb config ${verb} ${meant}${verb === 'set' ? ' VALUE' : ''}`,
    exit: EXIT.NOT_FOUND,
  });
}
