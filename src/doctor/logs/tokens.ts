import type { LogLine } from './facts.js';

/** What an error line is about, where a check of its own tells it. */
export type Kind = 'audit' | 'publish' | 'append_only' | 'cut_off' | 'crash';

/** Words that stay the same between versions; whole lines do not. The first that fits counts. */
const TOKENS: readonly (readonly [Kind, RegExp])[] = [
  ['append_only', /bad file format reading the append only file/i],
  ['cut_off', /overcoming of output buffer limits/i],
  [
    'publish',
    /invalid input of type: '?NoneType|(?:failed|fehler|error)[^"]{0,40}(?:publish|xadd)/i,
  ],
  ['audit', /(?:relation|column) "[^"]+"(?: of relation "[^"]+")? does not exist/i],
  ['audit', /value too long for type|failed to persist|null value in column "[^"]+"/i],
  ['crash', /^Traceback: /],
  ['crash', /^(?:unhandled|uncaught) exception|\bMemoryError\b|out of memory/i],
];

/** Redis tells its worst as a warning; elsewhere the same words in a lower level mean nothing bad. */
const CALM: readonly LogLine['level'][] = ['debug', 'info'];

export function kindOf({ text, level }: Pick<LogLine, 'text' | 'level'>): Kind | null {
  if (CALM.includes(level)) return null;
  return TOKENS.find(([, token]) => token.test(text))?.[0] ?? null;
}

/** The object that the database does not have, or what else it refuses, in its own words. */
export function refusedBy(text: string): string {
  const found =
    /(?:relation|column) "[^"]+"(?: of relation "[^"]+")? does not exist|value too long for type [\w ]+(?:\(\d+\))?|null value in column "[^"]+"/i.exec(
      text,
    );
  return found?.[0] ?? text;
}

/** `relation "risk_events"` is risk_events. */
export function missingRelation(text: string): string | null {
  return /relation "([^"]+)" does not exist/i.exec(text)?.[1] ?? null;
}

export function blockCode(text: string): string | null {
  return /BLOCK: (RC_\w+)/.exec(text)?.[1] ?? null;
}

/** A figure that has reached its limit: `3005.47 >= 3000.00`. */
export function reachedLimit(
  text: string,
): { readonly figure: string; readonly limit: string } | null {
  const found = /(\d+(?:\.\d+)?)\s*>=\s*(\d+(?:\.\d+)?)/.exec(text);
  return found === null ? null : { figure: found[1] ?? '', limit: found[2] ?? '' };
}
