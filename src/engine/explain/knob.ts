import type { E8 } from '../domain/e8.js';
import type { RecordedCase } from './recorded-case.js';

/** One thing that could have been another amount. Points are multiples of `stepE8`. */
export interface AmountKnob {
  readonly form: 'amount';
  readonly name: string;
  readonly kind: 'value' | 'limit';
  readonly unit: string;
  readonly stepE8: E8;
  readonly minE8: E8;
  readonly maxE8: E8;
  /** Null where it is missing. */
  readonly read: (recorded: RecordedCase) => number | bigint | null;
  readonly write: (recorded: RecordedCase, pointE8: E8) => RecordedCase;
}

/** One thing that could have been another word. */
export interface ChoiceKnob {
  readonly form: 'choice';
  readonly name: string;
  readonly kind: 'value';
  readonly read: (recorded: RecordedCase) => string | null;
  /** What it could have been. */
  readonly choices: readonly {
    readonly to: string;
    readonly make: (recorded: RecordedCase) => RecordedCase;
  }[];
}

export type Knob = AmountKnob | ChoiceKnob;

export const FINEST_E8 = 1n;
export const WHOLE_E8 = 100_000_000n;
export const MS_IN_SEC_E8 = 100_000n;
/** No limit and no value of a decision is near it. */
export const FAR_E8 = 10n ** 18n;

export function amount(name: string, unit: string): Omit<AmountKnob, 'read' | 'write'> {
  const bounds = { stepE8: FINEST_E8, minE8: -FAR_E8, maxE8: FAR_E8 };
  return { form: 'amount', name, kind: 'value', unit, ...bounds };
}

export function choice(
  name: string,
  read: ChoiceKnob['read'],
  choices: ChoiceKnob['choices'],
): ChoiceKnob {
  return { form: 'choice', name, kind: 'value', read, choices };
}
