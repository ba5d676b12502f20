import type { Hash } from '../domain/hash.js';
import { isoMsOf } from '../domain/iso-time.js';

/** What a person has to have written for one scope, as it stands in the file; null where it is no text. */
export interface StatedOpening {
  readonly scope: string | null;
  readonly approvedBy: string | null;
  readonly approvedAt: string | null;
  readonly expiresAt: string | null;
  readonly reason: string | null;
}

/** The part of a DELIVERY_APPROVED.yaml that says whether something may be changed. */
export interface StatedGate {
  readonly form: 'docs-hub' | 'working-repo';
  /** Null: neither true nor false. */
  readonly approved: boolean | null;
  readonly approvedBy: string | null;
  readonly approvedAt: string | null;
  readonly openings: readonly StatedOpening[];
}

export type GateReading =
  | { readonly state: 'present'; readonly stated: StatedGate }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly why: string };

/** What the newest commit has in the place of the file. */
export type CommittedGate =
  | { readonly state: 'committed'; readonly commit: string; readonly reading: GateReading }
  | { readonly state: 'not-committed'; readonly why: string };

export interface GateCopy {
  /** As it is shown to people. */
  readonly file: string;
  readonly working: GateReading;
  readonly committed: CommittedGate;
}

/** Complete: nothing of it may be missing. */
export interface Opening {
  readonly id: string;
  readonly scope: string;
  readonly approvedBy: string;
  readonly approvedAtMs: number;
  readonly expiresAtMs: number;
  readonly reason: string;
}

/** What is known besides the files. */
export interface GateMoment {
  readonly nowMs: number;
  /** Of the newest entry of the ledger; null when it is empty. */
  readonly newestEntryAtMs: number | null;
  /** Openings that were used or closed. */
  readonly endedIds: ReadonlySet<string>;
  /** Why the ledger cannot tell what was used; null when it can. */
  readonly ledgerFault: string | null;
}

export type GateVerdict =
  | { readonly open: true; readonly opening: Opening; readonly commits: readonly string[] }
  | { readonly open: false; readonly why: string };

/** Longer is forgotten: the gate of the founding incident stood open for 36 days. */
export const OPEN_MS_MAX = 24 * 3_600_000;
/** Clocks of two hosts differ by so much. */
export const CLOCK_SLACK_MS = 5_000;
export const TEXT_LENGTH_MAX = 500;

/** Those that commands ask for, or will; any other word may be opened and checked for too. */
export const GATE_SCOPES = ['migrations', 'live', 'config'] as const;

export function isScope(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,63}$/.test(text);
}

/** A name or a reason; a mark that something is still to be filled in is none. */
export function saysSomething(text: string | null): text is string {
  return (
    text !== null &&
    text.length <= TEXT_LENGTH_MAX &&
    /[\p{L}\p{N}]/u.test(text) &&
    !/^\s*(?:null|none|nil|tbd|todo|n\/a|unknown|undefined)\s*$/i.test(text)
  );
}

export type ReadOpening =
  | { readonly ok: true; readonly opening: Opening }
  /** Members as they are called in the file. */
  | { readonly ok: false; readonly faults: readonly string[] };

export function completeOpening(hash: Hash, stated: StatedOpening): ReadOpening {
  const { scope, approvedBy, reason } = stated;
  const approvedAtMs = isoMsOf(stated.approvedAt ?? '');
  const expiresAtMs = isoMsOf(stated.expiresAt ?? '');
  const faults = [
    scope !== null && isScope(scope) ? [] : ['scope'],
    saysSomething(approvedBy) ? [] : ['approved_by'],
    approvedAtMs === null ? ['approved_at'] : [],
    expiresAtMs === null ? ['expires_at'] : [],
    saysSomething(reason) ? [] : ['reason'],
  ].flat();
  if (scope === null || approvedBy === null || reason === null) return { ok: false, faults };
  if (approvedAtMs === null || expiresAtMs === null || faults.length > 0) {
    return { ok: false, faults };
  }
  const isSpan = expiresAtMs > approvedAtMs && expiresAtMs - approvedAtMs <= OPEN_MS_MAX;
  if (!isSpan) return { ok: false, faults: ['expires_at (at most 24 h behind approved_at)'] };
  return {
    ok: true,
    opening: opening(hash, { scope, approvedBy, approvedAtMs, expiresAtMs, reason }),
  };
}

export function opening(hash: Hash, told: Omit<Opening, 'id'>): Opening {
  const { scope, approvedBy, approvedAtMs, expiresAtMs, reason } = told;
  const text = JSON.stringify([scope, approvedBy, approvedAtMs, expiresAtMs, reason]);
  return { ...told, id: hash.sha256Hex(text).slice(0, 16) };
}

/**
 * Open only where every copy, in the working tree and in its newest commit, has the same complete
 * opening of this scope, which has begun, has not expired, and was neither used nor closed.
 */
export function judgeScope(
  hash: Hash,
  scope: string,
  copies: readonly GateCopy[],
  moment: GateMoment,
): GateVerdict {
  const closed = (why: string): GateVerdict => ({ open: false, why });
  const commits: string[] = [];
  let shared: readonly Opening[] | null = null;
  for (const { file, working, committed } of copies) {
    const here = liveOpenings(hash, scope, working, moment);
    if (!here.ok) return closed(`${file} ${here.why}`);
    if (committed.state === 'not-committed') {
      return closed(`the opening in ${file} is not committed: ${committed.why}`);
    }
    const there = liveOpenings(hash, scope, committed.reading, moment);
    const both = there.ok ? intersection(here.openings, there.openings) : [];
    if (both.length === 0) return closed(`the opening in ${file} is not committed`);
    commits.push(committed.commit);
    shared = shared === null ? both : intersection(shared, both);
    if (shared.length === 0) return closed('the copies do not have the same opening');
  }
  if (moment.ledgerFault !== null) return closed(moment.ledgerFault);
  const { newestEntryAtMs, nowMs, endedIds } = moment;
  if (newestEntryAtMs !== null && newestEntryAtMs > nowMs + CLOCK_SLACK_MS) {
    return closed('the clock went backwards: the ledger has an entry of a later time');
  }
  const found = shared?.find(({ id }) => !endedIds.has(id));
  if (found !== undefined) return { open: true, opening: found, commits };
  return closed(shared === null ? 'no file is named' : 'its opening was used or closed already');
}

type LiveOpenings =
  | { readonly ok: true; readonly openings: readonly Opening[] }
  | { readonly ok: false; readonly why: string };

function liveOpenings(
  hash: Hash,
  scope: string,
  reading: GateReading,
  { nowMs }: GateMoment,
): LiveOpenings {
  if (reading.state === 'absent') return { ok: false, why: 'does not exist' };
  if (reading.state === 'unreadable') return { ok: false, why: `counts as closed: ${reading.why}` };
  const { approved, openings } = reading.stated;
  if (approved === null) return { ok: false, why: 'says neither approved: true nor false' };
  if (!approved) return { ok: false, why: 'says approved: false' };
  const stated = openings.filter((one) => one.scope === scope);
  if (stated.length === 0) return { ok: false, why: noOpening(openings) };
  const read = stated.map((one) => completeOpening(hash, one));
  const complete = read.flatMap((one) => (one.ok ? [one.opening] : []));
  const begun = complete.filter(({ approvedAtMs }) => approvedAtMs <= nowMs + CLOCK_SLACK_MS);
  const live = begun.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  if (live.length > 0) return { ok: true, openings: live };
  if (begun.length > 0) return { ok: false, why: 'has an opening that has expired' };
  if (complete.length > 0) {
    return { ok: false, why: 'has an opening that begins later: a clock is wrong' };
  }
  const faults = read.flatMap((one) => (one.ok ? [] : one.faults));
  return { ok: false, why: `has an opening without a usable ${[...new Set(faults)].join(', ')}` };
}

function noOpening(openings: readonly StatedOpening[]): string {
  return openings.length === 0
    ? 'says approved: true without scope and end, which opens nothing'
    : 'has no opening of this scope';
}

function intersection(a: readonly Opening[], b: readonly Opening[]): readonly Opening[] {
  return a.filter(({ id }) => b.some((other) => other.id === id));
}
