import { backoffMs } from './backoff.js';
import {
  groupsOf,
  type Connection,
  type Group,
  type PlannedConnection,
} from './connection-group.js';
import type { StreamMessage, TradeStream } from './venue-stream.js';

export interface PlanLimits {
  /** From the first packet to an open socket. */
  readonly connectMs: number;
  /** No byte for this long: the connection is dead, whatever the kernel says. */
  readonly silentMs: number;
  /** Signs of life, but no data. */
  readonly dataMs: number;
  /** A connection of this age gets a successor, before the venue drops it. */
  readonly rotateMs: number;
  /** A successor that does not say enough by then takes over all the same. */
  readonly overlapMs: number;
}

export type PlanAction =
  | { readonly kind: 'open'; readonly connection: number; readonly symbols: readonly string[] }
  | { readonly kind: 'send'; readonly connection: number; readonly texts: readonly string[] }
  | { readonly kind: 'close'; readonly connection: number; readonly why: string };

/** Data that flowed for this long prove that an attempt was a success. */
const PROOF_MS = 1_000;
/** A symbol that was never heard of is asked for again this often. */
const ASK_AGAIN_MS = 60_000;
/** A market may be quiet, but an attempt that lasted for this long after data was a success. */
const LASTED_MS = 30_000;
/** A successor that failed, or was worse than what it should replace, is tried again this late. */
const SUCCESSOR_RETRY_MS = 30_000;

/**
 * When to connect, subscribe, ping, give up and rotate. Pure: time and draws come in, actions go
 * out, in monotonic milliseconds.
 */
export class ConnectionPlan {
  readonly #stream: Pick<TradeStream, 'subscribeTexts' | 'keepAlive'>;
  readonly #limits: PlanLimits;
  readonly #random: () => number;
  readonly #groups: readonly Group[];
  readonly #connections = new Map<number, Connection>();
  readonly #rejected = new Map<string, string>();
  #lastId = 0;
  connects = 0;

  constructor(
    stream: Pick<TradeStream, 'subscribeTexts' | 'keepAlive' | 'symbolsPerConnectionMax'>,
    symbols: readonly string[],
    options: { readonly limits: PlanLimits; readonly random: () => number; readonly nowMs: number },
  ) {
    this.#stream = stream;
    this.#limits = options.limits;
    this.#random = options.random;
    this.#groups = groupsOf(symbols, stream.symbolsPerConnectionMax, options.nowMs);
  }

  /** Why the venue refuses a symbol; undefined when it does not. */
  rejection(symbol: string): string | undefined {
    return this.#rejected.get(symbol);
  }

  connections(): readonly PlannedConnection[] {
    const waiting = this.#groups
      .filter(({ current }) => current === null)
      .map(({ symbols, sinceMs, downSinceMs, why }) => {
        return { id: 0, symbols, state: 'waiting', sinceMs, downSinceMs, why } as const;
      });
    const open = [...this.#connections.values()].map(({ id, group, phase, sinceMs }) => {
      const { symbols, downSinceMs, why } = group;
      return { id, symbols, state: phase, sinceMs, downSinceMs, why };
    });
    return [...open, ...waiting];
  }

  /** @param isCovered whether the first connection can go without a trade being missed */
  tick(
    nowMs: number,
    isCovered: (old: number, successor: number) => boolean,
  ): readonly PlanAction[] {
    const actions: PlanAction[] = [];
    for (const connection of [...this.#connections.values()])
      this.#watch(connection, nowMs, actions);
    for (const group of this.#groups) {
      if (group.current === null && group.retryAtMs !== null && group.retryAtMs <= nowMs) {
        group.retryAtMs = null;
        group.current = this.#open(group, nowMs, actions);
      }
      this.#rotate(group, nowMs, isCovered, actions);
    }
    return actions;
  }

  opened(id: number, nowMs: number): readonly PlanAction[] {
    const connection = this.#connections.get(id);
    if (connection === undefined) return [];
    connection.phase = 'open';
    connection.sinceMs = nowMs;
    connection.aliveAtMs = nowMs;
    connection.pingedAtMs = nowMs;
    connection.askedAtMs = nowMs;
    // What the attempts before failed of is no news of this one.
    if (connection.group.current === connection) connection.group.why = '';
    const texts = this.#stream.subscribeTexts(connection.group.symbols);
    return texts.length === 0 ? [] : [{ kind: 'send', connection: id, texts }];
  }

  /** Bytes of any kind, protocol pings included. */
  heard(id: number, nowMs: number): void {
    const connection = this.#connections.get(id);
    if (connection !== undefined) connection.aliveAtMs = nowMs;
  }

  message(id: number, message: StreamMessage, nowMs: number): readonly PlanAction[] {
    const connection = this.#connections.get(id);
    if (connection === undefined) return [];
    connection.aliveAtMs = nowMs;
    const { group } = connection;
    switch (message.kind) {
      case 'trades':
        // What nobody asked for proves nothing, and could be any number of names.
        if (!group.symbols.includes(message.symbol)) return [];
        if (!connection.proven.has(message.symbol)) {
          connection.proven.add(message.symbol);
          this.#accept(connection, message.symbol);
        }
        this.#noteData(connection, nowMs);
        return [];
      case 'data':
        this.#noteData(connection, nowMs);
        return [];
      case 'answered':
        this.#answered(connection, message);
        return [];
      case 'closing':
        if (group.current !== connection || group.successor !== null) return [];
        if (nowMs < group.announceAtMs) return [];
        group.announceAtMs = nowMs + SUCCESSOR_RETRY_MS;
        group.why = `the venue closes it: ${message.why}`;
        return this.#openSuccessor(group, nowMs);
      case 'pong':
      case 'nothing':
      case 'unreadable':
        return [];
    }
  }

  /** The socket is gone, for whatever reason. */
  closed(id: number, why: string, nowMs: number): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    this.#connections.delete(id);
    const { group } = connection;
    if (group.successor === connection) {
      group.successor = null;
      group.successorAtMs = nowMs + SUCCESSOR_RETRY_MS;
      return;
    }
    if (group.current !== connection) return;
    if (connection.phase !== 'connecting') {
      const lasted = nowMs - connection.sinceMs >= LASTED_MS;
      if (connection.phase === 'live' && lasted) group.failures = 0;
      if (connection.phase === 'live' || lasted) group.downSinceMs = nowMs;
    }
    group.current = group.successor;
    group.successor = null;
    if (group.current !== null) return;
    group.failures += 1;
    group.why = why;
    group.sinceMs = nowMs;
    group.retryAtMs = nowMs + backoffMs(group.failures, this.#random());
  }

  #open(group: Group, nowMs: number, actions: PlanAction[]): Connection {
    this.#lastId += 1;
    this.connects += 1;
    const connection: Connection = {
      id: this.#lastId,
      group,
      phase: 'connecting',
      sinceMs: nowMs,
      aliveAtMs: nowMs,
      dataAtMs: null,
      pingedAtMs: nowMs,
      askedAtMs: nowMs,
      proven: new Set(),
      refused: new Set(),
    };
    this.#connections.set(connection.id, connection);
    actions.push({ kind: 'open', connection: connection.id, symbols: group.symbols });
    return connection;
  }

  #openSuccessor(group: Group, nowMs: number): readonly PlanAction[] {
    const actions: PlanAction[] = [];
    group.successor = this.#open(group, nowMs, actions);
    return actions;
  }

  #accept(connection: Connection, symbol: string): void {
    connection.refused.delete(symbol);
    this.#rejected.delete(symbol);
  }

  #answered(
    connection: Connection,
    { accepted, rejected, why }: Extract<StreamMessage, { readonly kind: 'answered' }>,
  ): void {
    const { symbols, current } = connection.group;
    const isAsked = (symbol: string) => symbols.includes(symbol);
    for (const symbol of accepted.filter(isAsked)) this.#accept(connection, symbol);
    for (const symbol of rejected.filter(isAsked)) {
      connection.refused.add(symbol);
      // Data are the better proof: a refused second subscription does not end the first.
      if (current?.proven.has(symbol) !== true) this.#rejected.set(symbol, why);
    }
  }

  #noteData(connection: Connection, nowMs: number): void {
    const { group } = connection;
    connection.dataAtMs = nowMs;
    if (connection.phase === 'open') {
      connection.phase = 'live';
      connection.sinceMs = nowMs;
      group.why = '';
    }
    if (nowMs - connection.sinceMs >= PROOF_MS) group.failures = 0;
  }

  #watch(connection: Connection, nowMs: number, actions: PlanAction[]): void {
    const why = this.#deathOf(connection, nowMs);
    const { id, phase, group } = connection;
    if (why !== null) {
      actions.push({ kind: 'close', connection: id, why });
      this.closed(id, why, nowMs);
      return;
    }
    if (phase === 'connecting') return;
    const { keepAlive } = this.#stream;
    if (keepAlive !== null && nowMs - connection.pingedAtMs >= keepAlive.everyMs) {
      connection.pingedAtMs = nowMs;
      actions.push({ kind: 'send', connection: id, texts: [keepAlive.text] });
    }
    if (nowMs - connection.askedAtMs < ASK_AGAIN_MS) return;
    connection.askedAtMs = nowMs;
    const unheard = group.symbols.filter((symbol) => !connection.proven.has(symbol));
    const texts = unheard.length === 0 ? [] : this.#stream.subscribeTexts(unheard);
    if (texts.length > 0) actions.push({ kind: 'send', connection: id, texts });
  }

  #deathOf(connection: Connection, nowMs: number): string | null {
    const { connectMs, silentMs, dataMs } = this.#limits;
    const { phase, sinceMs, aliveAtMs, dataAtMs } = connection;
    if (phase === 'connecting') {
      return nowMs - sinceMs > connectMs ? `no connection within ${connectMs} ms` : null;
    }
    if (nowMs - aliveAtMs > silentMs) return `no sign of life for ${silentMs} ms`;
    return nowMs - (dataAtMs ?? sinceMs) > dataMs ? `no data for ${dataMs} ms` : null;
  }

  #rotate(
    group: Group,
    nowMs: number,
    isCovered: (old: number, successor: number) => boolean,
    actions: PlanAction[],
  ): void {
    const { current, successor } = group;
    if (current === null || current.phase === 'connecting') return;
    if (successor === null) {
      const isDue = nowMs - current.sinceMs > this.#limits.rotateMs && nowMs >= group.successorAtMs;
      if (isDue) actions.push(...this.#openSuccessor(group, nowMs));
      return;
    }
    if (successor.phase === 'connecting') return;
    const covered = successor.phase === 'live' && isCovered(current.id, successor.id);
    if (!covered && nowMs - successor.sinceMs <= this.#limits.overlapMs) return;
    if (!covered && this.#isWorse(successor, current, nowMs)) {
      const why = `it brings less than connection ${current.id}, which stays`;
      actions.push({ kind: 'close', connection: successor.id, why });
      this.closed(successor.id, why, nowMs);
      return;
    }
    const why = covered ? 'replaced by a newer connection' : 'replaced without a proven overlap';
    actions.push({ kind: 'close', connection: current.id, why });
    this.closed(current.id, why, nowMs);
  }

  /** What flows is not given up for what does not, however old it is: the venue will end it. */
  #isWorse(successor: Connection, { dataAtMs, proven }: Connection, nowMs: number): boolean {
    if (dataAtMs === null || nowMs - dataAtMs > this.#limits.overlapMs) return false;
    return successor.phase !== 'live' || [...successor.refused].some((name) => proven.has(name));
  }
}
