/**
 * `name` may hold a template variable (`cdb_${service}_total`); `variable` is one and nothing else.
 * Comments and blanks are left out.
 */
export interface Token {
  readonly kind: 'name' | 'variable' | 'number' | 'text' | 'mark' | 'stray';
  readonly text: string;
}

const KINDS: readonly (readonly [Token['kind'] | null, RegExp])[] = [
  [null, /\s+|#[^\n]*/y],
  ['text', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/y],
  ['variable', /(?:\$\{[^}]*\}|\$\w+|\[\[\w+(?::\w+)?\]\])(?![\w:$])/y],
  ['name', /(?:[A-Za-z_:][\w:]*|\$\{[^}]*\}|\$\w+)+/y],
  ['number', /(?:\d[\w.]*|\.\d+)/y],
  ['mark', /=~|!~|!=|==|<=|>=|[-+*/%^(){}[\],=<>@:]/y],
  ['stray', /[\s\S]/y],
];

/** Every character of the expression is in a token, or is blank or comment. */
export function promqlTokens(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    for (const [kind, pattern] of KINDS) {
      pattern.lastIndex = at;
      const text = pattern.exec(expression)?.[0];
      if (text === undefined) continue;
      at += text.length;
      if (kind !== null) tokens.push({ kind, text });
      break;
    }
  }
  return tokens;
}

/** The text without its quotes. */
export function unquoted({ text }: Token): string {
  const inside = text.slice(1, -1);
  return text.startsWith('`') ? inside : inside.replace(/\\(.)/g, '$1');
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

/** The place of the mark that closes the one at `open`; the end where none does. */
export function closingOf(tokens: readonly Token[], open: number): number {
  const opening = tokens[open]?.text ?? '';
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== 'mark') continue;
    if (token.text === opening) depth += 1;
    if (token.text === CLOSING[opening]) depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length;
}

/** Null when every bracket has its partner and nothing is there that no expression has. */
export function tokenFault(tokens: readonly Token[]): string | null {
  if (tokens.length === 0) return 'it is empty';
  const open: string[] = [];
  for (const { kind, text } of tokens) {
    if (kind === 'stray') return `"${text}" has no place in it`;
    if (kind !== 'mark') continue;
    const closing = CLOSING[text];
    if (closing !== undefined) open.push(closing);
    else if (')}]'.includes(text) && open.pop() !== text) return `"${text}" closes nothing`;
  }
  const [missing] = open;
  return missing === undefined ? null : `"${missing}" is missing`;
}
