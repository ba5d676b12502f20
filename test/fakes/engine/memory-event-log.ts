import {
  compareLogIds,
  type EventLog,
  type LogEntry,
  type LogId,
  type StreamInfo,
  type Trim,
} from '../../../src/engine/ports/event-log.js';
import { Power } from './power.js';

interface Stream {
  entries: LogEntry[];
  lastId: LogId;
  entriesAdded: number;
}

/** What stays when the process dies: the bytes that the operating system had. */
export type EventLogDisk = Map<string, Stream>;

/** Streams in memory. Two logs on the same disk are two processes, one after the other. */
export class MemoryEventLog implements EventLog {
  readonly #disk: EventLogDisk;
  readonly #power: Power;

  constructor(disk: EventLogDisk = new Map(), power: Power = new Power()) {
    this.#disk = disk;
    this.#power = power;
  }

  async append(name: string, entries: readonly LogEntry[], trim?: Trim): Promise<number> {
    await this.#power.point();
    const stream = this.#disk.get(name) ?? {
      entries: [],
      lastId: { seq: -1, ord: -1 },
      entriesAdded: 0,
    };
    this.#disk.set(name, stream);
    let added = 0;
    for (const entry of entries) {
      if (compareLogIds(entry.id, stream.lastId) <= 0) continue;
      stream.entries.push(structuredClone(entry));
      stream.lastId = entry.id;
      added += 1;
    }
    stream.entriesAdded += added;
    if (trim !== undefined) stream.entries = stream.entries.slice(-trim.lengthMax);
    await this.#power.point();
    return added;
  }

  async sync(): Promise<void> {
    await this.#power.point();
  }

  async read(name: string, after: LogId | null, limit: number): Promise<readonly LogEntry[]> {
    await this.#power.point();
    return this.#entries(name)
      .filter(({ id }) => after === null || compareLogIds(id, after) > 0)
      .slice(0, limit);
  }

  async tail(name: string, limit: number): Promise<readonly LogEntry[]> {
    await this.#power.point();
    return limit === 0 ? [] : this.#entries(name).slice(-limit);
  }

  async info(name: string): Promise<StreamInfo | null> {
    await this.#power.point();
    return this.#info(name);
  }

  async list(): Promise<readonly StreamInfo[]> {
    await this.#power.point();
    return [...this.#disk.keys()]
      .sort()
      .map((name) => this.#info(name))
      .filter((info) => info !== null);
  }

  async trimBelow(name: string, minId: LogId): Promise<void> {
    await this.#power.point();
    const stream = this.#disk.get(name);
    if (stream === undefined) return;
    stream.entries = stream.entries.filter(({ id }) => compareLogIds(id, minId) >= 0);
    await this.#power.point();
  }

  async close(): Promise<void> {
    await this.#power.point();
  }

  #entries(name: string): readonly LogEntry[] {
    return this.#disk.get(name)?.entries ?? [];
  }

  #info(name: string): StreamInfo | null {
    const stream = this.#disk.get(name);
    if (stream === undefined) return null;
    const { entries, lastId, entriesAdded } = stream;
    return {
      name,
      length: entries.length,
      bytes: JSON.stringify(entries).length,
      firstId: entries[0]?.id ?? null,
      lastId,
      entriesAdded,
      tornBytes: 0,
      lastAppendAtMs: null,
    };
  }
}
