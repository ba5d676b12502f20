import { wordsOf } from './domain/words-of.js';
import { anchorOf } from './domain/anchor.js';
import { LEDGER_START, ledgerFault, type LedgerHead } from './domain/ledger.js';
import { CHAIN_TABLES, type ChainHead, type ChainTable } from './domain/row-chain.js';
import type { AnchorRow, ChainReader } from './ports/chain-reader.js';
import { placeBehind } from './ports/chain-reader.js';
import type { Ledger } from './ports/ledger.js';
import { verifyChain, type ChainAsk, type ChainCheck, type ChainVerdict } from './verify-chain.js';

const RUNS_PER_PAGE = 100;
const ANCHORS_PER_PAGE = 1_000;

export interface LedgerVerdict {
  readonly entries: number;
  readonly head: LedgerHead;
  readonly firstAtMs: number | null;
  readonly newestAtMs: number | null;
  /** Entries that the database knows too, and that are the same here. */
  readonly anchorsMet: number;
  /** The newest entry that the database knows. */
  readonly anchoredTo: number;
  readonly anchoredAtMs: number | null;
  readonly fault: { readonly n: number; readonly what: string } | null;
}

/** What the ledger keeps of the database: positions of each chain, and where one may begin. */
export interface LedgerAnchors {
  /** Anchors of this database, and how many of them it knows. */
  readonly count: number;
  readonly newestAtMs: number | null;
  readonly ofOthers: number;
  readonly positions: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** By run: the newest anchor that is older than `sinceMs`. */
  readonly starts: ReadonlyMap<string, { readonly seq: number; readonly head: ChainHead }>;
}

/** Anchors in the database of one ledger, and of those that lie elsewhere. */
export interface DatabaseAnchors {
  readonly databaseId: string;
  readonly own: ReadonlyMap<number, AnchorRow>;
  readonly elsewhere: ReadonlyMap<string, { readonly count: number; readonly newestAtMs: number }>;
}

interface LedgerLook {
  readonly ledger: Pick<Ledger, 'entries'>;
  /** Null where there is no database to compare with. */
  readonly known: DatabaseAnchors | null;
  /** Null: chains are read from their beginning. */
  readonly sinceMs: number | null;
}

/** Of those whose ledger has this beginning, or lies in this place. @throws DependencyError */
export async function readAnchors(
  reader: ChainReader,
  of: { readonly ledgerId: string | null; readonly place: string },
): Promise<DatabaseAnchors> {
  const databaseId = await reader.databaseId();
  const own = new Map<number, AnchorRow>();
  const elsewhere = new Map<string, { count: number; newestAtMs: number }>();
  for (let after = '0'; ;) {
    const page = await reader.anchors(after, ANCHORS_PER_PAGE);
    for (const row of page) {
      after = row.id;
      if (row.ledgerId === of.ledgerId || row.place === of.place)
        own.set(row.n, worse(own, row, of));
      else {
        const { count = 0 } = elsewhere.get(row.place) ?? {};
        elsewhere.set(row.place, { count: count + 1, newestAtMs: row.atMs });
      }
    }
    if (page.length < ANCHORS_PER_PAGE) return { databaseId, own, elsewhere };
  }
}

/** Of two ledgers in one place the one that is gone counts: its entries are missed here. */
function worse(
  own: ReadonlyMap<number, AnchorRow>,
  row: AnchorRow,
  { ledgerId }: { readonly ledgerId: string | null },
): AnchorRow {
  const held = own.get(row.n);
  return held !== undefined && held.ledgerId !== ledgerId ? held : row;
}

export function verifyLedger(
  look: LedgerLook,
  check: Pick<ChainCheck, 'hash'>,
): { readonly verdict: LedgerVerdict; readonly anchors: LedgerAnchors } {
  const { known } = look;
  const anchors = new AnchorList(known?.databaseId ?? null, look.sinceMs);
  const times: number[] = [];
  let head = LEDGER_START;
  let anchorsMet = 0;
  let fault: LedgerVerdict['fault'] = null;
  try {
    for (const entry of look.ledger.entries()) {
      const there = known?.own.get(entry.n);
      const what =
        ledgerFault(check.hash, head, entry) ??
        (there === undefined || there.hash === entry.hash
          ? null
          : `entry ${entry.n} is not the one that the database anchors`);
      if (what !== null) {
        fault = { n: head.n + 1, what };
        break;
      }
      if (there !== undefined) anchorsMet += 1;
      head = { n: entry.n, hash: entry.hash };
      times.splice(times.length === 0 ? 0 : 1, 1, entry.event.atMs);
      anchors.take(entry);
    }
  } catch (unreadable) {
    const what = wordsOf(unreadable);
    fault = { n: head.n + 1, what };
  }
  const newest = newestOf(known);
  if (fault === null && newest !== null && newest.n > head.n) {
    const what = `missing: the entries end at ${head.n}, the database anchors ${newest.n}`;
    fault = { n: head.n + 1, what };
  }
  return {
    verdict: {
      entries: head.n,
      head,
      firstAtMs: times[0] ?? null,
      newestAtMs: times.at(-1) ?? null,
      anchorsMet,
      anchoredTo: newest?.n ?? 0,
      anchoredAtMs: newest?.atMs ?? null,
      fault,
    },
    anchors,
  };
}

function newestOf(known: DatabaseAnchors | null): AnchorRow | null {
  let newest: AnchorRow | null = null;
  for (const row of known?.own.values() ?? []) if (row.n > (newest?.n ?? 0)) newest = row;
  return newest;
}

class AnchorList implements LedgerAnchors {
  count = 0;
  newestAtMs: number | null = null;
  ofOthers = 0;
  readonly positions = new Map<string, Map<number, string>>();
  readonly starts = new Map<string, { seq: number; head: ChainHead }>();
  readonly #databaseId: string | null;
  readonly #sinceMs: number | null;

  constructor(databaseId: string | null, sinceMs: number | null) {
    this.#databaseId = databaseId;
    this.#sinceMs = sinceMs;
  }

  take({ event }: { readonly event: Parameters<typeof anchorOf>[0] }): void {
    const anchor = anchorOf(event);
    if (anchor === null) return;
    if (anchor.databaseId !== this.#databaseId) {
      this.ofOthers += 1;
      return;
    }
    this.count += 1;
    this.newestAtMs = event.atMs;
    for (const { runId, seq, heads } of anchor.runs) {
      for (const table of CHAIN_TABLES) {
        const head = heads[table];
        if (head !== undefined && head.n > 0) this.#add(chainName(table, runId), head);
      }
      const head = heads.risk_events;
      const isOld = this.#sinceMs !== null && event.atMs < this.#sinceMs;
      if (isOld && head !== undefined && head.n > 0) this.starts.set(runId, { seq, head });
    }
  }

  #add(name: string, { n, hash }: ChainHead): void {
    const positions = this.positions.get(name) ?? new Map<number, string>();
    this.positions.set(name, positions);
    const held = positions.get(n) ?? hash;
    positions.set(n, held === hash ? hash : 'anchored as two different rows');
  }
}

function chainName(table: ChainTable, runId: string): string {
  return `${table} ${runId}`;
}

/** Every chain of the database, and those that only the ledger still knows. @throws DependencyError */
export async function* verifyChains(
  reader: ChainReader,
  anchors: LedgerAnchors,
  check: ChainCheck,
): AsyncGenerator<ChainVerdict> {
  const missing = new Set(anchors.positions.keys());
  for (let after = ''; ;) {
    const runs = await reader.runs(after, RUNS_PER_PAGE);
    for (const runId of runs) {
      after = runId;
      for (const table of CHAIN_TABLES) {
        missing.delete(chainName(table, runId));
        yield await verifyChain(reader, askOf(anchors, table, runId), check);
      }
    }
    if (runs.length < RUNS_PER_PAGE) break;
  }
  for (const name of missing) {
    const [table, runId = ''] = name.split(' ');
    for (const known of CHAIN_TABLES) {
      if (known === table) yield await verifyChain(reader, askOf(anchors, known, runId), check);
    }
  }
}

function askOf(anchors: LedgerAnchors, table: ChainTable, runId: string): ChainAsk {
  const start = table === 'risk_events' ? anchors.starts.get(runId) : undefined;
  const anchored = anchors.positions.get(chainName(table, runId)) ?? new Map<number, string>();
  const from = start === undefined ? null : { head: start.head, place: placeBehind(start.seq) };
  return { table, runId, anchored, from };
}
