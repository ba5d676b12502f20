import { CommanderError } from 'commander';
import { optionNames, optionValue } from '../../../src/commands/command-spec.js';
import { COMMANDS, GLOBAL_OPTIONS } from '../../../src/commands/command-table.js';
import { buildProgram } from '../../../src/main/program.js';
import type { Mention } from './extract.js';

const NAMES = COMMANDS.map(({ name }) => name);

/** Words that may follow "cdb" where cdb is the subject of a sentence, not a command. */
const PROSE =
  /^(?:again|as|but|can|did|does|for|goes|has|is|itself|knows|needs|of|or|sends|starts|that|there|uses|was|with|writes|wrote)$/;

/** A flag whose name is known only at run time. */
const FILLED_IN = '--X';

/** What PostgreSQL shows as the names of sessions. */
const SESSION_NAMES: readonly string[] = ['cdb engine', 'cdb migrate', 'cdb read'];

/** @returns why the mention would not work as it is printed, or nothing */
export function complaint({ text, kind }: Mention): string | undefined {
  if (kind !== 'prose') {
    const all = alternatives(shellWords(text).slice(1));
    return all.map((words) => parseComplaint(words, kind === 'inline')).find(Boolean);
  }
  if (SESSION_NAMES.includes(text)) return undefined;
  const found = [...text.matchAll(/\bcdb ((?:--?)?[a-zA-Z].*)/g)];
  return found.map(([, rest = '']) => proseComplaint(rest)).find((one) => one !== undefined);
}

/** The line is parsed as `cdb` parses it; a stop is not forgiven its wrong flags here. */
function parseComplaint(words: readonly string[], mayBeName: boolean): string | undefined {
  const name = words.join(' ');
  if (mayBeName && NAMES.some((known) => `${known} `.startsWith(`${name} `))) return undefined;
  const ignore = () => undefined;
  const program = buildProgram('0', COMMANDS, { onCall: ignore, onHelp: ignore, onText: ignore });
  try {
    program.parse(words, { from: 'user' });
  } catch (fault) {
    if (!(fault instanceof CommanderError)) throw fault;
    if (fault.exitCode !== 0) return `cdb ${name}: ${fault.message}`;
  }
  return undefined;
}

/** In a sentence only the command and the flags right after it can be told from the rest. */
function proseComplaint(rest: string): string | undefined {
  const words = rest.split(/[\s,;:)"]+/);
  const [first = ''] = words;
  const command = COMMANDS.filter(({ name }) => `${words.join(' ')} `.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)
    .at(0);
  const isNoun = NAMES.some((name) => name.startsWith(`${first} `));
  const isFlag = GLOBAL_OPTIONS.some((option) => optionNames(option).includes(first));
  if (command === undefined) {
    const known = isNoun || isFlag || first === '--help' || PROSE.test(first);
    return known ? undefined : `cdb ${rest}: there is no command "${first}"`;
  }
  const options = [...(command.options ?? []), ...GLOBAL_OPTIONS];
  let takesNext = (command.arguments ?? []).length;
  for (const word of words.slice(command.name.split(' ').length)) {
    if (word.startsWith('-')) {
      const option = options.find((one) => optionNames(one).includes(word.split('=')[0] ?? ''));
      if (option === undefined && word !== '--help' && word !== FILLED_IN)
        return `cdb ${rest}: no flag ${word}`;
      takesNext = option !== undefined && optionValue(option) !== null ? 1 : 0;
    } else {
      takesNext -= 1;
      if (takesNext < 0) return undefined;
    }
  }
  return undefined;
}

/** `--shadow|--paper` stands for two lines. */
function alternatives(words: readonly string[]): readonly (readonly string[])[] {
  return words.reduce<readonly (readonly string[])[]>(
    (lines, word) => word.split('|').flatMap((one) => lines.map((line) => [...line, one])),
    [[]],
  );
}

/** Quotes group; nothing is expanded. */
function shellWords(text: string): readonly string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/["']/g, ''));
}
