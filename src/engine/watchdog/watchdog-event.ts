/** What the watchdog tells: a word, a sentence, and the same as data. */
export interface WatchdogEvent {
  readonly event:
    | 'STARTS'
    | 'WAITS'
    | 'WATCHES'
    | 'ENDED'
    | 'ALARM'
    | 'HALTED'
    | 'CANCEL'
    | 'MOVES'
    | 'ACKNOWLEDGED'
    | 'TROUBLE';
  readonly words: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type Tell = (event: WatchdogEvent) => void;
