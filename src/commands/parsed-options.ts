import type { ReadValue } from '../config/values.js';
import { assertInvariant } from '../engine/domain/invariant.js';

export type OptionValue = string | number | boolean | readonly string[];

/** Reads the text after a flag and says what kind of text that is. */
export interface OptionReader<T extends OptionValue = OptionValue> {
  (text: string): ReadValue<T>;
  /** One word for help: `time`, `integer`, `choice`. */
  readonly kind: string;
  readonly choices?: readonly string[];
}

/** A flag that overrides a configuration key, with the text that it sets. */
export interface ConfigFlag {
  readonly key: string;
  readonly flag: string;
  readonly text: string;
}

interface Declaration {
  /** Absent: any may be asked for. */
  readonly keys?: ReadonlySet<string>;
  readonly configFlags: readonly ConfigFlag[];
  readonly words?: readonly string[];
}

/**
 * The options and arguments of one call, by their camelCase key (`--state-dir` is `stateDir`,
 * `--duration` is `durationMs`; see the command table). Asking for a key that the command does not
 * declare, or as another type, is a bug and fails the first time it is run.
 */
export class ParsedOptions {
  /** What `loadConfig` lays over files and environment. */
  readonly configFlags: readonly ConfigFlag[];
  /** The call as words that mean the same when they are given to cdb again. */
  readonly words: readonly string[];
  readonly #values: ReadonlyMap<string, OptionValue>;
  readonly #declared: ReadonlySet<string> | undefined;

  /** @param declaration of the command; left out in tests of a handler */
  constructor(
    values: Readonly<Record<string, OptionValue | undefined>>,
    declaration?: Declaration,
  ) {
    const given = Object.entries(values).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const],
    );
    this.#values = new Map(given);
    this.#declared = declaration?.keys;
    this.configFlags = declaration?.configFlags ?? [];
    this.words = declaration?.words ?? [];
  }

  /** The same call for what another command reads: what this one does not declare was not given. */
  forOther(): ParsedOptions {
    const { configFlags, words } = this;
    return new ParsedOptions(Object.fromEntries(this.#values), { configFlags, words });
  }

  text(key: string): string | undefined {
    const value = this.#get(key);
    assertInvariant(value === undefined || typeof value === 'string', `option ${key} is text`);
    return value;
  }

  number(key: string): number | undefined {
    const value = this.#get(key);
    assertInvariant(value === undefined || typeof value === 'number', `option ${key} is a number`);
    return value;
  }

  /** A flag that was not given is false. */
  flag(key: string): boolean {
    const value = this.#get(key);
    assertInvariant(value === undefined || typeof value === 'boolean', `option ${key} is a flag`);
    return value ?? false;
  }

  /** A list that was not given is empty. */
  list(key: string): readonly string[] {
    const value = this.#get(key);
    assertInvariant(value === undefined || typeof value === 'object', `option ${key} is a list`);
    return value ?? [];
  }

  #get(key: string): OptionValue | undefined {
    assertInvariant(this.#declared?.has(key) ?? true, `option ${key} is declared`);
    return this.#values.get(key);
  }
}
