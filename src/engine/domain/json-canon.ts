/** Deeper than anything that is written here; a text beyond it is left as it is. */
const DEPTH_MAX = 500;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Digits alone, without a zero at either end: most of what is counted. */
const PLAIN_NUMBER = /^[1-9](?:\d*[1-9])?$/;
const WORDS = ['true', 'false', 'null'] as const;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;

/**
 * One text for all texts of the same JSON value, so that what a `jsonb` column gives back reads like
 * what was written: no space between tokens, members by the UTF-16 units of their quoted name (of one
 * that repeats the last counts), strings escaped as JSON.stringify does, numbers as digits and
 * exponent without zeros at either end (`0.050` is `5e-2`, `-0` is `0`). No digit is lost, however
 * many there are. On the path of every decision, hence by hand.
 *
 * @returns null where it is no JSON
 */
export function canonicalJsonText(text: string): string | null {
  const reader = new Reader(text);
  const canonical = reader.value(DEPTH_MAX);
  return canonical === null || !reader.isAtEnd() ? null : canonical;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at === this.#text.length;
  }

  /** Null for what is no value. */
  value(depth: number): string | null {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    if (code === QUOTE) return this.#string();
    if (depth === 0) return null;
    if (code === BRACE) return this.#object(depth);
    if (code === BRACKET) return this.#array(depth);
    return this.#word() ?? this.#number();
  }

  #array(depth: number): string | null {
    this.#at += 1;
    if (this.#takes(BRACKET_END)) return '[]';
    let items = '';
    for (;;) {
      const item = this.value(depth - 1);
      if (item === null) return null;
      items += items === '' ? item : `,${item}`;
      if (this.#takes(BRACKET_END)) return `[${items}]`;
      if (!this.#takes(COMMA)) return null;
    }
  }

  #object(depth: number): string | null {
    this.#at += 1;
    if (this.#takes(BRACE_END)) return '{}';
    const members = new Map<string, string>();
    for (;;) {
      this.#skipSpace();
      const name = this.#text.charCodeAt(this.#at) === QUOTE ? this.#string() : null;
      if (name === null || !this.#takes(COLON)) return null;
      const member = this.value(depth - 1);
      if (member === null) return null;
      members.set(name, member);
      if (this.#takes(BRACE_END)) break;
      if (!this.#takes(COMMA)) return null;
    }
    let text = '';
    for (const name of [...members.keys()].sort()) {
      text += `${text === '' ? '' : ','}${name}:${members.get(name) ?? ''}`;
    }
    return `{${text}}`;
  }

  #string(): string | null {
    const from = this.#at;
    let end = this.#text.indexOf('"', from + 1);
    while (end > 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) return null;
    this.#at = end + 1;
    const token = this.#text.slice(from, end + 1);
    if (!token.includes('\\')) return token;
    try {
      return JSON.stringify(JSON.parse(token));
    } catch {
      return null; // An escape that JSON does not know.
    }
  }

  #isEscaped(at: number): boolean {
    let slashes = 0;
    while (this.#text[at - 1 - slashes] === '\\') slashes += 1;
    return slashes % 2 === 1;
  }

  #word(): string | null {
    const word = WORDS.find((known) => this.#text.startsWith(known, this.#at));
    if (word !== undefined) this.#at += word.length;
    return word ?? null;
  }

  #number(): string | null {
    const from = this.#at;
    while (isOfNumber(this.#text.charCodeAt(this.#at))) this.#at += 1;
    return canonicalNumber(this.#text.slice(from, this.#at));
  }

  #takes(code: number): boolean {
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }
}

/** Digits, `+`, `-`, `.`, `e`, `E`. */
function isOfNumber(code: number): boolean {
  if (code >= 0x30 && code <= 0x39) return true;
  return code === 0x2e || code === 0x2d || code === 0x2b || code === 0x65 || code === 0x45;
}

function canonicalNumber(token: string): string | null {
  if (PLAIN_NUMBER.test(token)) return `${token}e0`;
  const parts = NUMBER.exec(token);
  if (parts === null) return null;
  const [, sign = '', whole = '', part = '', power = '0'] = parts;
  const digits = (whole + part).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign}${kept}e${Number(power) - part.length + digits.length - kept.length}`;
}
