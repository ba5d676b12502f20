import { execFileSync, spawnSync } from 'node:child_process';

/** A shell that says what it would offer at the end of `line`. */
export interface CompletingShell {
  readonly name: string;
  /** @returns the candidates as they would be inserted, `FILES` or `DIRECTORIES` where those are due */
  complete(line: string, options: ShellOptions): readonly string[];
}

export interface ShellOptions {
  readonly cwd: string;
  /** Has `cdb` on it. */
  readonly path: string;
  readonly script: string;
}

export function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

function run(shell: string, args: readonly string[], { cwd, path }: ShellOptions) {
  const env = { PATH: path, HOME: cwd, TMPDIR: cwd, LC_ALL: 'C.UTF-8' };
  const out = execFileSync(shell, args, { cwd, env, encoding: 'utf8' });
  return out.split('\n').filter((line) => line !== '');
}

/** As readline does: blanks, and runs of "=" and ":", end a word outside quotes. */
export function bashWords(line: string): readonly string[] {
  const words = line.match(/(?:"[^"]*"?|'[^']*'?|\\.|[^\s=:"'\\])+|[=:]+/g) ?? [];
  return /\s$/.test(line) ? [...words, ''] : words;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export const BASH: CompletingShell = {
  name: 'bash',
  complete: (line, options) => {
    const words = bashWords(line);
    const program = `
      source ${quoted(options.script)}
      COMP_LINE=${quoted(line)} COMP_POINT=${line.length} COMP_CWORD=${words.length - 1}
      COMP_WORDS=(${words.map(quoted).join(' ')})
      COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
      compgen() { if [[ $1 == -f ]]; then echo FILES; else echo DIRECTORIES; fi; }
      _cdb cdb
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '--noprofile', '-c', program], options);
  },
};

export const ZSH: CompletingShell = {
  name: 'zsh',
  complete: (line, options) => {
    const words = line.split(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/);
    const program = `
      compdef() { : }
      compset() { : }
      compadd() { print -rl -- $names }
      _files() { [[ $1 == -/ ]] && print DIRECTORIES || print FILES }
      source ${quoted(options.script)}
      words=(${words.map(quoted).join(' ')})
      CURRENT=${words.length} PREFIX=${quoted(words.at(-1) ?? '')}
      _cdb`;
    return run('zsh', ['-f', '-c', program], options);
  },
};

export const FISH: CompletingShell = {
  name: 'fish',
  complete: (line, options) => {
    const program = `
      source ${quoted(options.script)}
      function __fish_complete_path; echo FILES; end
      function __fish_complete_directories; echo DIRECTORIES; end
      complete -C ${quoted(line)}`;
    const lines = run('fish', ['--no-config', '-c', program], options);
    return lines.map((one) => one.split('\t')[0] ?? '');
  },
};
