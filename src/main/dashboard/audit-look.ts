import { CURSOR_BEGINNING } from '../../engine/ports/audit-reader.js';
import type {
  AuditReader,
  BlockedList,
  BlockSummary,
  FillList,
} from '../../engine/ports/audit-reader.js';
import { askEngine } from '../../commands/ask-engine.js';
import type { OperatorPorts } from '../../commands/operator-ports.js';
import { readBlockedList, readBlockSummary, readFillList } from '../../view/audit-json.js';

/** Of market time, counted back from the newest decision. */
export const BLOCKS_WINDOW_MS = 3_600_000;
const ROWS = 100;
const CODES_MAX = 50;
const ASK_MS = 2_000;

/** What the audit trail says of fills and refusals. */
export interface AuditSeen {
  readonly fills: FillList;
  readonly summary: BlockSummary;
  readonly list: BlockedList;
  /** How long the first question took. */
  readonly latencyMs: number;
}

const FILLS = { windowMs: null, symbol: null, strategyId: null, limit: ROWS } as const;
const SUMMARY = { by: 'code', windowMs: BLOCKS_WINDOW_MS, limit: CODES_MAX } as const;
const LIST = { windowMs: null, limit: ROWS } as const;

/** Asks an external database itself. @returns null where there is none; throws as the port does */
export function askDatabase(ports: OperatorPorts): Promise<AuditSeen | null> {
  return ports.withAudit(readAll);
}

async function readAll(reader: AuditReader): Promise<AuditSeen> {
  const startedMs = performance.now();
  const fills = await reader.fills(FILLS);
  const latencyMs = performance.now() - startedMs;
  const summary = await reader.blocksBy(SUMMARY);
  return { fills, summary, list: await reader.blocked(LIST), latencyMs };
}

/**
 * As `cdb fills` and `cdb blocks` ask a running engine. One question after the other: its database
 * has better things to do.
 * @returns null when no engine runs
 * @throws OperatorError
 */
export async function askRunningEngine({ engine }: OperatorPorts): Promise<AuditSeen | null> {
  const ask = <T>(path: string, read: (body: unknown) => T | null) =>
    askEngine(engine, { method: 'GET', path, timeoutMs: ASK_MS }, read);
  const startedMs = performance.now();
  const fills = await ask(`/fills?n=${FILLS.limit}`, readFillList);
  const latencyMs = performance.now() - startedMs;
  const window = `window_ms=${SUMMARY.windowMs}`;
  const summary = await ask(`/blocks?by=code&n=${SUMMARY.limit}&${window}`, readBlockSummary);
  const list = await ask(`/blocks/list?n=${LIST.limit}`, readBlockedList);
  if (fills === null || summary === null || list === null) return null;
  return { fills, summary, list, latencyMs };
}

/** Of a place in which no run was ever kept. */
export const NOTHING_YET: Omit<AuditSeen, 'latencyMs'> = {
  fills: { runId: null, fills: [], total: 0, newestAtMs: null, cursor: CURSOR_BEGINNING },
  summary: {
    ...{ runId: null, by: 'code', groups: [], othersCount: 0, blocked: 0, allowed: 0 },
    ...{ lastAllowAtMs: null, firstAtMs: null, newestAtMs: null },
  },
  list: { runId: null, blocked: [], total: 0, newestAtMs: null, cursor: CURSOR_BEGINNING },
};
