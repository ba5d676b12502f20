import * as z from 'zod';
import type { LedgerEvent } from './ledger.js';
import { CHAIN_TABLES, type ChainHead, type ChainTable } from './row-chain.js';

/** Heads of a run's chains at a committed input. */
export interface RunHeads {
  readonly runId: string;
  readonly seq: number;
  readonly heads: Readonly<Partial<Record<ChainTable, ChainHead>>>;
}

export const ANCHOR_CAUSES = ['start', 'running', 'stop'] as const;
export type AnchorCause = (typeof ANCHOR_CAUSES)[number];

/** What the ledger keeps of a database, so that rows which are gone there are missed here. */
export interface Anchor {
  readonly databaseId: string;
  readonly cause: AnchorCause;
  readonly runs: readonly RunHeads[];
}

const head = z.object({ n: z.int().min(0), hash: z.string().max(64) });
const details = z.object({
  database_id: z.string(),
  cause: z.enum(ANCHOR_CAUSES),
  runs: z.array(
    z.object({
      run_id: z.string(),
      seq: z.int(),
      risk_events: head.optional(),
      control_events: head.optional(),
    }),
  ),
});

export function anchorEvent(anchor: Anchor, atMs: number): LedgerEvent {
  const { databaseId, cause, runs } = anchor;
  return {
    kind: 'anchor',
    action: 'heads of the audit chains anchored',
    atMs,
    who: 'cdb run',
    why: WHY[cause],
    details: {
      database_id: databaseId,
      cause,
      runs: runs.map(({ runId, seq, heads }) => ({ run_id: runId, seq, ...heads })),
    },
  };
}

const WHY: Readonly<Record<AnchorCause, string>> = {
  start: 'the engine has started',
  running: 'the chains have moved since the last anchor',
  stop: 'the engine stops',
};

/** Null for an event that is no anchor, or none that this build can read. */
export function anchorOf({ kind, details: given }: LedgerEvent): Anchor | null {
  if (kind !== 'anchor') return null;
  const read = details.safeParse(given);
  if (!read.success) return null;
  const { database_id: databaseId, cause, runs } = read.data;
  return {
    databaseId,
    cause,
    runs: runs.map(({ run_id: runId, seq, ...heads }) => ({
      runId,
      seq,
      heads: Object.fromEntries(
        CHAIN_TABLES.flatMap((table) => {
          const found = heads[table];
          return found === undefined ? [] : [[table, found]];
        }),
      ),
    })),
  };
}
