import type { StackPort } from '../../commands/operator-ports.js';
import { STREAM_LIST, STREAMS } from '../../engine/domain/wire/streams.js';
import type { StreamInfo } from '../../engine/ports/event-log.js';
import type { StackReader, StreamGroup } from '../../engine/ports/stack-reader.js';
import type { OrderRow } from '../../view/board/board.js';
import { readStack, type StackView } from '../../view/stack-view.js';
import { streamViews, type StreamView } from '../../view/streams-json.js';
import { ordersOfLog } from './order-look.js';

/** Finding out which keys there are walks through all of them. */
const WHOLE_EVERY_MS = 10_000;
const STREAMS_MAX = 100;

export interface RedisSeen {
  readonly latencyMs: number;
  /** Of the engine's own streams too, where it has them there. */
  readonly groups: Readonly<Record<string, readonly StreamGroup[]>>;
  /** Null while an engine of this directory says more. */
  readonly stack: {
    readonly view: StackView;
    readonly streams: readonly StreamView[];
    readonly orders: readonly OrderRow[];
  } | null;
}

/** Looks at a stack in Redis by asking each known stream how it is, without reading any entry of it. */
export class RedisLook {
  readonly #stack: StackPort;
  readonly #nowMs: () => number;
  #names: readonly string[] = STREAM_LIST.map(({ name }) => name);
  #whole: { readonly atMs: number; readonly view: StackView } | null = null;
  #orders: { readonly key: string; readonly rows: readonly OrderRow[] } = { key: '', rows: [] };

  constructor(stack: StackPort, nowMs: () => number) {
    this.#stack = stack;
    this.#nowMs = nowMs;
  }

  /** @throws OperatorError, DependencyError */
  look(isEngineAway: boolean): Promise<RedisSeen> {
    return this.#stack.use(async (reader) => {
      const startedMs = performance.now();
      const infos = await this.#infos(reader, isEngineAway);
      const latencyMs = performance.now() - startedMs;
      const stack = isEngineAway ? await this.#stackOf(reader, infos) : null;
      return { latencyMs, groups: await this.#groups(reader), stack };
    });
  }

  /** One question where only the answer's time matters, else all of them at once. */
  async #infos(reader: StackReader, isEngineAway: boolean): Promise<readonly StreamInfo[]> {
    const names = isEngineAway ? this.#names : this.#names.slice(0, 1);
    const infos = await Promise.all(names.map((name) => reader.log.info(name)));
    return infos.filter((info) => info !== null);
  }

  async #groups(reader: StackReader): Promise<RedisSeen['groups']> {
    const pairs = await Promise.all(
      this.#names.map(async (name) => [name, await reader.groups(name)] as const),
    );
    return Object.fromEntries(pairs);
  }

  async #stackOf(reader: StackReader, infos: readonly StreamInfo[]): Promise<RedisSeen['stack']> {
    const nowMs = this.#nowMs();
    if (this.#whole === null || nowMs - this.#whole.atMs >= WHOLE_EVERY_MS) {
      const view = await readStack(reader, nowMs);
      this.#whole = { atMs: nowMs, view };
      this.#names = view.streams.slice(0, STREAMS_MAX).map(({ name }) => name);
    }
    return {
      view: this.#whole.view,
      streams: streamViews(infos),
      orders: await this.#ordersOf(reader, infos),
    };
  }

  /** Read again only when something was written. */
  async #ordersOf(reader: StackReader, infos: readonly StreamInfo[]): Promise<readonly OrderRow[]> {
    const key = infos
      .filter(({ name }) => name === STREAMS.orders.name || name === STREAMS.fills.name)
      .map(({ name, lastId }) => `${name} ${JSON.stringify(lastId)}`)
      .join(' ');
    if (key !== this.#orders.key) this.#orders = { key, rows: await ordersOfLog(reader.log) };
    return this.#orders.rows;
  }
}
