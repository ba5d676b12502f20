import { closingOf, promqlTokens, tokenFault, unquoted, type Token } from './promql-tokens.js';

/** What an expression of PromQL reads. */
export interface MetricUse {
  /** Each once, in their order. */
  readonly names: readonly string[];
  /** Of `{__name__=~"…"}`, where it is no plain list of names: whole names have to match. */
  readonly patterns: readonly string[];
  /** A template variable decides over a part of it, so there may be more. */
  readonly isTemplated: boolean;
  /** Why it cannot be read; null where it can. */
  readonly fault: string | null;
}

/** Words that a list of labels follows. */
const GROUPINGS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORDS = new Set(['and', 'or', 'unless', 'atan2', 'bool', 'offset', 'inf', 'nan']);
const LIST_OF_NAMES = /^\(?[a-zA-Z_:][\w:]*(?:\|[a-zA-Z_:][\w:]*)*\)?$/;

/** Names of metrics only: no labels, functions, keywords, numbers or texts. */
export function metricsOf(expression: string): MetricUse {
  const tokens = promqlTokens(expression);
  const names = new Set<string>();
  const patterns = new Set<string>();
  let isTemplated = false;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.text === '[') at = closingOf(tokens, at);
    else if (token.text === '{') {
      const end = closingOf(tokens, at);
      isTemplated = matchedNames(tokens.slice(at + 1, end), names, patterns) || isTemplated;
      at = end;
    } else if (token.kind === 'variable') isTemplated = true;
    else if (token.kind === 'name') {
      const next = tokens[at + 1];
      const word = token.text.toLowerCase();
      if (GROUPINGS.has(word)) {
        if (next?.text === '(') at = closingOf(tokens, at + 1);
      } else if (isMetric(word, next)) {
        if (token.text.includes('$')) isTemplated = true;
        else names.add(token.text);
      }
    }
  }
  const fault = tokenFault(tokens);
  return { names: [...names], patterns: [...patterns], isTemplated, fault };
}

function isMetric(word: string, next: Token | undefined): boolean {
  if (WORDS.has(word) || next?.text === '(') return false;
  // `sum by (job) (x)`: the word in front is no metric.
  const following = next?.kind === 'name' ? next.text.toLowerCase() : '';
  return following !== 'by' && following !== 'without';
}

/** @returns whether a variable decides over the name */
function matchedNames(
  inside: readonly Token[],
  names: Set<string>,
  patterns: Set<string>,
): boolean {
  let isTemplated = false;
  inside.forEach((token, at) => {
    const [operator, value] = [inside[at + 1], inside[at + 2]];
    const isFirst = at === 0 || inside[at - 1]?.text === ',';
    if (!isFirst) return;
    if (token.kind === 'text' && (operator === undefined || operator.text === ',')) {
      names.add(unquoted(token)); // {"a.metric"}: the form for names with other characters
    } else if (token.text === '__name__' && value?.kind === 'text') {
      const text = unquoted(value);
      if (text.includes('$')) isTemplated = true;
      else if (operator?.text === '=') names.add(text);
      else if (operator?.text === '=~' && LIST_OF_NAMES.test(text)) {
        for (const name of text.replace(/[()]/g, '').split('|')) names.add(name);
      } else if (operator?.text === '=~') patterns.add(text);
    }
  });
  return isTemplated;
}
