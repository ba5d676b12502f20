import { canonicalFact } from './canonical-fact.js';
import type { Hash } from './hash.js';

/** What happens to a system by somebody's decision, as against what a market does to it. */
export const LEDGER_KINDS = [
  'control',
  'mode',
  'canary',
  'gate',
  'migration',
  'trigger',
  'drill',
  'proof',
  'anchor',
] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];

/** Plain JSON; names of secrets may be in it, their values never. */
export interface LedgerEvent {
  readonly kind: LedgerKind;
  /** A verb and its object: "kill switch engaged". */
  readonly action: string;
  readonly atMs: number;
  /** A person, or the part of cdb that acted by itself. */
  readonly who: string;
  readonly why: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Each entry proves all those before it. Source: domain.md 4.7, the rolling form. */
export interface LedgerEntry {
  /** From 1, without a gap. */
  readonly n: number;
  readonly event: LedgerEvent;
  /** Of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256 of `prev:n:event`, the event as canonical JSON. */
  readonly hash: string;
}

export type LedgerHead = Pick<LedgerEntry, 'n' | 'hash'>;

export const LEDGER_START: LedgerHead = { n: 0, hash: '0'.repeat(64) };

export function nextEntry(hash: Hash, head: LedgerHead, event: LedgerEvent): LedgerEntry {
  const n = head.n + 1;
  return { n, event, prev: head.hash, hash: entryHash(hash, n, head.hash, event) };
}

/** @returns what is wrong with the entry behind this head, null when it is the next one */
export function ledgerFault(hash: Hash, head: LedgerHead, entry: LedgerEntry): string | null {
  if (entry.n !== head.n + 1) return `entry ${head.n + 1} is missing; the next is ${entry.n}`;
  if (entry.prev !== head.hash) return `entry ${entry.n} does not follow the one before it`;
  const isWhole = entry.hash === entryHash(hash, entry.n, entry.prev, entry.event);
  return isWhole ? null : `entry ${entry.n} is not what was written`;
}

function entryHash(hash: Hash, n: number, prev: string, event: LedgerEvent): string {
  return hash.sha256Hex(`${prev}:${n}:${canonicalFact(event)}`);
}
