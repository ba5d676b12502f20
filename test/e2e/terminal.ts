import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `CI` with a value that says no: some programs take an empty one for yes. */
const ENVIRONMENT = { LC_ALL: 'C.UTF-8', TERM: 'xterm-256color', CI: 'false' };
const SETTINGS = [
  'set -g default-terminal xterm-256color',
  'set -g status off',
  'set -g remain-on-exit on',
  'set -g remain-on-exit-format ""',
  'set -s escape-time 0',
  'set -g history-limit 5000',
];
const TMUX_MS_MAX = 20_000;
const POLL_MS = 40;

/** A command in a real terminal of its own, with a person in front of it who reads and types. */
export class Terminal {
  readonly #directory: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(directory: string, environment: NodeJS.ProcessEnv) {
    this.#directory = directory;
    this.#environment = environment;
  }

  static async open(
    [program = '', ...args]: readonly string[],
    { columns, rows, cwd, env }: TerminalOptions,
  ): Promise<Terminal> {
    // Short: the socket's whole path has about a hundred characters.
    const directory = mkdtempSync(join(tmpdir(), 'cdb-tty-'));
    writeFileSync(join(directory, 'tmux.conf'), `${SETTINGS.join('\n')}\n`);
    const { PATH } = process.env;
    const own = { PATH, HOME: cwd, TMPDIR: cwd, ...ENVIRONMENT, ...env };
    const terminal = new Terminal(directory, { ...own, TMUX_TMPDIR: directory });
    const size = ['-x', String(columns), '-y', String(rows)];
    const unset = [
      'env',
      '-u',
      'TMUX',
      '-u',
      'TMUX_PANE',
      '-u',
      'TMUX_TMPDIR',
      'TERM=xterm-256color',
    ];
    // In one call, so that no byte is written before somebody listens.
    await terminal.#tmux([
      ...['new-session', '-d', '-s', 'main', '-c', cwd, ...size],
      ...['--', ...unset, program, ...args, ';'],
      ...['pipe-pane', '-t', 'main', '-O', `exec cat > '${terminal.#bytesFile}'`],
    ]);
    return terminal;
  }

  /** Rows as they are seen, without blanks at their ends. */
  async screen(): Promise<readonly string[]> {
    return rowsOf(await this.#tmux(['capture-pane', '-p', '-t', 'main']));
  }

  /** As `screen`, with the colours as sequences. */
  async styledScreen(): Promise<readonly string[]> {
    return rowsOf(await this.#tmux(['capture-pane', '-p', '-e', '-t', 'main']));
  }

  async text(): Promise<string> {
    return (await this.screen()).join('\n');
  }

  /** By tmux' names: `K`, `Up`, `C-c`, `Enter`, `Escape`, `Space`. */
  async keys(...names: readonly string[]): Promise<void> {
    await this.#tmux(['send-keys', '-t', 'main', '--', ...names]);
  }

  /** The characters as they stand. */
  async type(text: string): Promise<void> {
    await this.#tmux(['send-keys', '-t', 'main', '-l', '--', text]);
  }

  async paste(text: string): Promise<void> {
    await this.#tmux(['set-buffer', '--', text, ';', 'paste-buffer', '-p', '-r', '-t', 'main']);
  }

  async resize(columns: number, rows: number): Promise<void> {
    const size = ['-x', String(columns), '-y', String(rows)];
    await this.#tmux(['resize-window', '-t', 'main', ...size]);
  }

  /** What tmux calls `pane_pid`, `alternate_on`, `cursor_flag`, `wrap_flag`, `history_size`. */
  async fact(name: string): Promise<string> {
    return (await this.#tmux(['display-message', '-p', '-t', 'main', `#{${name}}`])).trim();
  }

  /** Of the command that the terminal was opened with; null while it runs. */
  async exitStatus(): Promise<number | null> {
    const [isDead, status = ''] = (await this.fact('pane_dead} #{pane_dead_status')).split(' ');
    if (isDead !== '1') return null;
    if (status !== '') return Number(status);
    // tmux may miss the end of a command that was stopped shortly before; that of another tells it.
    await this.#tmux(['run-shell', 'true']);
    return null;
  }

  /** Every byte that was written to the terminal so far. */
  bytes(): string {
    return existsSync(this.#bytesFile) ? readFileSync(this.#bytesFile, 'latin1') : '';
  }

  /** Looks again and again. Fails with what is on the screen. */
  async until(
    what: string,
    condition: () => boolean | Promise<boolean>,
    ms = TMUX_MS_MAX,
  ): Promise<void> {
    const untilMs = performance.now() + ms;
    while (!(await condition())) {
      if (performance.now() > untilMs) {
        throw new Error(`not within ${ms} ms: ${what}. The screen:\n${await this.text()}`);
      }
      await pause(POLL_MS);
    }
  }

  /** Until the text is on the screen. */
  async shows(text: string | RegExp, ms?: number): Promise<void> {
    const isThere = async () => {
      const all = await this.text();
      return typeof text === 'string' ? all.includes(text) : text.test(all);
    };
    await this.until(`the screen shows ${String(text)}`, isThere, ms);
  }

  /** Takes the terminal away from the command, as a window that is closed does. */
  async close(): Promise<void> {
    await this.#tmux(['kill-server']).catch(() => undefined);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #bytesFile(): string {
    return join(this.#directory, 'bytes');
  }

  #tmux(args: readonly string[]): Promise<string> {
    const own = ['-u', '-L', 'cdb', '-f', join(this.#directory, 'tmux.conf')];
    const options = { env: this.#environment, timeout: TMUX_MS_MAX };
    return new Promise((resolve, reject) => {
      execFile('tmux', [...own, ...args], options, (fault, stdout, stderr) => {
        if (fault === null) resolve(stdout);
        else reject(new Error(`tmux ${args[0] ?? ''}: ${stderr || fault.message}`));
      });
    });
  }
}

function rowsOf(captured: string): readonly string[] {
  return captured.replace(/\n$/, '').split('\n');
}
