import type { CommandIo } from '../command-io.js';
import { envelope } from '../output/envelope.js';
import type { ChosenFields } from '../output/row-fields.js';
import { GrowingTable } from '../tables/text-table.js';
import type { FollowPlan } from './follow-plan.js';
import { orAborted } from './or-aborted.js';

/** More rows than any page and any first block have. */
const KEYS_MAX = 20_000;

/** Prints each row once: a growing table, or one envelope a row. A slow reader is waited for. */
export class RowPrinter<Row> {
  readonly #io: CommandIo;
  readonly #command: string;
  readonly #fields: ChosenFields<Row>;
  readonly #key: (row: Row) => string;
  readonly #signal: AbortSignal;
  readonly #table: GrowingTable;
  /** The newest last. */
  readonly #printed = new Set<string>();

  constructor(
    io: CommandIo,
    plan: Pick<FollowPlan<Row, unknown>, 'command' | 'fields' | 'hasTitles' | 'key'>,
    signal: AbortSignal,
  ) {
    this.#io = io;
    this.#command = plan.command;
    this.#fields = plan.fields;
    this.#key = plan.key;
    this.#signal = signal;
    this.#table = new GrowingTable(plan.fields.columns, plan.hasTitles);
  }

  /** What the plain command prints; titles without a row wait for the first one. */
  async first(rows: readonly Row[], text: (table: string) => string): Promise<void> {
    if (this.#io.outputFormat !== 'text') return this.next(rows);
    for (const row of rows) this.#printed.add(this.#key(row));
    await this.#write(text(rows.length === 0 ? '' : this.#lines(rows)));
  }

  async next(rows: readonly Row[]): Promise<void> {
    const fresh = rows.filter((row) => !this.#printed.has(this.#key(row)));
    for (const row of fresh) this.#printed.add(this.#key(row));
    for (const key of this.#printed) {
      if (this.#printed.size <= KEYS_MAX) break;
      this.#printed.delete(key);
    }
    if (fresh.length === 0) return;
    await this.#write(this.#io.outputFormat === 'text' ? this.#lines(fresh) : this.#json(fresh));
  }

  #lines(rows: readonly Row[]): string {
    const nowMs = this.#io.nowMs();
    return this.#table.lines(rows.map((row) => this.#fields.cells(row, nowMs)));
  }

  #json(rows: readonly Row[]): string {
    const nowMs = this.#io.nowMs();
    const line = (row: Row) => `${envelope(this.#command, this.#fields.pick(row), nowMs)}\n`;
    return rows.map(line).join('');
  }

  async #write(text: string): Promise<void> {
    if (!this.#io.stdout(text)) await orAborted(this.#io.stdoutDrained(), this.#signal);
  }
}
