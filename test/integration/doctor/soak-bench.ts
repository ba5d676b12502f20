import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateDirectory } from '../../../src/adapters/files/state-directory.js';
import { SoakRecorder, type SoakEnd } from '../../../src/doctor/soak/soak-recorder.js';
import type { SoakFolder, SoakLook, SoakRun } from '../../../src/doctor/soak/soak-ports.js';
import type { Clock } from '../../../src/engine/ports/clock.js';
import { soakFiles } from '../../../src/main/soak/soak-files.js';
import { member } from '../../unit/doctor/soak/members.js';

export const HOUR_MS = 3_600_000;
/** In the afternoon, so that midnight is in every run. */
export const START_MS = Date.parse('2026-03-24T13:00:00Z');
export const NAMES = ['postgres', 'redis', 'market', 'candles', 'regime', 'allocation', 'risk']
  .concat(['execution', 'db_writer', 'paper_runner', 'ws', 'signal'])
  .map((name) => `cdb_${name}`);

/** Sleeping takes no time: the clock jumps to when it would have ended. */
export class JumpingClock implements Clock {
  #nowMs: number;
  readonly #untilMs: number;
  readonly #over: () => void;

  constructor(nowMs: number, untilMs: number, over: () => void) {
    this.#nowMs = nowMs;
    this.#untilMs = untilMs;
    this.#over = over;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
    if (this.#nowMs >= this.#untilMs) this.#over();
    return Promise.resolve();
  }
}

interface Recording {
  readonly fromMs?: number;
  /** Like a kill -9: it just stops there. */
  readonly untilMs?: number;
  readonly look?: (nowMs: number) => SoakLook | Error;
  readonly waiting?: (nowMs: number) => number | null;
}

/** Everybody up since long before the run. */
export function settled(nowMs: number): SoakLook {
  const upMs = nowMs - START_MS + 22 * HOUR_MS;
  return {
    members: NAMES.map((name) => member(name, upMs)),
    disks: [{ path: '/state', usedFraction: 0.4 }],
  };
}

/** A state directory and the recorder on it, over real files. */
export class SoakBench {
  readonly root = mkdtempSync(join(tmpdir(), 'cdb-soak-'));
  readonly files = soakFiles(stateDirectory(this.root));

  begin(change: Partial<SoakRun> = {}): SoakFolder {
    mkdirSync(this.root, { recursive: true });
    const run = { intent: 'lr040', startedAtMs: START_MS, hours: 72, members: NAMES } as const;
    return this.files.begin({ ...run, ...change });
  }

  /** On whatever is active, as the next process does it. */
  async record(recording: Recording = {}): Promise<SoakEnd> {
    const { fromMs = START_MS, untilMs = Infinity, look = settled } = recording;
    const folder = this.files.active();
    if (folder === null) throw new Error('nothing is active');
    const stop = new AbortController();
    const clock = new JumpingClock(fromMs, untilMs, () => {
      stop.abort();
    });
    const recorder = new SoakRecorder({
      folder,
      clock,
      source: {
        look: () => {
          const seen = look(clock.nowMs());
          return seen instanceof Error ? Promise.reject(seen) : Promise.resolve(seen);
        },
        rows: () => Promise.resolve({ orders: 10_504, trades: 9_800, signals: 14_842 }),
        close: () => Promise.resolve(),
        waiting: () => Promise.resolve(recording.waiting?.(clock.nowMs()) ?? 0),
      },
      onLine: () => undefined,
    });
    return recorder.run(stop.signal);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
