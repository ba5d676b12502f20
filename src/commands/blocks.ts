import type { BlockField, BlockQuery, BlockSummary } from '../engine/ports/audit-reader.js';
import { EXIT } from '../operator-error.js';
import { blockSummaryJson, readBlockSummary } from '../view/audit-json.js';
import { ASK_DATABASE_TIMEOUT_MS, askEngine } from './ask-engine.js';
import { blocksText, codeHelp } from './blocks-text.js';
import type { CommandIo } from './command-io.js';
import type { OperatorPorts, OperatorServices } from './operator-ports.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';

const GROUPS_MAX = 50;

/** From the running engine, else from the database, started for that time. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const query: BlockQuery = {
    by: fieldOf(options.text('by')),
    windowMs: options.number('sinceMs') ?? null,
    limit: GROUPS_MAX,
  };
  const ports = await services.operator(options, io);
  const summary = (await readBlocks(ports, query)) ?? nothingYet(query.by);
  const data = withHelp(summary);
  printResult(io, {
    command: 'blocks',
    data,
    rows: data.groups,
    text: () => blocksText(summary, query.windowMs, io.nowMs()),
  });
  return EXIT.OK;
}

/** The command table has refused every other word. */
function fieldOf(by: string | undefined): BlockField {
  return by === 'symbol' || by === 'strategy' ? by : 'code';
}

async function readBlocks(ports: OperatorPorts, query: BlockQuery): Promise<BlockSummary | null> {
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

function withHelp(summary: BlockSummary) {
  const data = blockSummaryJson(summary);
  if (summary.by !== 'code') return data;
  return { ...data, groups: data.groups.map((group) => ({ ...group, ...codeHelp(group.key) })) };
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
