import type { FeedInput } from '../domain/inputs.js';

/** Where trades come from. */
export interface Feed {
  /** Names the feed in run ids and on screen; equal content must give an equal identity. */
  readonly identity: string;
  readonly description: string;
  /** A recorded feed ends, and can start behind `skip` inputs; a live one does neither. */
  readonly finite: boolean;
  /**
   * What the feed says in order of arrival, in batches; ends when the source does or the signal
   * aborts. `skip` inputs are passed over, to resume a finite feed.
   * Throws DependencyError/OperatorError when the source can't be read (truncated, no such file);
   * a venue that is away is no error but a state of `health`.
   */
  inputs(skip: number, signal: AbortSignal): AsyncIterable<readonly FeedInput[]>;
  /** How the connections of a live feed are; null of a feed that has none. */
  health(): FeedHealth | null;
}

export type SymbolFeedState =
  /** Data came lately. */
  | 'live'
  /** The connection is well, the market says nothing. */
  | 'quiet'
  /** Silent for so long that nothing may be decided on it. */
  | 'stale'
  /** The venue refuses to send it. */
  | 'rejected'
  /** No connection carries it. */
  | 'down';

/** A live feed as it is now. Times are of the local clock. */
export interface FeedHealth {
  readonly symbols: readonly {
    readonly symbol: string;
    readonly state: SymbolFeedState;
    /** Why it is not live; empty when it is. */
    readonly why: string;
    /** Receipt of its newest frame; null before the first. */
    readonly lastDataAtMs: number | null;
    /** While it is down: since when no connection was good for something. */
    readonly downSinceMs: number | null;
  }[];
  readonly connections: readonly {
    readonly id: number;
    readonly symbols: number;
    readonly state: 'connecting' | 'open' | 'live' | 'waiting';
    readonly sinceMs: number;
    readonly why: string;
  }[];
  readonly clock: ClockOffset;
  readonly counts: Readonly<Record<FeedCount, number>>;
}

export type FeedCount =
  | 'frames'
  | 'trades'
  /** Received over a second connection, or again. */
  | 'duplicates'
  /** Trades of symbols that nobody asked for. */
  | 'unwanted'
  /** Frames that are torn, foreign or malformed. */
  | 'unreadable'
  | 'connects'
  | 'losses'
  | 'gaps'
  /** Trades that a full queue could not take. */
  | 'overflowed';

/** Local clock plus `offsetMs` is the venue's time. */
export interface ClockOffset {
  /** Null before the first evidence. */
  readonly offsetMs: number | null;
  /** The true offset is believed to be within this of `offsetMs`; null = no bound is known. */
  readonly errorMs: number | null;
  readonly confidence: 'none' | 'low' | 'good';
  /** Measurements that the value rests on. */
  readonly samples: number;
}
