import { maskedJson, maskSecrets } from '../../config/mask.js';
import type { CommandIo } from '../command-io.js';
import { GrowingTable } from '../tables/text-table.js';
import { printableJson } from './json-text.js';
import type { ChosenFields } from './row-fields.js';

interface CommandResult {
  /** Command name with dots: `config.show`. The schema is `cdb.config.show/1`. */
  readonly command: string;
  readonly data: unknown;
  /** The same for people; called only when text is asked for. Lines end with "\n". */
  readonly text: () => string;
  /** What has one line each with --output jsonl; without it the whole data. */
  readonly rows?: readonly unknown[];
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

/** @param command name with dots: `config.show` is `cdb.config.show/1` */
export function schemaName(command: string): string {
  return `cdb.${command}/${ENVELOPE_VERSION}`;
}

export function envelope(command: string, data: unknown, nowMs: number): string {
  const head = { schema: schemaName(command), generated_at: new Date(nowMs).toISOString() };
  return printableJson(maskedJson({ ...head, data }));
}

/** The one place where a command's answer reaches stdout. */
export function printResult(io: CommandIo, { command, data, text, rows }: CommandResult): void {
  if (io.outputFormat === 'text') {
    io.stdout(maskSecrets(text()));
    return;
  }
  const parts = io.outputFormat === 'jsonl' ? (rows ?? [data]) : [data];
  for (const part of parts) io.stdout(`${envelope(command, part, io.nowMs())}\n`);
}

/** The same for a list: a table, one envelope, or (jsonl) one envelope a row. */
export function printRows<Row>(io: CommandIo, result: RowsResult<Row>): void {
  const { command, rows, fields, data, hasTitles = true } = result;
  const nowMs = io.nowMs();
  if (io.outputFormat === 'text') {
    const table = new GrowingTable(fields.columns, hasTitles);
    const lines = table.lines(rows.map((row) => fields.cells(row, nowMs)));
    io.stdout(maskSecrets(result.text(lines)));
    return;
  }
  const picked = rows.map((row) => fields.pick(row));
  const parts = io.outputFormat === 'jsonl' ? picked : [data(picked)];
  for (const part of parts) io.stdout(`${envelope(command, part, nowMs)}\n`);
}
