import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { wordsOf } from '../engine/domain/words-of.js';
import { assertInvariant } from '../engine/domain/invariant.js';
import { EXIT, OperatorError } from '../operator-error.js';
import { errnoOf } from '../operator-error/errno.js';
import type { CommandIo } from './command-io.js';
import { BASH_SCRIPT } from './completion/bash-script.js';
import { FISH_SCRIPT } from './completion/fish-script.js';
import { ZSH_SCRIPT } from './completion/zsh-script.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';
import type { Services } from './services.js';
import { plainText } from '../view/plain-text.js';

interface Shell {
  /** Has to be the first line where a shell wants that. */
  readonly head: string;
  readonly body: string;
  /** Where the shell looks for it. */
  readonly path: (base: Folders) => string;
  /** What the operator adds, if anything. */
  readonly next: (path: string) => string;
}

interface Folders {
  readonly home: string;
  readonly data: string;
  readonly config: string;
}

const SHELLS: ReadonlyMap<string, Shell> = new Map<string, Shell>([
  [
    'bash',
    {
      head: '',
      body: BASH_SCRIPT,
      path: ({ data }) => join(data, 'bash-completion', 'completions', 'cdb'),
      next: (path) =>
        `new shells load it by the package bash-completion; without it add to ~/.bashrc: source "${path}"`,
    },
  ],
  [
    'zsh',
    {
      head: '#compdef cdb\n',
      body: ZSH_SCRIPT,
      path: ({ home }) => join(home, '.zsh', 'completions', '_cdb'),
      next: (path) =>
        `add to ~/.zshrc, before any compinit: fpath=("${dirname(path)}" $fpath); autoload -Uz compinit; compinit`,
    },
  ],
  [
    'fish',
    {
      head: '',
      body: FISH_SCRIPT,
      path: ({ config }) => join(config, 'fish', 'completions', 'cdb.fish'),
      next: () => 'new shells load it by themselves',
    },
  ],
]);

const FILE_MODE = 0o644;

/** Prints the script, or puts it where the shell finds it. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  { replaceFile }: Pick<Services, 'replaceFile'>,
): Promise<number> {
  const name = options.text('shell') ?? '';
  const shell = SHELLS.get(name);
  assertInvariant(shell !== undefined, `the command table checks the shell, found ${name}`);
  const script = `${shell.head}${markOf(name)}\n${shell.body}`;
  if (!options.flag('install')) {
    printResult(io, { command: 'completion', data: { shell: name, script }, text: () => script });
    return EXIT.OK;
  }
  const path = shell.path(folders(io.env, name));
  const replaced = refuseForeign(path, name);
  try {
    mkdirSync(dirname(path), { recursive: true });
    await replaceFile(path, script, FILE_MODE);
  } catch (fault) {
    throw notInstalled(path, wordsOf(fault), name);
  }
  const next = shell.next(path);
  printResult(io, {
    command: 'completion',
    data: { shell: name, path, replaced, next },
    text: () => `${replaced ? 'replaced' : 'wrote'} ${plainText(path)}\n${plainText(next)}\n`,
  });
  return EXIT.OK;
}

/** Stands in every script: by it a file that may be replaced is told from somebody else's. */
function markOf(shell: string): string {
  return `# Completion of cdb for ${shell}, written by "cdb completion ${shell}". Names come from cdb itself.`;
}

/** @returns whether an earlier script of cdb is there */
function refuseForeign(path: string, shell: string): boolean {
  try {
    if (readFileSync(path, 'utf8').includes(markOf(shell))) return true;
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return false;
    throw notInstalled(path, wordsOf(fault), shell);
  }
  throw notInstalled(path, 'there is a file that cdb did not write', shell);
}

function notInstalled(path: string, why: string, shell: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0006',
    what: `Cannot install completion as "${plainText(path)}"`,
    why,
    todo: `move it away, or load the script yourself: cdb completion ${shell}`,
    exit: EXIT.CONFLICT,
  });
}

/** Relative XDG paths do not count, says their specification. */
function folders(env: CommandIo['env'], shell: string): Folders {
  const home = env['HOME'] ?? '';
  if (!isAbsolute(home)) {
    throw notInstalled('~', 'HOME names no directory', shell);
  }
  const [data, config] = [env['XDG_DATA_HOME'] ?? '', env['XDG_CONFIG_HOME'] ?? ''];
  return {
    home,
    data: isAbsolute(data) ? data : join(home, '.local', 'share'),
    config: isAbsolute(config) ? config : join(home, '.config'),
  };
}
