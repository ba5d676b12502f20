import type { WireFrame } from './feed-event.js';

type WithoutConnection<Frame> = Frame extends unknown ? Omit<Frame, 'connection'> : never;
export type FrameData = WithoutConnection<WireFrame>;

/** What a connection tells, never before `OpenWire` has returned. */
export interface WireListener {
  opened(): void;
  frame(data: FrameData): void;
  /** A sign of life that is no frame. */
  heard(): void;
  /** At most once, and not behind `end`. @param why in words that may be shown */
  closed(why: string): void;
}

/** One connection of a live feed, whatever carries it. */
export interface Wire {
  send(text: string): void;
  /** At once, without waiting for the other side. */
  end(): void;
}

/** @param symbols to listen to; none = all that come */
export type OpenWire = (symbols: readonly string[], listener: WireListener) => Wire;
