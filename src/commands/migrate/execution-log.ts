import { DependencyError } from '../../operator-error.js';
import type { Check } from '../../schema/verify/verify-after.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { ReportServices } from './migrate-ports.js';
import type { Gated } from './migration-gate.js';

/** The dated steps of one change of the schema, with what each of them showed. */
export class ExecutionLog {
  readonly #nowMs: () => number;
  readonly #lines: string[] = [];
  readonly #startMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
  }

  step(name: string, evidence: string): void {
    const at = new Date(this.#nowMs()).toISOString().slice(11, 19);
    const number = this.#lines.length + 1;
    this.#lines.push(`${number}. ${at} **${name}**: ${plainText(evidence)}`);
  }

  checks(checks: readonly Check[]): void {
    for (const { about, verdict, evidence } of checks) {
      this.step('Verify', `${verdict} ${about}: ${evidence}`);
    }
  }

  /** What became of the opening; nothing where none was needed. */
  closing(gate: Gated<unknown>['gate']): void {
    if (gate !== null) this.step('Gate', gate.isClosed ? 'closed again' : 'spent, not closed');
  }

  /** A section of the report of the day. */
  text(title: string, status: string): string {
    const at = new Date(this.#startMs).toISOString().slice(11, 16);
    const lines = this.#lines.join('\n');
    return `## Addendum ${at} UTC: ${plainText(title)}\n\n${lines}\n\nFinal status: ${status}\n`;
  }

  /** What can't be written is told; what was done stays done. @returns the path, or null */
  async write(
    to: { readonly title: string; readonly status: string },
    options: ParsedOptions,
    io: CommandIo,
    services: ReportServices,
  ): Promise<string | null> {
    const text = this.text(to.title, to.status);
    try {
      return await services.appendReport(options, io, { atMs: this.#startMs, text });
    } catch (fault) {
      if (!(fault instanceof DependencyError)) throw fault;
      io.stderr(`${plainText(`WARN    ${fault.message}`)}\n`);
      return null;
    }
  }
}

export function statusOf(checks: readonly Check[]): 'OK' | 'FAIL' {
  return checks.some(({ verdict }) => verdict === 'FAIL') ? 'FAIL' : 'OK';
}

export function checkLines(checks: readonly Check[]): string {
  return checks
    .map(({ about, verdict, evidence }) => plainText(`verify ${verdict} ${about}: ${evidence}`))
    .map((line) => `${line}\n`)
    .join('');
}

/** @param report its path, null where none was written */
export function writtenLine(report: string | null): string {
  return report === null ? '' : `written: ${plainText(report)}\n`;
}
