import { maskedJson, maskSecrets } from '../../config/mask.js';
import type { CommandIo } from '../command-io.js';
import { UNPRINTABLE } from '../tables/plain-text.js';

interface CommandResult {
  /** Command name with dots: `config.show`. The schema is `cdb.config.show/1`. */
  readonly command: string;
  readonly data: unknown;
  /** The same for people; called only when text is asked for. Lines end with "\n". */
  readonly text: () => string;
  /** For `jsonl`: one envelope a row. Without rows jsonl is one line with all of it. */
  readonly rows?: readonly unknown[];
}

/** A shape change that breaks a reader raises the number, for all commands together. */
const ENVELOPE_VERSION = 1;

/** @param command name with dots: `config.show` is `cdb.config.show/1` */
export function schemaName(command: string): string {
  return `cdb.${command}/${ENVELOPE_VERSION}`;
}

export function envelope(command: string, data: unknown, nowMs: number): string {
  return escapeUnprintable(
    maskedJson({
      schema: schemaName(command),
      generated_at: new Date(nowMs).toISOString(),
      data,
    }),
  );
}

/** For one line of JSON, without its line break. */
export function escapeUnprintable(json: string): string {
  return json.replace(UNPRINTABLE, jsonEscape);
}

/** JSON.stringify leaves C1 controls and bidirectional overrides as they are; a terminal obeys them. */
function jsonEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The one place where a command's answer reaches stdout. */
export function printResult(io: CommandIo, result: CommandResult): void {
  if (io.outputFormat === 'text') {
    io.stdout(maskSecrets(result.text()));
    return;
  }
  const parts = io.outputFormat === 'jsonl' ? (result.rows ?? [result.data]) : [result.data];
  for (const part of parts) io.stdout(`${envelope(result.command, part, io.nowMs())}\n`);
}
