import type { Hash } from './domain/hash.js';
import {
  chainStart,
  nextLink,
  type ChainHash,
  type ChainHead,
  type ChainTable,
} from './domain/row-chain.js';
import type { ChainClaim, ChainReader, ChainRow } from './ports/chain-reader.js';

/** Positions that were hashed in the same way, one after the other. */
export interface KeyRange {
  /** Null: without a key. */
  readonly keyId: string | null;
  readonly from: number;
  to: number;
  /** False when the key is not at hand: links were followed, contents not recomputed. */
  readonly isProven: boolean;
}

export interface ChainFault {
  /** The first position that is wrong or missing; 0 where that is no single one. */
  readonly n: number;
  readonly what: string;
}

export interface ChainVerdict {
  readonly table: ChainTable;
  readonly runId: string;
  /** The position in front of the first that was looked at. */
  readonly after: number;
  /** The newest position that is whole, with its hash. */
  readonly head: ChainHead;
  readonly checked: number;
  /** Rows from before the chain, which nothing proves. */
  readonly unproven: number;
  readonly firstAtMs: number | null;
  readonly newestAtMs: number | null;
  readonly keys: readonly KeyRange[];
  readonly anchorsMet: number;
  readonly fault: ChainFault | null;
}

export interface ChainCheck {
  readonly hash: Hash;
  /** Null for a key that is not at hand. */
  readonly hashOf: (keyId: string | null) => ChainHash | null;
  readonly pageRows: number;
}

export interface ChainAsk {
  readonly table: ChainTable;
  readonly runId: string;
  /** Positions and hashes that were kept elsewhere. */
  readonly anchored: ReadonlyMap<number, string>;
  /** Trust everything up to here. */
  readonly from: { readonly head: ChainHead; readonly place: string } | null;
}

/** Reads the chain to its head and stops at the first thing that is wrong. @throws DependencyError */
export async function verifyChain(
  reader: Pick<ChainReader, 'rows'>,
  ask: ChainAsk,
  check: ChainCheck,
): Promise<ChainVerdict> {
  const walk = new ChainWalk(ask, check);
  const { table, runId } = ask;
  for (let place = ask.from?.place ?? null; ;) {
    const page = await reader.rows({ table, runId, place, limit: check.pageRows });
    walk.begin(page.claim);
    for (const row of page.rows) walk.take(row);
    if (walk.isOver || page.rows.length < check.pageRows) {
      walk.end(page.claim);
      return walk.verdict();
    }
    place = page.place;
  }
}

class ChainWalk {
  readonly #ask: ChainAsk;
  readonly #check: ChainCheck;
  #head: ChainHead;
  #sinceId: string | null = null;
  #begun = false;
  #checked = 0;
  #unproven = 0;
  #anchorsMet = 0;
  #firstAtMs: number | null = null;
  #newestAtMs: number | null = null;
  #lastId = 0n;
  readonly #keys: KeyRange[] = [];
  #fault: ChainFault | null = null;

  constructor(ask: ChainAsk, check: ChainCheck) {
    this.#ask = ask;
    this.#check = check;
    this.#head = ask.from?.head ?? { n: 0, hash: '' };
  }

  get isOver(): boolean {
    return this.#fault !== null;
  }

  begin(claim: ChainClaim | null): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#sinceId = claim?.sinceId ?? null;
    if (this.#ask.from !== null || this.#sinceId === null) return;
    const { table, runId } = this.#ask;
    this.#head = chainStart(this.#check.hash, { table, runId, sinceId: this.#sinceId });
  }

  take(row: ChainRow): void {
    if (this.isOver) return;
    const what = row.n === null ? this.#withoutPlace(row) : this.#link(row, row.n);
    if (what !== null) this.#fault = { n: this.#head.n + 1, what };
  }

  #withoutPlace({ id }: ChainRow): string | null {
    const isOlder = this.#sinceId === null || BigInt(id) <= BigInt(this.#sinceId);
    if (isOlder && this.#head.n === 0) {
      this.#unproven += 1;
      return null;
    }
    return `row ${id} stands here without a position`;
  }

  #link(row: ChainRow, n: number): string | null {
    const expected = this.#head.n + 1;
    if (this.#sinceId === null)
      return `row ${row.id} says ${n}, but the run has no head of this chain`;
    if (n > expected) return `missing: row ${row.id}, the next, says ${n}`;
    if (n < expected) return `row ${row.id} stands here and says ${n}, which was before`;
    if (row.prev !== this.#head.hash) {
      return n === 1
        ? `row ${row.id} is not the beginning of this chain`
        : `row ${row.id} does not follow position ${n - 1}`;
    }
    if (BigInt(row.id) <= this.#lastId)
      return `row ${row.id} has moved in front of the one before it`;
    const what = this.#content(row);
    if (what !== null) return what;
    const anchored = this.#ask.anchored.get(n);
    if (anchored !== undefined && anchored !== row.hash) {
      return `row ${row.id} is not the one that the ledger anchors`;
    }
    if (anchored !== undefined) this.#anchorsMet += 1;
    this.#advance(row, n);
    return null;
  }

  #content({ id, hash, key, cells }: ChainRow): string | null {
    const last = this.#keys.at(-1);
    if (key === null && last !== undefined && last.keyId !== null) {
      return `row ${id} was hashed without a key, behind rows with one`;
    }
    const hasher = this.#check.hashOf(key);
    if (hasher === null) return hash === null ? `row ${id} has no hash` : null;
    const link = nextLink(hasher, this.#head, { table: this.#ask.table, cells });
    return link.hash === hash ? null : `row ${id} is not what was written`;
  }

  #advance({ id, hash, key, cells }: ChainRow, n: number): void {
    const last = this.#keys.at(-1);
    if (last?.keyId === key) last.to = n;
    else {
      const isProven = this.#check.hashOf(key) !== null;
      this.#keys.push({ keyId: key, from: n, to: n, isProven });
    }
    this.#head = { n, hash: hash ?? '' };
    this.#lastId = BigInt(id);
    this.#checked += 1;
    this.#newestAtMs = Math.floor(Number(cells.at(-1)) / 1000);
    this.#firstAtMs ??= this.#newestAtMs;
  }

  /** The head and the anchors know what no row can tell: that there were more. */
  end(claim: ChainClaim | null): void {
    if (this.isOver) return;
    const what = this.#tail(claim);
    if (what !== null) this.#fault = { n: this.#head.n + 1, what };
  }

  #tail(claim: ChainClaim | null): string | null {
    const { n, hash } = this.#head;
    if (claim === null && (n > 0 || this.#unproven > 0)) return 'the run has rows and no cursor';
    const said = claim?.n ?? 0;
    if (said > n) return `missing: the rows end at ${n}, the head of the run is at ${said}`;
    if (said < n) return `the rows go on to ${n}, the head of the run is at ${said}`;
    if (n > 0 && claim?.hash !== hash)
      return `the head of the run is not the hash of position ${n}`;
    const anchored = Math.max(0, ...this.#ask.anchored.keys());
    return anchored > n ? `missing: the rows end at ${n}, the ledger anchors ${anchored}` : null;
  }

  verdict(): ChainVerdict {
    const { table, runId, from } = this.#ask;
    return {
      table,
      runId,
      after: from?.head.n ?? 0,
      head: this.#head,
      checked: this.#checked,
      unproven: this.#unproven,
      firstAtMs: this.#firstAtMs,
      newestAtMs: this.#newestAtMs,
      keys: this.#keys,
      anchorsMet: this.#anchorsMet,
      fault: this.#fault,
    };
  }
}
