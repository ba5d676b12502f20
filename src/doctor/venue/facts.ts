export interface VenueFacts {
  readonly venue: VenueTime;
}

/** The public time of the venue, asked once. */
export interface VenueTime {
  readonly name: string;
  readonly clockOffsetMs: number;
  readonly clockErrorMs: number;
}
