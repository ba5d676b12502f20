import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reachableProduct } from '../e2e/reachable-product.js';
import { IS_ROOT, NOBODY, until } from '../integration/embedded/embedded-fixture.js';
import { processesOf } from './leftovers.js';

export const PROJECT = join(import.meta.dirname, '../..');
export const CDB = join(PROJECT, 'bin/cdb.js');
/** No child of a test lives longer, whatever happens to the test. */
const CHILD_MS_MAX = 120_000;

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** As the user without rights; only root can start somebody else's process. */
  readonly asNobody?: boolean;
  readonly script?: string;
}

/** One `cdb` process (or another script of ours) with what it said so far. */
export class EngineProcess {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(cwd: string, args: readonly string[], options: StartOptions) {
    const { env, script = CDB } = options;
    const asNobody = IS_ROOT && options.asNobody === true;
    const product = asNobody ? reachableProduct() : { node: process.execPath, script };
    this.child = spawn(product.node, [product.script, ...args], {
      cwd,
      // Nothing of ours: no NODE_ENV, no terminal, no CDB_ variable of whoever runs the tests.
      env: {
        PATH: process.env['PATH'],
        HOME: cwd,
        TMPDIR: cwd,
        USER: 'tester',
        CDB_METRICS_PORT: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: CHILD_MS_MAX,
      killSignal: 'SIGKILL',
      ...(asNobody ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    this.child.stdout?.on('data', (part: Buffer) => (this.stdout += part.toString()));
    this.child.stderr?.on('data', (part: Buffer) => (this.stderr += part.toString()));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (status, signal) => {
        resolve({ status, signal });
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** All that it said, for messages of failed tests. */
  get words(): string {
    return `${this.stdout.slice(-3_000)}\n${this.stderr.slice(-3_000)}`;
  }

  /** Resolves once stdout has the text; fails when it ends before. */
  async says(text: string | RegExp, timeoutMs = 60_000): Promise<void> {
    const found = () =>
      typeof text === 'string' ? this.stdout.includes(text) : text.test(this.stdout);
    await until(`the engine says ${String(text)}`, () => found() || !this.isAlive, timeoutMs);
    if (!found()) throw new Error(`it ended without saying ${String(text)}:\n${this.words}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** A directory of one test, with the processes that were started in it. */
export class Workplace {
  readonly path: string;
  /** Of the engine; made by it. */
  readonly stateDir: string;
  readonly #processes: EngineProcess[] = [];

  /** `mode` 0711: the database's own user may pass through, as in an ordinary place. */
  constructor({ mode = 0o711, ofNobody = false } = {}) {
    this.path = mkdtempSync(join(tmpdir(), 'cdb-chaos-'));
    chmodSync(this.path, mode);
    if (ofNobody && IS_ROOT) chownSync(this.path, NOBODY, NOBODY);
    this.stateDir = join(this.path, 's');
  }

  /** `cdb <args> --state-dir …` */
  start(args: readonly string[], options: StartOptions = {}): EngineProcess {
    return this.spawn([...args, '--state-dir', this.stateDir], options);
  }

  spawn(args: readonly string[], options: StartOptions = {}): EngineProcess {
    const started = new EngineProcess(this.path, args, options);
    this.#processes.push(started);
    return started;
  }

  /** Runs `cdb` to its end. */
  async run(
    args: readonly string[],
    options: StartOptions = {},
  ): Promise<Ended & { readonly stdout: string; readonly stderr: string }> {
    const process = this.start(args, options);
    const ended = await process.ended;
    return { ...ended, stdout: process.stdout, stderr: process.stderr };
  }

  /** Resolves when nothing of what ran here runs any more; fails when something stays. */
  async quiet(): Promise<void> {
    const left = (): readonly string[] => processesOf(this.path);
    await until('every process ends', () => left().length === 0).catch((error: unknown) => {
      throw new Error(`still running: ${left().join('; ')}`, { cause: error });
    });
  }

  /** Ends what still runs and removes everything, data that were moved elsewhere too. */
  async end(): Promise<void> {
    for (const process of this.#processes) if (process.isAlive) process.kill('SIGKILL');
    await Promise.all(this.#processes.map(({ ended }) => ended));
    try {
      await this.quiet();
    } finally {
      const pointer = join(this.stateDir, 'pg.place');
      if (existsSync(pointer)) {
        rmSync(readFileSync(pointer, 'utf8').trim(), { recursive: true, force: true });
      }
      rmSync(this.path, { recursive: true, force: true });
    }
  }
}
