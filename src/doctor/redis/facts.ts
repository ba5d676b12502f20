import type { StackServer } from '../../engine/ports/stack-reader.js';
import type { StackFacts } from '../../view/stack-view.js';
import type { StreamView } from '../../view/streams-json.js';

export interface RedisFacts {
  /** Streams, listeners, state keys and the server's own words, read at one moment. */
  readonly stack: StackFacts;
  readonly redisServer: RedisServer;
  readonly samples: StreamSamples;
  readonly ticks: HeardTicks;
}

/** What the server says of itself; null is unknown, and never 0. */
export interface RedisServer extends StackServer {
  readonly upMs: number | null;
  readonly isLoading: boolean | null;
  /** Its clock minus ours, and how far off that may be. */
  readonly clockOffsetMs: number | null;
  readonly clockErrorMs: number;
  /** False: the last rewrite of the append-only file failed. */
  readonly isRewriteWell: boolean | null;
  /** False: the last snapshot (RDB) failed. */
  readonly isSaveWell: boolean | null;
  readonly connections: number | null;
  readonly connectionsMax: number | null;
  readonly rejectedConnections: number | null;
  /** Cut off because what waited for them grew over its limit; only newer servers count them. */
  readonly cutClients: number | null;
  /** Those that listen or for which much waits, bounded; null: the user may not list them. */
  readonly clients: readonly RedisClient[] | null;
  /** What the user may not ask, in the server's names of commands. */
  readonly refused: readonly string[];
}

export interface RedisClient {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  /** Channels and patterns that it listens to. */
  readonly subscriptions: number;
  /** Bytes that wait in the server until it reads. */
  readonly waitingBytes: number;
}

/** The newest entries of the wire's streams, and its state keys with what is in them. */
export interface StreamSamples {
  readonly from: 'redis' | 'files';
  /** Whose the newest entries are. `cdb` passes messages on in memory and publishes what it did. */
  readonly writer: 'cdb' | 'stack' | 'nobody';
  /** False: our own engine does not run here; null: it is not ours, or it runs elsewhere. */
  readonly isRunning: boolean | null;
  /** The clock that ids are judged by: that of the server, where there is one. */
  readonly clockMs: number;
  /** What is older is past, and no longer judged where a fault can be over. */
  readonly sinceMs: number;
  readonly limits: SampleLimits;
  /** Streams of the wire that exist. */
  readonly streams: readonly StreamSample[];
  /** Keys that carry the name of a topic, with their type. */
  readonly misnamed: readonly { readonly key: string; readonly type: string }[];
  /** Null: there are no such keys in this place. */
  readonly states: readonly StateSample[] | null;
}

/** What the samples are judged by; amounts in USDT. */
export interface SampleLimits {
  readonly balanceUsdt: number;
  readonly positionFraction: number;
  readonly exposureFraction: number;
  /** A fill may be as much dearer than what its order was judged by. */
  readonly roomFraction: number;
  /** Absolute limit of the ATR in quote units, or one in bps of the price; null: off. */
  readonly atrHighVol: number | null;
  readonly atrHighVolBps: number | null;
  readonly futureMs: number;
  readonly tickAgeMs: number;
}

export interface StreamSample {
  readonly view: StreamView;
  /** Oldest first, bounded; null: the user may not read them. */
  readonly entries: readonly SampleEntry[] | null;
  /** Nothing that was ever written is missing from `entries`. */
  readonly isWhole: boolean;
}

export interface SampleEntry {
  readonly id: string;
  /** By the server's clock; null for an id that the writer gave it. */
  readonly atMs: number | null;
  readonly fields: Readonly<Record<string, string>>;
}

export interface StateSample {
  readonly key: string;
  /** Null: it never expires. */
  readonly ttlMs: number | null;
  /** Its values as they were at some looks, one behind the other; null: none could be read. */
  readonly texts: readonly string[] | null;
}

/** Messages of the topic `market_data` that came while the check-up listened. */
export interface HeardTicks {
  readonly listenedMs: number;
  /** All that came; those beyond the bound are counted only. */
  readonly heard: number;
  readonly messages: readonly HeardMessage[];
}

export interface HeardMessage {
  /** Its beginning, bounded. */
  readonly text: string;
  readonly chars: number;
  readonly receivedAtMs: number;
}
