export interface VenueFacts {
  readonly venue: VenueTime;
}

/** The public time of the venue, asked once. */
export interface VenueTime {
  readonly name: string;
  readonly clockOffsetMs: number;
  readonly clockErrorMs: number;
  /** From asking to the last byte of the answer. */
  readonly roundTripMs?: number;
  /** Weight of requests that it has counted against us in the last minute, where it says so. */
  readonly usedWeight?: number;
}
