import type { StreamTrade } from './venue-stream.js';

/** Of one connection, shared by all the symbols that it carries. */
export interface ConnectionLife {
  readonly id: number;
  /** Local time of the newest sign of life, whatever it was. */
  aliveAtMs: number;
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
  /** Said while another connection had the turn. */
  waiting: StreamTrade[];
  /** Local time since when something waits without a break. */
  waitingSinceMs: number;
  /** Something that it said meanwhile can't be read. */
  isHoled: boolean;
}

export function newCarrier(life: ConnectionLife): Carrier {
  return {
    life,
    acceptedAtMs: null,
    dataAtMs: 0,
    firstMs: null,
    waiting: [],
    waitingSinceMs: 0,
    isHoled: false,
  };
}
