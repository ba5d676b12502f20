import { existsSync } from 'node:fs';
import { openLocalEventLog } from '../../adapters/files/local-event-log.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { EventLog } from '../../engine/ports/event-log.js';
import type { OrderRow } from '../../view/board/board.js';
import { streamViews, type StreamView } from '../../view/streams-json.js';
import { streamsDirectory } from '../engine/places.js';
import { ordersOfLog } from './order-look.js';

export interface DiskStreams {
  readonly views: readonly StreamView[];
  readonly orders: readonly OrderRow[];
}

/**
 * The streams that the last run left, read only. Stays open while no engine runs, because opening
 * reads every segment once.
 */
export class DiskStreamLook {
  readonly #directory: string;
  #log: EventLog | null = null;

  constructor(state: StateDirectory) {
    this.#directory = streamsDirectory(state);
  }

  /** @throws DependencyError */
  async look(): Promise<DiskStreams> {
    if (!existsSync(this.#directory)) return { views: streamViews([]), orders: [] };
    this.#log ??= openLocalEventLog(this.#directory, { clock: systemClock(), readOnly: true });
    const views = streamViews(await this.#log.list());
    return { views, orders: await ordersOfLog(this.#log) };
  }

  /** An engine has them now. */
  async close(): Promise<void> {
    const log = this.#log;
    this.#log = null;
    await log?.close();
  }
}
