import type { Snapshot, SnapshotStore } from '../../../src/engine/ports/snapshot-store.js';
import { Power } from './power.js';

/** Snapshots in memory, oldest first. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #disk: Snapshot[];
  readonly #power: Power;

  constructor(disk: Snapshot[] = [], power: Power = new Power()) {
    this.#disk = disk;
    this.#power = power;
  }

  async save(snapshot: Snapshot): Promise<void> {
    await this.#power.point();
    this.#disk.push(snapshot);
    await this.#power.point();
  }

  async load(
    runId: string,
  ): Promise<{ readonly snapshots: readonly Snapshot[]; readonly damaged: number }> {
    await this.#power.point();
    const snapshots = this.#disk.filter((one) => one.runId === runId).reverse();
    return { snapshots, damaged: 0 };
  }
}
