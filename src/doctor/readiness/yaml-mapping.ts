import { parse } from 'yaml';
import { wordsOf } from '../../engine/domain/words-of.js';
import { isMembers, jsonObject, type Members } from './members.js';

type ReadMapping =
  { readonly ok: true; readonly members: Members } | { readonly ok: false; readonly why: string };

/** State files are flat and short; what is longer is none. */
const CHARS_MAX = 16 * 1024;
/**
 * A few hundred of them, one in the other, keep the parser busy for minutes or end the process. They
 * are counted wherever they stand, since what is in quotes and what is not is for the parser to say.
 */
const NESTING_MAX = 100;
const NESTS = /[[{?]/g;

/** Reads JSON, and YAML that is not deep. Never throws. */
export function yamlMapping(text: string): ReadMapping {
  const json = jsonObject(text);
  if (json !== null) return { ok: true, members: json };
  if (text.length > CHARS_MAX) return refused(`it has more than ${CHARS_MAX} characters`);
  if ((text.match(NESTS)?.length ?? 0) > NESTING_MAX) {
    return refused(`it has more than ${NESTING_MAX} of the characters [ { ?`);
  }
  try {
    const value: unknown = parse(text, { logLevel: 'error' });
    return isMembers(value) ? { ok: true, members: value } : refused('it is no mapping');
  } catch (fault) {
    const [first = ''] = wordsOf(fault).split('\n');
    return refused(`it can not be read: ${first}`);
  }
}

function refused(why: string): ReadMapping {
  return { ok: false, why };
}
