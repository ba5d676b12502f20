import { hearViews, type HeardViews } from '../../adapters/control-socket/hear-views.js';
import { backoffMs } from '../../adapters/live-feed/backoff.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { EngineHolder, EngineProcess } from '../../engine/ports/engine-client.js';
import { readEnginePush, type EnginePush } from '../../view/board/engine-push.js';
import { faultWords } from './fault-words.js';
import type { Down } from './poll.js';

/** The lock is a small file, and its holder a look at /proc. */
const HOLDER_EVERY_MS = 500;
/** It answers a ping each second, whatever it is asked to push how often. */
const SILENT_MS = 3_000;
const BACKOFF_MS_MAX = 10_000;
const OTHER_VERSION = 'the engine that runs is of another version than this cdb';

/** unknown: nobody has looked yet. absent: no live process holds the state directory. */
export type EngineState = 'unknown' | 'absent' | 'silent' | 'up';

interface EngineListener {
  pushed(push: EnginePush): void;
  /** Its state, its latency or what is wrong with it is another one. */
  changed(): void;
}

/** Finds the engine of a state directory, listens to it, and goes on looking when it is gone. */
export class EngineLink {
  readonly #process: Pick<EngineProcess, 'holder'>;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #listener: EngineListener;
  readonly #ended = new AbortController();
  #wake = new AbortController();
  #heard: HeardViews | null = null;
  #heardPid: number | null = null;
  #failures = 0;
  #retryAtMs = 0;
  #lastProcess: string | null = null;
  state: EngineState = 'unknown';
  sinceMs: number | null = null;
  latencyMs: number | null = null;
  down: Down = null;
  restarts = 0;

  constructor(
    process: Pick<EngineProcess, 'holder'>,
    clock: Clock,
    { intervalMs, ...listener }: EngineListener & { readonly intervalMs: number },
  ) {
    this.#process = process;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#listener = listener;
  }

  start(): void {
    void this.#run();
  }

  refresh(): void {
    this.#retryAtMs = 0;
    this.#wake.abort();
  }

  end(): void {
    this.#ended.abort();
    this.#wake.abort();
    this.#heard?.close();
  }

  async #run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      this.#wake = new AbortController();
      this.#look();
      await this.#clock.sleep(HOLDER_EVERY_MS, this.#wake.signal);
    }
  }

  #look(): void {
    const holder = this.#holder();
    if (holder === undefined) return;
    if (holder === null) {
      this.#heard?.close();
      this.#becomes('absent', null);
      return;
    }
    this.#countRestart(holder);
    // A process that went without a word leaves its connection for a moment.
    if (this.#heard !== null && this.#heardPid !== holder.pid) this.#heard.close();
    if (this.#heard !== null || this.#clock.monotonicMs() < this.#retryAtMs) return;
    this.#listen(holder);
  }

  /** @returns undefined where nobody can tell */
  #holder(): EngineHolder | null | undefined {
    try {
      return this.#process.holder();
    } catch (fault) {
      this.#becomes('silent', faultWords(fault));
      return undefined;
    }
  }

  #countRestart({ pid, startedAtMs }: EngineHolder): void {
    const process = `${pid} ${startedAtMs}`;
    if (this.#lastProcess === process) return;
    if (this.#lastProcess !== null) this.restarts += 1;
    this.#lastProcess = process;
    this.#failures = 0;
    this.#retryAtMs = 0;
  }

  #listen({ socketPath, pid }: EngineHolder): void {
    this.#heardPid = pid;
    const limits = { intervalMs: this.#intervalMs, silentMs: SILENT_MS };
    const heard = hearViews(socketPath, limits, {
      frame: (text) => {
        if (this.#heard === heard && !this.#ended.signal.aborted) this.#take(text);
      },
      answered: (ms) => {
        this.latencyMs = ms;
      },
      closed: (why) => {
        if (this.#heard === heard) this.#heard = null;
        if (!this.#ended.signal.aborted) this.#lost(why);
      },
    });
    this.#heard = heard;
  }

  #take(text: string): void {
    const push = readEnginePush(text);
    if (push === null) {
      this.#becomes('silent', OTHER_VERSION);
      return;
    }
    this.#failures = 0;
    this.#becomes('up', null);
    this.#listener.pushed(push);
  }

  #lost(why: string): void {
    this.#failures += 1;
    this.latencyMs = null;
    this.#retryAtMs =
      this.#clock.monotonicMs() + backoffMs(this.#failures, Math.random(), BACKOFF_MS_MAX);
    const isGone = this.#holder() === null;
    this.#becomes(isGone ? 'absent' : 'silent', isGone ? null : reasonOf(why));
  }

  #becomes(state: EngineState, why: string | null): void {
    const isSame = this.state === state && (this.down?.why ?? null) === why;
    if (isSame) return;
    const nowMs = this.#clock.nowMs();
    if (this.state !== state) this.sinceMs = nowMs;
    this.state = state;
    this.down = why === null ? null : { sinceMs: this.down?.sinceMs ?? nowMs, why };
    this.#listener.changed();
  }
}

function reasonOf(why: string): string {
  return /ENOENT|ECONNREFUSED/.test(why)
    ? 'its control socket is not open (yet, or no more)'
    : faultWords(new Error(why));
}
