const PATTERN_CHARS_MAX = 80;
const REPEATS_MAX = 2;
const CHOICES_MAX = 4;

/**
 * Why a pattern is not run, for people; empty when it may be. A pattern that repeats what repeats,
 * or that has many ways to match, can take hours for one short text: such are refused, and what is
 * left takes at most about the third power of the length of the text.
 */
export function patternFault(source: string): string {
  if (source.length > PATTERN_CHARS_MAX) return `at most ${PATTERN_CHARS_MAX} characters`;
  if (/\\[1-9k]/.test(source)) return 'no references to groups, please';
  if (/\(\?[^:]/.test(source)) return 'only plain groups, please: ( ) or (?: )';
  try {
    new RegExp(source, 'i');
  } catch {
    return 'not a regular expression yet';
  }
  return costFault(source);
}

interface Group {
  repeats: number;
  choices: number;
}

function costFault(source: string): string {
  const total: Group = { repeats: 0, choices: 0 };
  const open: Group[] = [];
  let closed: Group | null = null;
  for (const token of tokensOf(source)) {
    const inner = closed;
    closed = null;
    if (token === '(') open.push({ ...total });
    else if (token === ')') closed = open.pop() ?? null;
    else if (token === '|') total.choices += open.length === 0 ? 0 : 1;
    else if (isQuantifier(token)) {
      const grown =
        inner !== null && (total.repeats > inner.repeats || total.choices > inner.choices);
      if (grown) return 'a group that repeats must not hold * + ? { or |';
      if (token === '?') total.choices += 1;
      else total.repeats += 1;
    }
  }
  if (total.repeats > REPEATS_MAX) return `at most ${REPEATS_MAX} of * + {}; write several words`;
  return total.choices > CHOICES_MAX ? `at most ${CHOICES_MAX} of ? and | in groups` : '';
}

/** Each escape, class and quantifier (with a lazy mark) as one. */
function tokensOf(source: string): readonly string[] {
  return (
    source.match(/\\.|\[(?:\\.|[^\]])*\]|\(\?:|[*+?]\??|\{\d+(?:,\d*)?\}\??|[^]/gu)?.map(plain) ??
    []
  );
}

function plain(token: string): string {
  if (token === '(?:') return '(';
  return token.length === 2 && /^[*+?]\?$/.test(token) ? token.charAt(0) : token;
}

function isQuantifier(token: string): boolean {
  return token === '?' || token === '*' || token === '+' || /^\{\d/.test(token);
}
