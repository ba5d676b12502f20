import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostMs } from '../../../src/adapters/system-clock.js';
import { CDB } from './places.js';

const SIZE = { columns: 120, rows: 40 };
const FRAME_END = '\u001b[?2026l';
const SEQUENCES = /\u001b\[[0-9;?]*[a-zA-Z]/g;
const READY = 'terminal is ready';
const FRAME_MS_MAX = 30_000;
const KEPT_CHARS_MAX = 4096;

/** Rows that changed, as text without colours, in their order. */
export interface Frame {
  readonly text: string;
  /** When its last byte came out of the terminal, on the clock of the host. */
  readonly atMs: number;
}

/**
 * `cdb dashboard` in a terminal of 120x40 that `script` (util-linux) holds: what is typed goes through
 * its stdin and what is drawn comes out of its stdout, one pipe further each than a terminal emulator.
 */
export class PtyDashboard {
  /** When node took the place of the shell that had waited for it. */
  startedMs = 0;
  pid = 0;
  frames = 0;
  bytes = 0;
  /** The first row as it was drawn last. */
  banner = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #half = '';
  #isReady = false;
  #listener: (frame: Frame) => void = () => undefined;

  private constructor(stateDir: string, words: readonly string[]) {
    const command = [process.execPath, CDB, 'dashboard', '--state-dir', stateDir, ...words];
    const { columns, rows } = SIZE;
    const size = `stty rows ${rows} cols ${columns} -echo`;
    const quoted = command.map((word) => `'${word}'`).join(' ');
    const line = `${size}; echo '${READY}'; read -r go; exec ${quoted}`;
    const { PATH, HOME } = process.env;
    this.#child = spawn('script', ['-qfec', line, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH, HOME, SHELL: '/bin/sh', TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
    });
    this.#ended = once(this.#child, 'exit');
    const end = () => this.#child.kill('SIGTERM');
    process.once('exit', end);
    this.#child.once('exit', () => process.off('exit', end));
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#take(text);
    });
  }

  /** @returns when a shell in the terminal waits to become the dashboard */
  static async open(stateDir: string, words: readonly string[] = []): Promise<PtyDashboard> {
    const dashboard = new PtyDashboard(stateDir, words);
    await dashboard.#ready();
    return dashboard;
  }

  /** @returns the first frame with a banner */
  async start(): Promise<Frame> {
    const first = this.frame('a banner', ({ text }) => text.includes('cdb '));
    this.startedMs = hostMs();
    this.type('\n');
    return first;
  }

  /** @returns when it was given to the terminal, on the clock of the host */
  type(text: string): number {
    const atMs = hostMs();
    this.#child.stdin?.write(text);
    return atMs;
  }

  /** @returns the next frame that is what is waited for. One wait at a time. */
  frame(what: string, isIt: (frame: Frame) => boolean): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`the dashboard did not draw ${what}; its banner: ${this.banner}`));
      }, FRAME_MS_MAX);
      this.#listener = (frame) => {
        if (!isIt(frame)) return;
        clearTimeout(timer);
        this.#listener = () => undefined;
        resolve(frame);
      };
    });
  }

  /** Until the banner says so; it may do that already. */
  async says(word: string): Promise<void> {
    if (!this.banner.includes(word)) await this.frame(word, () => this.banner.includes(word));
  }

  async close(): Promise<void> {
    this.type('q');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), FRAME_MS_MAX);
    await this.#ended;
    clearTimeout(timer);
  }

  async #ready(): Promise<void> {
    const untilMs = hostMs() + FRAME_MS_MAX;
    while (!this.#isReady) {
      if (hostMs() > untilMs) throw new Error('script (util-linux) opened no terminal');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // It stays the same when the shell becomes node.
    const of = String(this.#child.pid);
    this.pid = Number(readFileSync(`/proc/${of}/task/${of}/children`, 'utf8').trim());
  }

  #take(text: string): void {
    const atMs = hostMs();
    this.bytes += text.length;
    const parts = (this.#half + text).split(FRAME_END);
    this.#half = parts.pop() ?? '';
    this.#isReady ||= this.#half.slice(0, KEPT_CHARS_MAX).includes(READY);
    for (const part of parts) {
      this.frames += 1;
      const rows = part.split('\u001b[1;1H')[1];
      const banner = rows?.split(/\u001b\[\d+;1H/)[0];
      if (banner !== undefined) this.banner = banner.replace(SEQUENCES, '');
      this.#listener({ text: part.replace(SEQUENCES, ''), atMs });
    }
  }
}
