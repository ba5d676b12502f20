import { parse } from 'yaml';
import { wordsOf } from '../../engine/domain/words-of.js';
import { isMembers, type Members } from './members.js';

export type ReadMapping =
  { readonly ok: true; readonly members: Members } | { readonly ok: false; readonly why: string };

/** YAML or JSON. Never throws: also nesting beyond the stack and a bomb of aliases are a fault. */
export function yamlMapping(text: string): ReadMapping {
  try {
    const value: unknown = parse(text, { logLevel: 'silent' });
    return isMembers(value) ? { ok: true, members: value } : { ok: false, why: 'it is no mapping' };
  } catch (fault) {
    const [first = ''] = wordsOf(fault).split('\n');
    return { ok: false, why: `it can not be read: ${first}` };
  }
}
