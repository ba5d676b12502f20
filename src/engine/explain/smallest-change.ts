import { absE8, e8ToNumber, type E8 } from '../domain/e8.js';
import type { AmountKnob, Knob } from './knob.js';
import { amountOf, plainAmount } from './plain-amount.js';
import type { RecordedCase } from './recorded-case.js';

/** One change of one thing. Amounts are decimal text. */
export interface Change {
  readonly name: string;
  readonly kind: 'value' | 'limit';
  readonly unit: string;
  /** Null where it was missing. */
  readonly from: string | null;
  readonly to: string;
  /** Signed; null where something was missing or is a word. */
  readonly by: string | null;
  /** Share of the larger of the two amounts; 1 for words and what was missing. */
  readonly sizeFraction: number;
}

/** A change, and how to make it. */
export interface Found {
  readonly change: Change;
  readonly make: (recorded: RecordedCase) => RecordedCase;
  /** The same thing one step less changed: no longer what was wanted. Null for words. */
  readonly makeLess: ((recorded: RecordedCase) => RecordedCase) | null;
}

export type Wanted = (changed: RecordedCase) => boolean;

/**
 * The least that this one thing has to change until `isWanted` holds. Amounts move outwards in
 * doubling steps, both ways; then the first edge is found by halving. So the answer is wanted and
 * one step less of it is not, whatever else is true further in.
 * @returns null where no amount in the bounds does it
 */
export function smallestChange(recorded: RecordedCase, knob: Knob, isWanted: Wanted): Found | null {
  if (knob.form === 'amount') return smallestAmount(recorded, knob, isWanted);
  const from = knob.read(recorded);
  for (const { to, make } of knob.choices) {
    if (to === from || !isWanted(make(recorded))) continue;
    const change = { name: knob.name, kind: knob.kind, unit: '', from, to, by: null };
    return { change: { ...change, sizeFraction: 1 }, make, makeLess: null };
  }
  return null;
}

function smallestAmount(recorded: RecordedCase, knob: AmountKnob, isWanted: Wanted): Found | null {
  const from = knob.read(recorded);
  const aboutE8 = from === null ? 0n : amountOf(from);
  if (aboutE8 === null) return null;
  const wantedAt = (pointE8: E8) => isWanted(knob.write(recorded, pointE8));
  const found =
    from === null && wantedAt(0n)
      ? { toE8: 0n, lessE8: null }
      : nearest(aboutE8, [
          edge(knob, startOf(from ?? 0n, knob.stepE8, 1n), { sign: 1n, wantedAt }),
          edge(knob, startOf(from ?? 0n, knob.stepE8, -1n), { sign: -1n, wantedAt }),
        ]);
  if (found === null) return null;
  const { toE8, lessE8 } = found;
  return {
    change: amountChange(knob, from, toE8),
    make: (other) => knob.write(other, toE8),
    makeLess: lessE8 === null ? (other) => other : (other) => knob.write(other, lessE8),
  };
}

function nearest(aboutE8: E8, edges: readonly (Edge | null)[]): Edge | null {
  const found = edges.filter((one) => one !== null);
  return (
    found.sort((a, b) => (absE8(a.toE8 - aboutE8) < absE8(b.toE8 - aboutE8) ? -1 : 1))[0] ?? null
  );
}

interface Search {
  readonly sign: bigint;
  readonly wantedAt: (pointE8: E8) => boolean;
}

interface Edge {
  readonly toE8: E8;
  /** The neighbour that does not do. */
  readonly lessE8: E8;
}

/** The first point of one direction that is wanted although the one before it is not. */
function edge(knob: AmountKnob, startE8: E8, { sign, wantedAt }: Search): Edge | null {
  const { stepE8, minE8, maxE8 } = knob;
  const stepsMax = (sign > 0n ? maxE8 - startE8 : startE8 - minE8) / stepE8;
  const pointAt = (steps: bigint): E8 => startE8 + sign * steps * stepE8;
  if (stepsMax <= 0n || wantedAt(startE8)) return null;
  let known = 0n;
  let wanted: bigint | null = null;
  for (const steps of probes(stepsMax)) {
    if (wantedAt(pointAt(steps))) {
      wanted = steps;
      break;
    }
    if (steps > known) known = steps;
  }
  if (wanted === null) return null;
  // What was found from the far end lies in front of an unwanted point: the start is one behind it.
  if (known > wanted) known = 0n;
  while (wanted - known > 1n) {
    const middle: bigint = (wanted + known) / 2n;
    if (wantedAt(pointAt(middle))) wanted = middle;
    else known = middle;
  }
  return { toE8: pointAt(wanted), lessE8: pointAt(known) };
}

/** 1, 2, 4, ... up to the bound; then from the bound back, for what is wanted only close to it. */
function* probes(stepsMax: bigint): Generator<bigint> {
  for (let steps = 1n; steps < stepsMax; steps *= 2n) yield steps;
  yield stepsMax;
  for (let back = 1n; back < stepsMax; back *= 2n) yield stepsMax - back;
}

/** The last point on a step that is not beyond the amount. */
function startOf(from: number | bigint, stepE8: E8, sign: bigint): E8 {
  const aboutE8 = amountOf(from) ?? 0n;
  const about = typeof from === 'bigint' ? aboutE8 : e8ToNumber(aboutE8);
  const isBeyond = sign > 0n ? about > from : about < from;
  const exactE8 = isBeyond ? aboutE8 - sign : aboutE8;
  const rest = ((exactE8 % stepE8) + stepE8) % stepE8;
  if (rest === 0n) return exactE8;
  return sign > 0n ? exactE8 - rest : exactE8 - rest + stepE8;
}
function amountChange(knob: AmountKnob, from: number | bigint | null, toE8: E8): Change {
  const { name, kind, unit } = knob;
  const fromE8 = from === null ? null : amountOf(from);
  const byE8 = fromE8 === null ? null : toE8 - fromE8;
  return {
    ...{ name, kind, unit },
    from: from === null ? null : plainAmount(from),
    to: plainAmount(toE8),
    by: byE8 === null ? null : plainAmount(byE8),
    sizeFraction: fromE8 === null || byE8 === null ? 1 : shareOf(byE8, fromE8, toE8),
  };
}

function shareOf(byE8: E8, aE8: E8, bE8: E8): number {
  const largest = absE8(aE8) > absE8(bE8) ? absE8(aE8) : absE8(bE8);
  return largest === 0n ? 0 : Number(absE8(byE8)) / Number(largest);
}
