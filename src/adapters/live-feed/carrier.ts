import type { FeedGapReason } from '../../engine/domain/inputs.js';
import type { StreamTrade } from './venue-stream.js';

/** Of one connection, shared by all the symbols that it carries. */
export interface ConnectionLife {
  readonly id: number;
  /** Local time of the newest sign of life, whatever it was. */
  aliveAtMs: number;
}

/** A trade that was read and is not given yet. */
export interface Said {
  readonly trade: StreamTrade;
  /** Local time. */
  readonly atMs: number;
  /** The one that its connection has said before it; null = none that has an id. */
  readonly afterId: string | null;
  /** Why its connection may have kept something to itself right before it. */
  hole: FeedGapReason | null;
}

/** What one connection has said of one symbol. */
export interface Carrier {
  readonly life: ConnectionLife;
  /** Local time since when the venue sends the symbol here; null = not yet. */
  acceptedAtMs: number | null;
  /** Local time of its newest trades. */
  dataAtMs: number;
  /** Venue time of its first trade: it covers everything from there on. */
  firstMs: number | null;
  /** In the order in which it was said. */
  said: Said[];
  newestId: string | null;
  /** Why something may be missing behind all that it has said. */
  hole: FeedGapReason | null;
  /** It has kept trades to itself that another one has said: that it lives proves nothing. */
  leavesOut: boolean;
  /** Nothing more will come; what it has said counts all the same. */
  hasEnded: boolean;
}

export function newCarrier(life: ConnectionLife): Carrier {
  return {
    life,
    acceptedAtMs: null,
    dataAtMs: 0,
    firstMs: null,
    said: [],
    newestId: null,
    hole: null,
    leavesOut: false,
    hasEnded: false,
  };
}
