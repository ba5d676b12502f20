import type { CommandIo } from '../command-io.js';
import { GrowingTable } from '../tables/text-table.js';
import { jsonText } from './json-text.js';
import type { ChosenFields } from './row-fields.js';

interface CommandResult {
  /** Command name with dots: `config.show`. The schema is `cdb.config.show/1`. */
  readonly command: string;
  readonly data: unknown;
  /** The same for people; called only when text is asked for. Lines end with "\n". */
  readonly text: () => string;
}

interface RowsResult<Row> {
  readonly command: string;
  readonly rows: readonly Row[];
  readonly fields: ChosenFields<Row>;
  /** All of the one envelope, around the chosen members of the rows. */
  readonly data: (rows: readonly unknown[]) => unknown;
  /** What stands around the table; the table is there even when it has no row. */
  readonly text: (table: string) => string;
  readonly hasTitles?: boolean;
}

/** A shape change that breaks a reader raises the number, for all commands together. */
const ENVELOPE_VERSION = 1;

export function envelope(command: string, data: unknown, nowMs: number): string {
  return jsonText({
    schema: `cdb.${command}/${ENVELOPE_VERSION}`,
    generated_at: new Date(nowMs).toISOString(),
    data,
  });
}

/** The one place where a command's answer reaches stdout. */
export function printResult(io: CommandIo, { command, data, text }: CommandResult): void {
  io.stdout(io.outputFormat === 'text' ? text() : `${envelope(command, data, io.nowMs())}\n`);
}

/** The same for a list: a table, one envelope, or (jsonl) one envelope a row. */
export function printRows<Row>(io: CommandIo, result: RowsResult<Row>): void {
  const { command, rows, fields, data, hasTitles = true } = result;
  const nowMs = io.nowMs();
  if (io.outputFormat === 'text') {
    const table = new GrowingTable(fields.columns, hasTitles);
    io.stdout(result.text(table.lines(rows.map((row) => fields.cells(row, nowMs)))));
    return;
  }
  const picked = rows.map((row) => fields.pick(row));
  const parts = io.outputFormat === 'jsonl' ? picked : [data(picked)];
  for (const part of parts) io.stdout(`${envelope(command, part, nowMs)}\n`);
}
