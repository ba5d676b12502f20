import type { ReadValue } from '../config/values.js';
import type { CommandModule } from './command-io.js';
import type { OptionValue } from './parsed-options.js';

/** One flag. Help, parsing, `--set`-like lists and config overrides all derive from it. */
export interface OptionSpec {
  /** Commander's form: `-n, --count <n>`, `--watch [time]`. Without either it is a flag. */
  readonly flags: string;
  readonly summary: string;
  /** The name handlers ask for; needed where it says a unit (`durationMs` for `--duration`). */
  readonly key?: string;
  readonly read?: (text: string) => ReadValue<OptionValue>;
  /** For `[…]`: the text that stands for a flag given without a value. */
  readonly preset?: string;
  /** May be given several times; handlers get a list. */
  readonly repeat?: true;
  /**
   * The configuration key that this flag overrides; for a repeated `key=value` flag the section
   * that the keys are in.
   */
  readonly configKey?: string;
  /** For a flag without a value: what it sets `configKey` to. */
  readonly configValue?: string;
}

interface ArgumentSpec {
  /** Commander's form: `<file>`, `[name]`, `[text...]`. */
  readonly form: string;
  readonly summary: string;
}

type CommandGroup = 'Run' | 'Observe' | 'Stop trading' | 'Evaluate offline' | 'Set up';

/** One command as data. The handler's module loads only when the command is called. */
export interface CommandSpec {
  /** `run`, or noun and verb: `config show`. */
  readonly name: string;
  readonly group: CommandGroup;
  readonly summary: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Nothing else on the line may keep it from running: what is not understood is passed on. */
  readonly unstoppable?: true;
  readonly load: () => Promise<CommandModule>;
}

/** `-n, --count <n>` is `count`, `--state-dir <dir>` is `stateDir`. */
export function optionKey({ flags, key }: OptionSpec): string {
  return key ?? camelCase(/--([a-z-]+)/.exec(flags)?.[1] ?? flags);
}

export function argumentKey({ form }: ArgumentSpec): string {
  return camelCase(form.replace(/[^a-z-]/g, ''));
}

function camelCase(kebab: string): string {
  return kebab.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
