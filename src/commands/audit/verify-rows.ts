import type { LedgerAnchors, LedgerVerdict } from '../../engine/verify-audit.js';
import type { ChainVerdict, KeyRange } from '../../engine/verify-chain.js';
import { isoOrNull, whenText } from '../../view/age.js';
import type { RowFields } from '../output/row-fields.js';

/** One chain that was looked at. */
export interface CheckedRow {
  readonly chain: string;
  readonly run_id: string | null;
  readonly checked: number;
  readonly from: number | null;
  readonly to: number | null;
  readonly head: string | null;
  readonly first_at: string | null;
  readonly newest_at: string | null;
  readonly state: 'ok' | 'bad' | 'not verified' | 'empty';
  /** The first position that is wrong. */
  readonly bad_position: number | null;
  readonly detail: string;
}

export const ROW_FIELDS: RowFields<CheckedRow> = {
  chain: { text: ({ chain }) => chain },
  run_id: { title: 'run', text: ({ run_id: run }) => run ?? '-' },
  state: { text: ({ state }) => STATE_WORDS[state] },
  bad_position: { title: 'bad at', text: ({ bad_position: n }) => String(n ?? '-') },
  checked: { text: ({ checked }) => String(checked) },
  from: { text: ({ from }) => String(from ?? '-') },
  to: { text: ({ to }) => String(to ?? '-') },
  head: { widthMax: 12, text: ({ head }) => head?.slice(0, 12) ?? '-' },
  first_at: { title: 'first', hidden: true, text: ({ first_at: at }) => at ?? '-' },
  newest_at: {
    title: 'newest',
    text: ({ newest_at: at }, nowMs) => (at === null ? '-' : whenText(Date.parse(at), nowMs)),
  },
  detail: { widthMax: 200, text: ({ detail }) => detail },
};

const STATE_WORDS: Readonly<Record<CheckedRow['state'], string>> = {
  ok: 'OK',
  bad: 'BAD',
  'not verified': 'NOT VERIFIED',
  empty: 'empty',
};

const NOTHING = {
  run_id: null,
  checked: 0,
  from: null,
  to: null,
  head: null,
  first_at: null,
  newest_at: null,
  bad_position: null,
} as const;

export function ledgerRow(verdict: LedgerVerdict, path: string): CheckedRow {
  const { entries, head, fault } = verdict;
  const isEmpty = entries === 0;
  const missing = isEmpty ? `no entry in ${path}` : path;
  return {
    ...NOTHING,
    chain: 'ledger',
    checked: entries,
    ...(isEmpty ? {} : { from: 1, to: head.n, head: head.hash }),
    first_at: isoOrNull(verdict.firstAtMs),
    newest_at: isoOrNull(verdict.newestAtMs),
    state: fault !== null ? 'bad' : isEmpty ? 'not verified' : 'ok',
    bad_position: fault?.n ?? null,
    detail: fault?.what ?? missing,
  };
}

export function chainRow(verdict: ChainVerdict): CheckedRow {
  const { table, runId, after, head, checked, fault } = verdict;
  const unknown = verdict.keys.find(({ isProven }) => !isProven);
  return {
    ...NOTHING,
    chain: table,
    run_id: runId,
    checked,
    ...(checked === 0 ? {} : { from: after + 1, to: head.n, head: head.hash }),
    first_at: isoOrNull(verdict.firstAtMs),
    newest_at: isoOrNull(verdict.newestAtMs),
    state: stateOf(verdict, unknown),
    bad_position: firstOf(fault?.n, unknown?.from),
    detail: [fault?.what ?? [], notesOf(verdict)].flat().join('; '),
  };
}

function firstOf(...positions: readonly (number | undefined)[]): number | null {
  const known = positions.filter((n) => n !== undefined);
  return known.length === 0 ? null : Math.min(...known);
}

function stateOf(verdict: ChainVerdict, unknown: KeyRange | undefined): CheckedRow['state'] {
  if (verdict.fault !== null) return 'bad';
  if (unknown !== undefined) return 'not verified';
  // Nothing behind a position that is trusted is as good as all of it.
  return verdict.checked === 0 && verdict.after === 0 ? 'empty' : 'ok';
}

function notesOf({ after, unproven, keys, anchorsMet }: ChainVerdict): readonly string[] {
  const notes: string[] = [];
  if (after > 0) notes.push(`from the anchor at ${after}`);
  if (unproven > 0) notes.push(`${unproven} rows from before the chain are not proven`);
  if (keys.some(({ keyId }) => keyId !== null)) notes.push(...keys.map(keyNote));
  if (anchorsMet > 0) notes.push(`${anchorsMet} anchors met`);
  return notes;
}

function keyNote({ keyId, from, to, isProven }: KeyRange): string {
  if (keyId === null) return `${from}..${to} without a key`;
  return `${from}..${to} with key ${keyId}${isProven ? '' : ', which is not the one given'}`;
}

/** Whether ledger and database know each other; without, each could be cut off unseen. */
export function anchorsRow(ledger: LedgerVerdict, anchors: LedgerAnchors): CheckedRow {
  const { count, newestAtMs, ofOthers } = anchors;
  const isMutual = ledger.anchorsMet > 0 && count > 0;
  const others = ofOthers === 0 ? '' : `; ${ofOthers} in the ledger are of other databases`;
  const words = `${count} of this database in the ledger, ${ledger.anchorsMet} of the ledger in the database`;
  return {
    ...NOTHING,
    chain: 'anchors',
    checked: ledger.anchorsMet,
    to: ledger.anchoredTo === 0 ? null : ledger.anchoredTo,
    newest_at: isoOrNull(newestAtMs),
    state: isMutual ? 'ok' : 'not verified',
    detail: `${words}${others}`,
  };
}

export function databaseRow(why: string): CheckedRow {
  return { ...NOTHING, chain: 'database', state: 'not verified', detail: why };
}
