import type { Output } from './events.js';
import type { Ref } from './ids.js';

type WithoutRef<T> = T extends unknown ? Omit<T, 'ref'> : never;
/** A fact before it has its place among the outputs. */
type Draft = WithoutRef<Output>;

/** The outputs of one input, in order. Stages append; nothing is ever edited. */
export class StepOutputs {
  readonly facts: Output[] = [];
  readonly inputRef: Ref;
  readonly #seq: number;

  constructor(seq: number) {
    this.#seq = seq;
    this.inputRef = { seq, ord: -1 };
  }

  /** @returns where the fact was born, to be the cause of what follows from it */
  emit(draft: Draft): Ref {
    const ref: Ref = { seq: this.#seq, ord: this.facts.length };
    this.facts.push({ ref, ...draft });
    return ref;
  }
}
