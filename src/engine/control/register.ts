import type { CanaryTerms } from '../domain/canary-terms.js';
import type { ControlReading, ControlRecord, Level, Mode, Scopes } from '../domain/control.js';
import {
  LEVELS,
  MODES,
  mostRestrictive,
  withoutCanary,
  withoutReleased,
} from '../domain/control.js';
import { exitsMember, mergeWishes, newWish, type ExitRequest } from './exit-wish.js';
import { atEpoch, releasedMember } from './releases.js';

export interface PlacedReading {
  readonly place: string;
  /**
   * Several hosts reach it: what it says of the mode is another host's, and a record that was never
   * written there is no loss.
   */
  readonly isShared?: boolean;
  /** What operators order for all hosts, as against what another host says of itself. */
  readonly isOrder?: boolean;
  readonly reading: ControlReading;
}

export interface EffectiveControl {
  readonly record: ControlRecord;
  /** The place whose record holds, or why none does. */
  readonly source: string;
  /** Places that could not say what holds; each of them alone means HALTED. */
  readonly faults: readonly string[];
  /** Nothing was ever kept here: `cdb run` writes the first record. */
  readonly mayInitialise: boolean;
  /** False when a place that may have held the highest epoch can't be read. */
  readonly isEpochCertain: boolean;
}

export const TEXT_CHARS_MAX = 2_000;
export const NAME_CHARS_MAX = 200;
export const SCOPES_MAX = 500;

/** Reason words of the original, which the audit tables know. Source: domain.md 4.2. */
export const STOP_REASONS = [
  'manual',
  'circuit_breaker',
  'risk_limit',
  'system_error',
  'exchange_error',
  'auth_failure',
] as const;

const FIRST_EPOCH = 1;

/**
 * What holds, given what every configured place says: the most restrictive of all. A place that
 * can't be read, or that lost its record, counts as HALTED; so does having no place at all.
 * @param context `stateDirEmpty`: nothing was ever kept here, so a missing record is no loss
 */
export function effectiveRecord(
  readings: readonly PlacedReading[],
  context: { readonly stateDirEmpty: boolean },
): EffectiveControl {
  const present = readings.flatMap(({ place, reading, isShared = false }) =>
    reading.state === 'present' ? [{ place, isShared, record: reading.record }] : [],
  );
  const faults = readings.flatMap((placed) => faultOf(placed, context.stateDirEmpty));
  const strictest = present.toSorted((a, b) => byRestriction(b.record, a.record))[0];
  const isFirst = readings.length > 0 && present.length === 0 && faults.length === 0;
  const ownPresent = present.filter((one) => !one.isShared);
  // Where this host's word can't be read, no other host's mode stands in for it.
  const isOwnLost = readings.some(
    ({ isShared, reading }) => isShared !== true && reading.state === 'unreadable',
  );
  const own = ownPresent.length > 0 || isOwnLost ? ownPresent : present;
  const base = withoutReleased(withoutCanary(strictest?.record ?? unknownRecord(isFirst)));
  const mode = mildest(own.map((one) => one.record.mode));
  // Like the mode they are what this host says, whoever says the level.
  const terms =
    mode === 'canary' ? own.find(({ record }) => record.canary)?.record.canary : undefined;
  const record: ControlRecord = {
    ...base,
    mode,
    ...(terms !== undefined && { canary: terms }),
    scopes: mergeScopes(present.map((one) => one.record.scopes)),
    epoch: Math.max(0, ...present.map((one) => one.record.epoch)),
    ...exitsMember(mergeWishes(present.map((one) => one.record.exits))),
    // What a place that can't be read asks for is not taken back by what the others say.
    ...(faults.length === 0 && releasedMember(present.map((one) => one.record))),
  };
  // A halt that somebody ordered keeps its name and reason beside the faults.
  const isHalted = faults.length > 0 && strictest?.record.level !== 'HALTED';
  return {
    record: isHalted ? haltedBy(faults, record) : record,
    source: isHalted || strictest === undefined ? 'no readable record' : strictest.place,
    faults,
    mayInitialise: isFirst && context.stateDirEmpty,
    isEpochCertain: faults.length === 0,
  };
}

/** The first record of an empty state directory. */
export function initialRecord(start: {
  readonly mode: Mode;
  readonly operator: string;
  readonly atMs: number;
}): ControlRecord {
  return {
    level: 'TRADING',
    scopes: {},
    mode: start.mode,
    epoch: FIRST_EPOCH,
    reason: 'initialised',
    message: 'first start in an empty state directory',
    operator: clip(start.operator, NAME_CHARS_MAX),
    atMs: start.atMs,
    previousLevel: 'HALTED',
  };
}

export interface RaiseRequest {
  readonly level: 'REDUCING' | 'HALTED';
  /** `strategy:ID` or `symbol:S`; empty = everything. */
  readonly scopes: readonly string[];
  readonly reason: string;
  readonly message: string;
  readonly operator: string;
  readonly atMs: number;
  /** To cancel and close within the scopes; to close positions halts, whatever level is asked for. */
  readonly exit?: ExitRequest;
}

/** Restricts further. Never less than what holds, whatever is asked for. */
export function raise(current: EffectiveControl, request: RaiseRequest): ControlRecord {
  const { record } = current;
  const { scopes, exit } = request;
  const epoch = nextEpoch(current, request.atMs);
  const level = exit?.flatten === true ? 'HALTED' : request.level;
  const exits = mergeWishes([
    record.exits,
    exit === undefined ? [] : [newWish(exit, { ...request, epoch })],
  ]);
  // Wishes that are too many, or too narrow to be kept, become one for everything.
  const isWidened = exit !== undefined && exits.at(-1)?.scopes.length === 0;
  const isForAll = scopes.length === 0 || tooManyScopes(record.scopes, scopes) || isWidened;
  const asked = Object.fromEntries(scopes.map((scope) => [scope, level]));
  return {
    level: isForAll ? mostRestrictive([record.level, level]) : record.level,
    scopes: isForAll ? record.scopes : mergeScopes([record.scopes, asked]),
    mode: record.mode,
    epoch,
    reason: clip(request.reason, NAME_CHARS_MAX),
    message: clip(request.message, TEXT_CHARS_MAX),
    operator: clip(request.operator, NAME_CHARS_MAX),
    atMs: request.atMs,
    previousLevel: record.level,
    ...exitsMember(exits),
    ...releasedMember([record]),
  };
}

interface LowerRequest {
  readonly operator: string;
  readonly justification: string;
  /** The target, retyped. */
  readonly confirm: string;
  readonly atMs: number;
}

type LowerResult =
  | { readonly ok: true; readonly record: ControlRecord }
  | { readonly ok: false; readonly missing: MissingWords };

export type MissingWords = readonly ('operator' | 'justification' | 'confirm')[];

/** What a release still lacks: a name, a reason, and the target as it is to be typed. */
export function missingWords(
  given: Pick<LowerRequest, 'operator' | 'justification' | 'confirm'>,
  target: string,
): MissingWords {
  return [
    given.operator.trim() === '' ? (['operator'] as const) : [],
    given.justification.trim() === '' ? (['justification'] as const) : [],
    given.confirm === target ? [] : (['confirm'] as const),
  ].flat();
}

/** What has to be typed to allow trading again in this mode. */
export function releaseTarget(mode: Mode): string {
  return `${mode}/kill-switch`;
}

/** Back to TRADING for everything, on the word of a named person who says why. */
export function lower(current: EffectiveControl, request: LowerRequest): LowerResult {
  const { record } = current;
  const missing = missingWords(request, releaseTarget(record.mode));
  if (missing.length > 0) return { ok: false, missing };
  const epoch = nextEpoch(current, request.atMs);
  return {
    ok: true,
    record: {
      level: 'TRADING',
      scopes: {},
      mode: record.mode,
      epoch,
      reason: 'released',
      message: clip(request.justification.trim(), TEXT_CHARS_MAX),
      operator: clip(request.operator.trim(), NAME_CHARS_MAX),
      atMs: request.atMs,
      previousLevel: record.level,
      released: { all: epoch, any: epoch },
    },
  };
}

interface ModeChange {
  readonly mode: Mode;
  readonly operator: string;
  readonly atMs: number;
  readonly why?: string;
  /** With mode canary only. */
  readonly canary?: CanaryTerms;
}

/** The same level under another mode; only `cdb mode set` may ask for canary or live. */
export function withMode(current: EffectiveControl, change: ModeChange): ControlRecord {
  const { level, scopes, exits = [] } = current.record;
  return {
    level,
    scopes,
    mode: change.mode,
    ...(change.canary !== undefined && { canary: change.canary }),
    ...exitsMember(exits),
    ...releasedMember([current.record]),
    epoch: nextEpoch(current, change.atMs),
    reason: 'mode',
    message: clip(change.why ?? `mode ${current.record.mode} to ${change.mode}`, TEXT_CHARS_MAX),
    operator: clip(change.operator, NAME_CHARS_MAX),
    atMs: change.atMs,
    previousLevel: current.record.level,
  };
}

/**
 * One more than the highest. When the highest may be lost, the time in seconds: far above any
 * count of changes, so that an order decided before the loss is older than it and stays refused.
 */
export function nextEpoch({ record, isEpochCertain }: EffectiveControl, atMs: number): number {
  const next = record.epoch + 1;
  return isEpochCertain ? next : Math.max(next, Math.floor(atMs / 1000));
}

function faultOf(
  { place, reading, isShared }: PlacedReading,
  stateDirEmpty: boolean,
): readonly string[] {
  switch (reading.state) {
    case 'present':
      return [];
    case 'unreadable':
      return [`${place}: ${reading.why}`];
    case 'absent':
      return stateDirEmpty || isShared === true
        ? []
        : [`${place}: the record is missing beside other state`];
  }
}

/**
 * What the latch of a host has to say once an order for all hosts is known: the order itself where it
 * is stricter, and where it ends an order that the latch had on its word alone.
 * @returns null when the latch stays as it is
 */
export function followedRecord(
  own: ControlRecord,
  { order, followed }: { readonly order: ControlRecord; readonly followed: ControlRecord | null },
): ControlRecord | null {
  const both = mostRestrictive([own.level, order.level]);
  const scopes = mergeScopes([own.scopes, order.scopes]);
  const isStricter = both !== own.level || !isSameScopes(scopes, own.scopes);
  // An older one is what a place says that was not asked since: it holds there, and is not kept here.
  if (order.epoch <= own.epoch) return null;
  if (isStricter) {
    const exits = exitsMember(mergeWishes([own.exits, order.exits]));
    return {
      ...order,
      level: both,
      scopes,
      mode: own.mode,
      ...exits,
      ...releasedMember([own, order]),
    };
  }
  const isOnItsWord =
    followed !== null &&
    own.epoch === followed.epoch &&
    own.atMs === followed.atMs &&
    own.level === followed.level;
  const isEnded = order.level !== own.level || !isSameScopes(order.scopes, own.scopes);
  return isOnItsWord && isEnded
    ? { ...order, mode: own.mode, ...releasedMember([own, order]) }
    : null;
}

/**
 * Epochs of several places meet: a change here that leaves the highest of them as it is would let an
 * order pass that was decided before. @returns the changed record above all others, null when it is
 */
export function renumberedRecord(
  own: ControlRecord,
  {
    others,
    counted,
  }: { readonly others: readonly PlacedReading[]; readonly counted: ControlRecord | null },
): ControlRecord | null {
  const isCounted =
    counted !== null &&
    counted.epoch === own.epoch &&
    counted.atMs === own.atMs &&
    counted.level === own.level;
  const highest = Math.max(
    0,
    ...others.map(({ reading }) => (reading.state === 'present' ? reading.record.epoch : 0)),
  );
  return isCounted || own.epoch > highest ? null : atEpoch(own, highest + 1, counted?.epoch);
}

function isSameScopes(a: Scopes, b: Scopes): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Level first; of two equal ones the newer says who and why. */
function byRestriction(a: ControlRecord, b: ControlRecord): number {
  return LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || a.epoch - b.epoch;
}

function unknownRecord(isFirst: boolean): ControlRecord {
  return {
    level: 'HALTED',
    scopes: {},
    mode: 'shadow',
    epoch: 0,
    reason: isFirst ? 'not_initialised' : 'system_error',
    message: isFirst ? 'nothing ran here yet' : 'no place of the control register says what holds',
    operator: 'cdb',
    atMs: 0,
    previousLevel: 'HALTED',
  };
}

function haltedBy(faults: readonly string[], record: ControlRecord): ControlRecord {
  return {
    ...record,
    level: 'HALTED',
    reason: 'system_error',
    message: clip(faults.join('; '), TEXT_CHARS_MAX),
    operator: 'cdb',
    atMs: 0,
    previousLevel: record.level,
  };
}

/** Places that disagree on the mode get the one that can do the least. */
function mildest(modes: readonly Mode[]): Mode {
  return MODES.find((mode) => modes.includes(mode)) ?? 'shadow';
}

function mergeScopes(all: readonly Scopes[]): Scopes {
  const merged = new Map<string, Level>();
  for (const [scope, level] of all.flatMap((scopes) => Object.entries(scopes))) {
    merged.set(scope, mostRestrictive([level, merged.get(scope) ?? 'TRADING']));
  }
  return Object.fromEntries(merged);
}

/** A register full of scopes can't take another: then everything is restricted instead. */
function tooManyScopes(held: Scopes, asked: readonly string[]): boolean {
  return new Set([...Object.keys(held), ...asked]).size > SCOPES_MAX;
}

export function clip(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 3)}...`;
}
