/**
 * JSON that keeps what `JSON.parse` loses: integers stay exact (bigint), `5.0` stays apart from
 * `5`, and members keep their order even when their names look like integers. Hashes over foreign
 * JSON need all three.
 */
export type ExactJson =
  null | boolean | string | bigint | JsonFloat | readonly ExactJson[] | ExactObject;

/** A map, because an object reorders integer-like names and has a `__proto__`. */
export type ExactObject = ReadonlyMap<string, ExactJson>;

/** A number that was written with a point or an exponent, or is not finite. */
export class JsonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

interface ExactJsonLimits {
  /** Deepest nesting of arrays and objects. */
  readonly depthMax: number;
  readonly charsMax: number;
  /** Also accept the words NaN, Infinity and -Infinity, which some writers print as numbers. */
  readonly nonFinite: boolean;
}

export const EXACT_JSON_LIMITS: ExactJsonLimits = {
  depthMax: 100,
  charsMax: 32 * 1024 * 1024,
  nonFinite: false,
};

/** Where reading failed; line and column count from 1. */
export interface ExactJsonFault {
  readonly what: string;
  readonly line: number;
  readonly column: number;
  /** True when the text ended too early: more text could still make it whole. */
  readonly atEnd: boolean;
}

export type ExactJsonResult =
  | { readonly ok: true; readonly value: ExactJson }
  | { readonly ok: false; readonly fault: ExactJsonFault };

/** @returns the value of the whole text, or the first fault; never throws */
export function readExactJson(
  text: string,
  limits: ExactJsonLimits = EXACT_JSON_LIMITS,
): ExactJsonResult {
  try {
    return { ok: true, value: new Reader(text, limits).whole() };
  } catch (fault) {
    if (!(fault instanceof Unreadable)) throw fault;
    return { ok: false, fault: placed(fault, text) };
  }
}

export function isExactObject(value: ExactJson | undefined): value is ExactObject {
  return value instanceof Map;
}

export function isExactArray(value: ExactJson | undefined): value is readonly ExactJson[] {
  return Array.isArray(value);
}

/** Longest number text; the reference refuses longer integers too. */
const NUMBER_CHARS_MAX = 4_300;
const BLANKS = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /-?[A-Za-z]+/y;
const HEX = /[0-9a-fA-F]{4}/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const WORDS: ReadonlyMap<string, ExactJson> = new Map<string, ExactJson>([
  ['null', null],
  ['true', true],
  ['false', false],
]);
const NON_FINITE: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** Leaves the recursion at the first fault; never leaves this file. */
class Unreadable extends Error {
  readonly what: string;
  readonly at: number;

  constructor(what: string, at: number) {
    super(what);
    this.what = what;
    this.at = at;
  }
}

class Reader {
  readonly #text: string;
  readonly #limits: ExactJsonLimits;
  #at = 0;
  #depth = 0;

  constructor(text: string, limits: ExactJsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  whole(): ExactJson {
    const { charsMax } = this.#limits;
    if (this.#text.length > charsMax) this.#fail(`text longer than ${charsMax} characters`);
    const value = this.#value();
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#fail('text after the value');
    return value;
  }

  #value(): ExactJson {
    this.#skipBlanks();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      default:
        return this.#number() ?? this.#word();
    }
  }

  #nested(read: () => ExactJson): ExactJson {
    const { depthMax } = this.#limits;
    if (this.#depth >= depthMax) this.#fail(`nested deeper than ${depthMax} levels`);
    this.#depth += 1;
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): ExactObject {
    const members = new Map<string, ExactJson>();
    if (this.#take('}')) return members;
    do {
      this.#skipBlanks();
      if (this.#text.charAt(this.#at) !== '"') this.#fail('required: a member name');
      const name = this.#string();
      if (!this.#take(':')) this.#fail('required: ":"');
      members.set(name, this.#value());
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail('required: "," or "}"');
    return members;
  }

  #array(): readonly ExactJson[] {
    const items: ExactJson[] = [];
    if (this.#take(']')) return items;
    do {
      items.push(this.#value());
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail('required: "," or "]"');
    return items;
  }

  #string(): string {
    this.#at += 1;
    let read = '';
    for (;;) {
      read += this.#match(PLAIN)?.[0] ?? '';
      const next = this.#text.charAt(this.#at);
      if (next === '"') {
        this.#at += 1;
        return read;
      }
      if (next !== '\\') this.#fail('control character in a string');
      read += this.#escape();
    }
  }

  #escape(): string {
    const start = this.#at;
    const letter = this.#text.charAt(start + 1);
    this.#at += 2;
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) return plain;
    const code = letter === 'u' ? this.#match(HEX)?.[0] : undefined;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return this.#fail('bad escape in a string', start);
  }

  #number(): bigint | JsonFloat | undefined {
    const start = this.#at;
    const match = this.#match(NUMBER);
    if (match === undefined) return undefined;
    const [text, fraction, exponent] = match;
    if (text.length > NUMBER_CHARS_MAX) {
      this.#fail(`a number of more than ${NUMBER_CHARS_MAX} characters`, start);
    }
    if (fraction !== undefined || exponent !== undefined) return new JsonFloat(Number(text));
    return BigInt(text);
  }

  #word(): ExactJson {
    const start = this.#at;
    const word = this.#match(WORD)?.[0] ?? '';
    const known = WORDS.get(word);
    if (known !== undefined) return known;
    const nonFinite = this.#limits.nonFinite ? NON_FINITE.get(word) : undefined;
    if (nonFinite !== undefined) return new JsonFloat(nonFinite);
    return this.#fail('required: a JSON value', start);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #skipBlanks(): void {
    this.#match(BLANKS);
  }

  #take(mark: string): boolean {
    this.#skipBlanks();
    if (this.#text.charAt(this.#at) !== mark) return false;
    this.#at += 1;
    return true;
  }

  #fail(what: string, at: number = this.#at): never {
    throw new Unreadable(what, at);
  }
}

function placed({ what, at }: Unreadable, text: string): ExactJsonFault {
  const before = text.slice(0, at);
  const atEnd = at >= text.length;
  return {
    what: atEnd ? 'the text ends early' : what,
    line: before.split('\n').length,
    column: at - before.lastIndexOf('\n'),
    atEnd,
  };
}
