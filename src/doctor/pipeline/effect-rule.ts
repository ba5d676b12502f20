import type { Component, Level } from '../check.js';
import type { EffectName } from '../../view/effect-pair.js';

/** A thing that is counted, and where: the first list of counters that is there is added up. */
export interface Counted {
  readonly what: string;
  readonly anyOf: readonly (readonly string[])[];
}

/** A cause that must have an effect. */
export interface EffectRule {
  readonly pair: string;
  readonly level: Level;
  readonly title: string;
  readonly matters: string;
  readonly components: readonly Component[];
  /** In our own engine the pair is judged by the engine's own rules (view/effects.ts). */
  readonly engine: EffectName | null;
  /** Null: only our engine has it. */
  readonly stack: StackRule | null;
}

export interface StackRule {
  readonly cause: Counted;
  readonly effect: Counted;
  /** An effect may take so long. */
  readonly withinMs: number;
  /** Fewer causes prove nothing. */
  readonly least: number;
  /** A lower share of answered causes is a loss; left out where one effect answers many causes. */
  readonly share?: number;
  /** What is lost here is lost for good. */
  readonly lossIsFailure?: true;
  /** Causes come by the clock, so the newest of both sides can be compared by their times. */
  readonly isSteady?: true;
  /** The effect changes rows in place, so only the newest change tells, and never their number. */
  readonly isUpdate?: true;
  /** The table that the effect is in; a database without it can't have any. */
  readonly table?: string;
  /** Versions of the stack are around that do not have that table. */
  readonly isOptional?: true;
  /** The service that has to produce the effect, for the remedy. */
  readonly by: string;
}
