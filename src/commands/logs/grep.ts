import { createContext, Script } from 'node:vm';
import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT, OperatorError } from '../../operator-error.js';

/** Thousands of lines take a millisecond; an expression that takes this long never ends. */
const SEARCH_MS_MAX = 1_000;

/** Which of these texts match. */
export type Grep = (texts: readonly string[]) => readonly boolean[];

/**
 * @param pattern a regular expression of JavaScript
 * @throws OperatorError (exit 2) when it is none; the result throws one when searching takes for ever
 */
export function grepFor(pattern: string): Grep {
  const expression = compiled(pattern);
  // A context of its own: only there can a search that does not end be ended.
  const context = createContext({ expression, texts: [] });
  const search = new Script('texts.map((text) => expression.test(text))');
  return (texts) => {
    context['texts'] = texts;
    try {
      const found: unknown = search.runInContext(context, { timeout: SEARCH_MS_MAX });
      return Array.isArray(found) ? found.map((one) => one === true) : [];
    } catch (fault) {
      throw unusable(pattern, `it takes longer than ${SEARCH_MS_MAX} ms on a few lines`, fault);
    }
  };
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (fault) {
    throw unusable(pattern, wordsOf(fault), fault);
  }
}

function unusable(pattern: string, why: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0002',
    what: `Cannot search with --grep "${pattern}"`,
    why,
    todo: 'give a regular expression; repeats inside repeats such as (a+)+ take for ever',
    exit: EXIT.USAGE,
    cause,
  });
}
