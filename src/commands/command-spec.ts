import type { CommandModule } from './command-io.js';
import type { OptionReader } from './parsed-options.js';

/** What stands where a name or a file is due; completion looks it up when it is asked for. */
export type ValueSource =
  | 'file'
  | 'directory'
  | 'feed'
  | 'stream'
  | 'code'
  | 'symbol'
  | 'symbols'
  | 'strategy'
  | 'stop reason'
  | 'stop level'
  | 'stop scope'
  | 'gate scope'
  | 'config key'
  | 'config value'
  | 'threshold'
  | 'table'
  | 'tables'
  | 'topic';

/** One flag. Help, parsing, `--set`-like lists and config overrides all derive from it. */
export interface OptionSpec {
  /** Commander's form: `-n, --count <n>`, `--watch [time]`. Without either it is a flag. */
  readonly flags: string;
  readonly summary: string;
  /** The name handlers ask for; needed where it says a unit (`durationMs` for `--duration`). */
  readonly key?: string;
  readonly read?: OptionReader;
  /** Where its values come from, if they are neither free text nor the choices of `read`. */
  readonly values?: ValueSource;
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
  /** The variable that does the same, for a flag that overrides no configuration key. */
  readonly env?: string;
}

export interface ArgumentSpec {
  /** Commander's form: `<file>`, `[name]`, `[text...]`. */
  readonly form: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly values?: ValueSource;
}

type CommandGroup =
  'Run' | 'Observe' | 'Audit' | 'Stop trading' | 'Modes' | 'Evaluate offline' | 'Set up';

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
  /** The names of its envelopes where they are not its own with dots (`config.show`). */
  readonly envelopes?: readonly string[];
  /** For programs, not people: help does not list it, and nothing on its line is an option. */
  readonly hidden?: true;
  readonly load: () => Promise<CommandModule>;
}

/** One section of the help: its name is said once for all that stands in it. */
export function inGroup(
  group: CommandGroup,
  specs: readonly Omit<CommandSpec, 'group'>[],
): readonly CommandSpec[] {
  return specs.map((spec) => ({ ...spec, group }));
}

/** All of the command line. Commands that speak about it get it, since it loads them. */
export interface CommandTable {
  readonly commands: readonly CommandSpec[];
  /** Accepted before and after every command. */
  readonly globalOptions: readonly OptionSpec[];
}

/** `-n, --count <n>` is `count`, `--state-dir <dir>` is `stateDir`. */
export function optionKey({ flags, key }: OptionSpec): string {
  return key ?? camelCase(/--([a-z-]+)/.exec(flags)?.[1] ?? flags);
}

/** `-n, --count <n>` is `-n` and `--count`. */
export function optionNames({ flags }: OptionSpec): readonly string[] {
  return flags.match(/(?<![\w-])--?[a-z][a-z-]*/g) ?? [];
}

/** `-n, --count <n>` takes `n`, a flag that stands alone takes nothing. */
export function optionValue({ flags }: OptionSpec): string | null {
  return /<(.+)>/.exec(flags)?.[1] ?? null;
}

export function argumentKey({ form }: ArgumentSpec): string {
  return camelCase(form.replace(/[^a-z-]/g, ''));
}

/**
 * Those that a person may call.
 * @param name a command (`config show`), a noun (`config`), or empty for all
 */
export function commandsBelow({ commands }: CommandTable, name: string): readonly CommandSpec[] {
  return commands.filter(
    (spec) => spec.hidden !== true && (name === '' || `${spec.name} `.startsWith(`${name} `)),
  );
}

/** The names in `schema` (`cdb.config.show/1`) of what the command prints with --json. */
export function envelopeNames({
  name,
  envelopes,
}: Pick<CommandSpec, 'name' | 'envelopes'>): readonly string[] {
  return envelopes ?? [name.replaceAll(' ', '.')];
}

function camelCase(kebab: string): string {
  return kebab.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
