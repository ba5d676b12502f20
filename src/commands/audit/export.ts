import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { CHAIN_COLUMNS, CHAIN_TABLES, type ChainTable } from '../../engine/domain/row-chain.js';
import type { ChainReader, ChainRow } from '../../engine/ports/chain-reader.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { AuditPorts, AuditServices } from './audit-ports.js';
import { decisionEvent } from './decision-event.js';

const PAGE_ROWS = 1_000;
const RUNS_PER_PAGE = 100;

interface Exported {
  readonly file: string;
  readonly rows: number;
  readonly state: 'written' | 'same';
}

/** Copies of the ledger and of the chains as files. Never changes one that is there. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: AuditServices,
): Promise<number> {
  const stamp = new Date(io.nowMs()).toISOString().slice(0, 19).replaceAll(':', '-');
  const folder = resolve(io.cwd, options.text('out') ?? `audit-${stamp}Z`);
  const ports = await services.audit(options, io);
  const files =
    options.text('format') === 'decision-events'
      ? await decisionEvents(ports, folder)
      : await jsonLines(ports, folder);
  const written = files.filter(({ state }) => state === 'written');
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  printResult(io, {
    command: 'audit.export',
    data: { directory: folder, rows, written: written.length, files },
    rows: files,
    text: () => {
      const same = files.length - written.length;
      const there = same === 0 ? '' : `, ${same} were there already`;
      return `${plainText(`OK: ${rows} rows, ${written.length} files written to ${folder}${there}`)}\n`;
    },
  });
  return EXIT.OK;
}

async function decisionEvents(ports: AuditPorts, folder: string): Promise<readonly Exported[]> {
  const files: Exported[] = [];
  for (const entry of ports.ledger.entries()) {
    const { fileName, members } = decisionEvent(entry);
    const state = await ports.writeNew(join(folder, fileName), [stringify(members)]);
    files.push({ file: fileName, rows: 1, state });
  }
  return files;
}

async function jsonLines(ports: AuditPorts, folder: string): Promise<readonly Exported[]> {
  const write = async (name: string, lines: AsyncIterable<string> | Iterable<string>) => {
    const counted = new Counted(lines);
    const state = await ports.writeNew(join(folder, name), counted.texts());
    return { file: name, rows: counted.rows, state };
  };
  const files = [await write('ledger.jsonl', ledgerLines(ports))];
  await ports.withChains(async (reader) => {
    for await (const runId of runsOf(reader)) {
      for (const table of CHAIN_TABLES) {
        files.push(
          await write(`${table}-${fileWord(runId)}.jsonl`, chainLines(reader, table, runId)),
        );
      }
    }
  });
  return files;
}

class Counted {
  rows = 0;
  readonly #lines: AsyncIterable<string> | Iterable<string>;

  constructor(lines: AsyncIterable<string> | Iterable<string>) {
    this.#lines = lines;
  }

  async *texts(): AsyncGenerator<string> {
    for await (const line of this.#lines) {
      this.rows += 1;
      yield `${line}\n`;
    }
  }
}

function* ledgerLines({ ledger }: AuditPorts): Generator<string> {
  for (const entry of ledger.entries()) yield JSON.stringify(entry);
}

async function* runsOf(reader: ChainReader): AsyncGenerator<string> {
  for (let after = ''; ;) {
    const runs = await reader.runs(after, RUNS_PER_PAGE);
    for (const runId of runs) yield runId;
    if (runs.length < RUNS_PER_PAGE) return;
    after = runs.at(-1) ?? '';
  }
}

async function* chainLines(
  reader: ChainReader,
  table: ChainTable,
  runId: string,
): AsyncGenerator<string> {
  for (let place: string | null = null; ;) {
    const page = await reader.rows({ table, runId, place, limit: PAGE_ROWS });
    for (const row of page.rows) yield JSON.stringify(rowJson(table, row));
    if (page.rows.length < PAGE_ROWS) return;
    ({ place } = page);
  }
}

/** Columns as the canonical form has them: texts, so that no number loses a digit. */
function rowJson(table: ChainTable, { id, n, prev, hash, key, cells }: ChainRow) {
  const columns = CHAIN_COLUMNS[table].map((name, i) => [name, cells[i] ?? null] as const);
  return { id, n, prev, hash, key, columns: Object.fromEntries(columns) };
}

/** A run id is a UUID unless somebody has changed it. */
function fileWord(runId: string): string {
  return runId.replace(/[^A-Za-z0-9-]/g, '_');
}
