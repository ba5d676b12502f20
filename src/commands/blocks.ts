import type { BlockField, BlockQuery, BlockSummary } from '../engine/ports/audit-reader.js';
import { EXIT, OperatorError } from '../operator-error.js';
import { blockSummaryJson, readBlockSummary } from '../view/audit-json.js';
import { ASK_DATABASE_TIMEOUT_MS, askEngine } from './ask-engine.js';
import {
  BLOCKED_FIELDS,
  blockedRow,
  blockedRows,
  blockedSource,
  blockedText,
  type BlockedJson,
} from './blocks-list.js';
import { blocksText, groupFields, groupsJson } from './blocks-text.js';
import type { CommandIo } from './command-io.js';
import { followList } from './follow/audit-list.js';
import { followRows } from './follow/follow-rows.js';
import type { OperatorPorts, OperatorServices } from './operator-ports.js';
import { printRows } from './output/envelope.js';
import { chooseFields } from './output/row-fields.js';
import type { ParsedOptions } from './parsed-options.js';

const GROUPS_MAX = 50;
const ROWS_DEFAULT = 20;
const ROWS_MAX = 1_000;

/** From an external database, else from the running engine, else from one started for that time. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  if (options.flag('follow')) return follow(options, io, services);
  const query: BlockQuery = {
    by: fieldOf(options.text('by')),
    windowMs: options.number('sinceMs') ?? null,
    limit: Math.min(GROUPS_MAX, options.number('count') ?? GROUPS_MAX),
  };
  const fields = chooseFields('blocks', groupFields(query.by), options.list('fields'));
  const ports = await services.operator(options, io);
  const summary = (await readBlocks(ports, query)) ?? nothingYet(query.by);
  printRows(io, {
    command: 'blocks',
    rows: groupsJson(summary),
    fields,
    data: (groups) => ({ ...blockSummaryJson(summary), groups }),
    text: blocksText(summary, query.windowMs, io.nowMs()),
  });
  return EXIT.OK;
}

/** Refusals one by one, because groups have no next row. */
async function follow(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  if (options.text('by') !== undefined) throw groupsDoNotFollow();
  const fields = chooseFields('blocks -f', BLOCKED_FIELDS, options.list('fields'));
  const windowMs = options.number('sinceMs') ?? null;
  const limit = Math.min(ROWS_MAX, options.number('count') ?? ROWS_DEFAULT);
  const ports = await services.operator(options, io);
  const following = followList(ports, blockedSource({ windowMs, limit }), {
    rows: blockedRows,
    row: blockedRow,
    text: (list) => blockedText(list, windowMs, io.nowMs()),
  });
  const key = (row: BlockedJson) => row.decision_id;
  return followRows(io, ports.clock, { command: 'blocks.list', fields, key, ...following });
}

function groupsDoNotFollow(): OperatorError {
  return new OperatorError({
    code: 'CDB-E0002',
    what: 'Cannot follow groups: --by and --follow are both given',
    why: '--follow lists refusals one by one, --by counts them',
    todo: 'leave one of them out: cdb blocks -f, or cdb blocks --by code',
    exit: EXIT.USAGE,
  });
}

/** The command table has refused every other word. */
function fieldOf(by: string | undefined): BlockField {
  return by === 'symbol' || by === 'strategy' ? by : 'code';
}

async function readBlocks(ports: OperatorPorts, query: BlockQuery): Promise<BlockSummary | null> {
  if (ports.readsDirectly()) return ports.withAudit((reader) => reader.blocksBy(query));
  const text = new URLSearchParams({ by: query.by, n: String(query.limit) });
  if (query.windowMs !== null) text.set('window_ms', String(query.windowMs));
  const request = {
    method: 'GET',
    path: `/blocks?${text.toString()}`,
    timeoutMs: ASK_DATABASE_TIMEOUT_MS,
  } as const;
  const asked = await askEngine(ports.engine, request, readBlockSummary);
  return asked ?? ports.withAudit((reader) => reader.blocksBy(query));
}

function nothingYet(by: BlockField): BlockSummary {
  return {
    by,
    runId: null,
    groups: [],
    othersCount: 0,
    blocked: 0,
    allowed: 0,
    lastAllowAtMs: null,
    firstAtMs: null,
    newestAtMs: null,
  };
}
