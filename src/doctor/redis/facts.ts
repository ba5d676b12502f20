import type { StackFacts } from '../../view/stack-view.js';

export interface RedisFacts {
  /** Streams, listeners, state keys and the server's own words, read at one moment. */
  readonly stack: StackFacts;
}
