import type { CanaryTrigger } from './domain/canary-terms.js';
import type { Level } from './domain/control.js';
import type { EnginePhase, EngineStatus } from './ports/engine-status.js';
import type { Recovered } from './recovery.js';
import type { EndReason } from './runner.js';

/** What an engine does from its start to its end, by itself or as one of several processes. */
export interface EngineRun {
  readonly runId: string;
  /** An earlier start of the same run is gone on with. */
  readonly continued: boolean;
  readonly phase: EnginePhase;
  /**
   * Grows as long as every loop goes round, also while a store is away, and stands still when one
   * hangs.
   */
  readonly turns: number;
  /**
   * Until the feed ends or `stop`.
   * @param onRecovered called once the state is what it was before; null where every shard says so by itself
   * @param onDraining called once no further trade is taken
   */
  start(
    onRecovered: (recovered: Recovered | null) => void,
    onDraining?: (reason: EndReason) => void,
  ): Promise<EndReason>;
  /** Takes no further trade and drains. */
  stop(): void;
  /** Looks at the control register at once. */
  knock(): void;
  /** True once nothing is decided under anything but this epoch and level, or a later epoch. */
  obeys(epoch: number, level: Level): boolean;
  status(): EngineStatus;
  /** Somebody outside of the fold found a reason to stop or to hold the canary, if one runs. */
  tripCanary(trigger: CanaryTrigger, detail: string): void;
}
