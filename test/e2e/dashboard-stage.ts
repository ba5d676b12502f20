import { type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { restingFeed } from './board-place.js';
import { CDB } from './run-cdb.js';
import { Terminal } from './terminal.js';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

interface EngineFlags {
  readonly feed?: string;
  readonly speed?: string;
  readonly more?: readonly string[];
}

interface ShellOptions {
  readonly size?: Size;
  /** Of the command line, in front of it. */
  readonly before?: string;
  readonly stateDir?: string;
}

export const TRADES = 4_000;
export const LARGE: Size = { columns: 120, rows: 40 };

/** A directory, engines in it, and dashboards in real terminals that look at them. */
export class DashboardStage {
  readonly place = new Workplace();
  readonly #env: Readonly<Record<string, string>>;
  readonly #terminals: Terminal[] = [];

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.#env = env;
  }

  startEngine({
    feed = restingFeed(this.place.path, TRADES),
    speed = '2000',
    more = [],
  }: EngineFlags = {}): EngineProcess {
    const args = ['run', '--paper', '--feed', feed, '--speed', speed, '--metrics-port', '0'];
    return this.place.start([...args, ...more], { env: this.#env });
  }

  /** An engine that has folded all it will get, with a dashboard-worth of rows behind it. */
  async restingEngine(): Promise<EngineProcess> {
    const engine = this.startEngine();
    await engine.says('OK running');
    let before = '';
    await this.#untilSame(async () => {
      const { effects } = await this.json<{ effects: readonly Effect[] }>('status');
      const fed = effects.find(({ name }) => name === 'feed->trades');
      const now = JSON.stringify(effects.map(({ cause, effect }) => [cause.value, effect.value]));
      const isSame = now === before && fed?.effect.value === TRADES;
      before = now;
      return isSame;
    });
    return engine;
  }

  async json<Data>(...args: readonly string[]): Promise<Data> {
    const { stdout, stderr } = await this.place.run([...args, '--json'], { env: this.#env });
    try {
      return (JSON.parse(stdout) as { data: Data }).data;
    } catch (cause) {
      throw new Error(`cdb ${args.join(' ')}: ${stdout}${stderr}`, { cause });
    }
  }

  /** `cdb dashboard` by itself in a terminal. */
  async open(args: readonly string[] = [], size: Size = LARGE): Promise<Terminal> {
    return this.#keep(await Terminal.open(this.argv(args), this.#where(size)));
  }

  /** A shell with words on its screen, and the dashboard in it. */
  async openInShell(
    args: readonly string[] = [],
    { size = LARGE, before = '', stateDir = this.place.stateDir }: ShellOptions = {},
  ): Promise<Terminal> {
    const shell = ['bash', '--norc', '--noprofile'];
    const terminal = this.#keep(await Terminal.open(shell, this.#where(size, { PS1: '$ ' })));
    const command = `${before} ${this.argv(args, stateDir).join(' ')}`;
    await terminal.type(`echo words of before; ${command}; echo status $?\n`);
    return terminal;
  }

  argv(args: readonly string[], stateDir = this.place.stateDir): readonly string[] {
    return [process.execPath, CDB, 'dashboard', ...args, '--state-dir', stateDir];
  }

  async closeTerminals(): Promise<void> {
    for (const terminal of this.#terminals.splice(0)) await terminal.close();
  }

  async end(): Promise<void> {
    await this.closeTerminals();
    await this.place.end();
  }

  #keep(terminal: Terminal): Terminal {
    this.#terminals.push(terminal);
    return terminal;
  }

  #where(size: Size, env: Readonly<Record<string, string>> = {}) {
    return { ...size, cwd: this.place.path, env: { ...this.#env, ...env } };
  }

  async #untilSame(isSame: () => Promise<boolean>): Promise<void> {
    for (let looks = 0; looks < 60; looks += 1) if (await isSame()) return;
    throw new Error('the engine does not come to rest');
  }
}

interface Effect {
  readonly name: string;
  readonly cause: { readonly value: number };
  readonly effect: { readonly value: number };
}
