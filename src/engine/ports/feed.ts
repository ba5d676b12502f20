import type { TradeObserved } from '../domain/inputs.js';

/** Where trades come from. */
export interface Feed {
  /** Names the feed in run ids and on screen; equal content must give an equal identity. */
  readonly identity: string;
  readonly description: string;
  /** A file feed runs on event time and can start behind `position` trades. */
  readonly finite: boolean;
  /**
   * Trades in order of arrival, in batches; ends when the source does or the signal aborts.
   * `skip` trades of the selected symbols are passed over, to resume.
   * Throws DependencyError/OperatorError when the source can't be read (truncated, no such file).
   */
  trades(skip: number, signal: AbortSignal): AsyncIterable<readonly TradeObserved[]>;
}
