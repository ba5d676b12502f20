import type { Group } from './groups.js';
import type { FactName, Facts, Readings } from './facts.js';
import type { Observed } from './reading.js';

/**
 * How bad a failure is. P0: audit trail, risk, money or data loss. P1: a service or data path is
 * broken without loss of safety. P2: degraded, watch. P3: cosmetic.
 */
export const LEVELS = ['P0', 'P1', 'P2', 'P3'] as const;
export type Level = (typeof LEVELS)[number];

/** Rows of the decision matrix. */
export const COMPONENTS = [
  'services',
  'websocket',
  'candles',
  'regime',
  'allocation',
  'signal',
  'risk',
  'execution',
  'audit_trail',
  'database',
  'redis',
  'safety',
  'venue',
  'host',
  'config',
  'monitoring',
  'repository',
  'ci',
] as const;
export type Component = (typeof COMPONENTS)[number];

/** What an operator can do, and what it may cost. Commands are whole: they can be copied. */
export interface Remedy {
  readonly does: string;
  /** Null where no command does it. */
  readonly command: string | null;
  readonly risk: string;
  /** Scope of the delivery gate that it needs. */
  readonly gate: string | null;
  /** What else could be done and is not recommended. */
  readonly instead?: readonly { readonly does: string; readonly risk: string }[];
  /** What shows afterwards that it worked, in order. */
  readonly testsAfter?: readonly string[];
  /** What `--fix` may do of it by itself: safe, and reversible by what `undo` says. */
  readonly repairs?: readonly Repair[];
}

/** Takes rights away from a file that others can read. */
export interface Repair {
  readonly does: string;
  readonly undo: string;
  readonly path: string;
  /** Permission bits that it has, and those that it gets. */
  readonly mode: number;
  readonly modeAfter: number;
}

export interface Evidence {
  /** With its figures: `orders_blocked_total +1184 in 60 min`. */
  readonly what: string;
  readonly source: string;
  readonly observedAtMs: number;
}

/** The answer of one check. */
export interface Judgement {
  /**
   * SKIP: there is nothing to judge, and `says` tells why. UNKNOWN: there is, and it could not be read
   * though its place answers; it is told as a CRASH.
   */
  readonly status: 'OK' | 'WARN' | 'FAIL' | 'SKIP' | 'UNKNOWN';
  /** Where this case is worse or milder than the check's own level. */
  readonly level?: Level;
  /** One sentence without a final period, with the figures. */
  readonly says: string;
  /** An OK without any is none. */
  readonly evidence: readonly Evidence[];
  readonly remedy?: Remedy;
  /** What programs read from the finding; names say their units. */
  readonly figures?: Readonly<Record<string, number | string | boolean | null>>;
}

export interface CheckContext {
  readonly nowMs: number;
  /** Facts of other probes as they stand, for what is looked at only where it is there. */
  readonly readings: Readings;
}

type Seen<Needed extends FactName> = { readonly [Name in Needed]: Observed<Facts[Name]> & Source };

interface Source {
  readonly source: string;
}

interface CheckFields<Needed extends FactName> {
  /** `group.what`, for ever: reports of other days are compared by it. */
  readonly id: string;
  readonly group: Group;
  readonly level: Level;
  readonly title: string;
  /** Why a failure matters, for somebody who has just been woken. */
  readonly matters: string;
  readonly components: readonly Component[];
  /** Facts without which nothing can be judged. */
  readonly needs: readonly Needed[];
  /** Facts that it looks at in the context where they are there, and does without where not. */
  readonly looks?: readonly FactName[];
  /** Checks whose failure explains a failure of this one: it is not examined then. */
  readonly after?: readonly string[];
  /** Evidence that is older proves nothing. */
  readonly windowMs: number;
  examine(seen: Seen<Needed>, context: CheckContext): Judgement | Promise<Judgement>;
}

/** One question about the system and how it is answered. */
export interface Check extends Omit<CheckFields<FactName>, 'examine'> {
  /** Called only when all that it needs was read. */
  examine(seen: Readings, context: CheckContext): Judgement | Promise<Judgement>;
}

/** @param fields with the names of its facts, from which the type of what it sees derives */
export function check<Needed extends FactName>(fields: CheckFields<Needed>): Check {
  // The examination passes readings of which all that are needed are in state "read".
  return fields as unknown as Check;
}

/** Evidence with the time and place of the fact that it was drawn from. */
export function evidence(of: Omit<Observed<unknown>, 'value'> & Source, what: string): Evidence {
  return { what, source: of.source, observedAtMs: of.observedAtMs };
}

/** Nothing to judge, for the reason that it says. */
export function skip(says: string): Judgement {
  return { status: 'SKIP', says, evidence: [] };
}

/** What it would look at is not there, or does not tell. */
export function notExamined(why: string): Judgement {
  return skip(`not examined: ${why}`);
}
