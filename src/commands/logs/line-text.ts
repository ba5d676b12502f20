import { maskSecrets } from '../../config/mask.js';
import type { RawLine } from '../../engine/ports/log-reader.js';
import { plainText } from '../../view/plain-text.js';
import type { LogLine } from './log-line.js';

/** `18:46:33.666 info  engine   draining: stopped trades=1590 …`; times are UTC. */
export function lineText(line: LogLine): string {
  const { atMs, level, area } = line;
  const time = new Date(atMs).toISOString().slice(11, 23);
  return plainText([time, level.padEnd(5), area.padEnd(9), messageText(line)].join(' '));
}

/** `draining: stopped trades=1590 …`, without secrets, and not made plain. */
export function messageText({ message, fields }: Pick<LogLine, 'message' | 'fields'>): string {
  const members = fields.map(([name, value]) => `${name}=${valueText(value)}`);
  return maskSecrets([message, ...members].join(' '));
}

export function unreadableText(raw: RawLine): string {
  return `(unreadable) ${plainText(maskSecrets(raw ?? 'a line that is too long, or no text'))}`;
}

/** A title where the day or the run becomes another one; null where it is the same. */
export class Titles {
  #day = '';
  #runId: string | null = null;

  next({ atMs, runId }: LogLine): string | null {
    const day = new Date(atMs).toISOString().slice(0, 10);
    const sameRun = runId === null || runId === this.#runId;
    if (day === this.#day && sameRun) return null;
    this.#day = day;
    this.#runId = runId ?? this.#runId;
    const run = sameRun ? '' : `, run ${plainText(runId)}`;
    return `-- ${day} (UTC)${run}`;
  }
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
