import type { Knob } from './knob.js';
import { knobsOf } from './knobs-of.js';
import { limitRows, type LimitRow } from './limit-rows.js';
import { codeOf, isOpen, type RecordedCase } from './recorded-case.js';
import { smallestChange, type Change, type Found, type Wanted } from './smallest-change.js';

export interface Counterfactual {
  /** Each flips the verdict alone; the smallest share of its own amount first. */
  readonly single: readonly FlippingChange[];
  /** Where nothing alone does: changes that do together, in the order of the judgement. */
  readonly together: readonly Change[];
}

export interface FlippingChange extends Change {
  /** The code of the verdict after it; null = ALLOW. */
  readonly gives: string | null;
}

/** More than there are conditions. */
const ROUNDS_MAX = 64;

/** What would have turned the verdict into the other one, proven by judging it again. */
export function counterfactual(recorded: RecordedCase): Counterfactual {
  const single = singleFlips(recorded).map(({ change, make }) => ({
    ...change,
    gives: codeOf(make(recorded)),
  }));
  const together =
    single.length > 0 || codeOf(recorded) === null
      ? []
      : flipTogether(recorded).map(({ change }) => change);
  return { single, together };
}

export function singleFlips(recorded: RecordedCase): readonly Found[] {
  const isAllowed = codeOf(recorded) === null;
  const isFlipped: Wanted = (changed) => (codeOf(changed) === null) !== isAllowed;
  const rows = limitRows(recorded).filter(({ outcome }) =>
    isAllowed ? outcome === 'passes' : outcome === 'decides' || outcome === 'refuses',
  );
  return distinctKnobs(rows)
    .map((knob) => smallestChange(recorded, knob, isFlipped))
    .filter((found) => found !== null)
    .sort((a, b) => a.change.sizeFraction - b.change.sizeFraction);
}

interface Made extends Found {
  readonly knob: Knob;
}

/**
 * One condition after the other gets the smallest change of its value, else of its limit; then each
 * is made as small as the others let it be, and left out where they do without it.
 */
export function flipTogether(recorded: RecordedCase): readonly Found[] {
  let made: readonly Made[] = [];
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const changed = madeOf(recorded, made);
    if (codeOf(changed) === null) return smallest(recorded, made);
    const row = limitRows(changed).find(({ outcome }) => outcome === 'decides');
    const found = row === undefined ? null : openRow(recorded, row, made);
    if (found === null) return [];
    made = [...others(made, found.knob), found];
  }
  return [];
}

function openRow(recorded: RecordedCase, row: LimitRow, made: readonly Made[]): Made | null {
  const opens: Wanted = (changed) => isOpen(changed, row);
  for (const knob of knobsOf(row.name, row.limitKeys)) {
    const found = smallestChange(madeOf(recorded, others(made, knob)), knob, opens);
    if (found !== null) return { ...found, knob };
  }
  return null;
}

function smallest(recorded: RecordedCase, made: readonly Made[]): readonly Found[] {
  const allows: Wanted = (changed) => codeOf(changed) === null;
  return made.reduce((kept, { knob }) => {
    const rest = others(kept, knob);
    const without = madeOf(recorded, rest);
    if (allows(without)) return rest;
    const found = smallestChange(without, knob, allows);
    return found === null
      ? kept
      : kept.map((one) => (one.knob === knob ? { ...found, knob } : one));
  }, made);
}

function others(made: readonly Made[], { name }: Knob): readonly Made[] {
  return made.filter(({ knob }) => knob.name !== name);
}

export function madeOf(recorded: RecordedCase, changes: readonly Found[]): RecordedCase {
  return changes.reduce((changed, { make }) => make(changed), recorded);
}

/** Several conditions may depend on one thing. */
function distinctKnobs(rows: readonly LimitRow[]): readonly Knob[] {
  const knobs = rows.flatMap(({ name, limitKeys }) => knobsOf(name, limitKeys));
  return [...new Map(knobs.map((knob) => [knob.name, knob])).values()];
}
