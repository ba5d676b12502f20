import type { CoreState } from './core-state.js';
import { initialCore, step } from './core.js';
import { DIGEST_START, nextDigest } from './digest.js';
import type { Output } from './domain/events.js';
import type { Hash } from './domain/hash.js';
import type { SequencedInput } from './domain/inputs.js';
import { stateFromText, stateToText } from './state-text.js';

/** The core with its rolling digest: the one thing that live runs, recovery and replay share. */
export class Fold {
  state: CoreState = initialCore();
  digest = DIGEST_START;
  seq = 0;
  readonly #hash: Hash;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  apply(sequenced: SequencedInput): readonly Output[] {
    const { state, outputs } = step(this.state, sequenced);
    this.state = state;
    this.seq = sequenced.seq;
    for (const fact of outputs) this.digest = nextDigest(this.#hash, this.digest, fact);
    return outputs;
  }

  stateText(): string {
    return stateToText(this.state);
  }

  /** Back to the beginning of a run. */
  reset(): void {
    this.state = initialCore();
    this.digest = DIGEST_START;
    this.seq = 0;
  }

  /** Goes on from a snapshot that this build wrote. */
  restore(from: { readonly seq: number; readonly digest: string; readonly state: string }): void {
    this.state = stateFromText(from.state) as CoreState;
    this.digest = from.digest;
    this.seq = from.seq;
  }
}
