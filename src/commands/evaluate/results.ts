import type { CommandIo } from '../command-io.js';
import { envelope } from '../output/envelope.js';
import { printableJson } from '../output/json-text.js';

/**
 * Writes one line of JSON text for each result as soon as it is there, so that whoever feeds stdin
 * line by line gets its answers; a full pipe is waited for.
 */
export async function writeResults(
  io: CommandIo,
  command: string,
  results: AsyncIterable<string>,
): Promise<void> {
  const form = outputForm(io, command);
  const write = async (text: string): Promise<void> => {
    if (text !== '' && !io.stdout(text)) await io.stdoutDrained();
  };
  await write(form.start);
  let separator = '';
  try {
    for await (const result of results) {
      io.deadline.throwIfAborted();
      // Byte for byte the reference's, unless a terminal would obey what is in it.
      await write(separator + form.row(io.stdoutIsTTY ? printableJson(result) : result));
      separator = form.separator;
    }
  } finally {
    // Also after a fault: what is written stays whole JSON, the exit status tells the rest.
    await write(form.end);
  }
}

interface OutputForm {
  readonly start: string;
  readonly row: (result: string) => string;
  readonly separator: string;
  readonly end: string;
}

/** NDJSON of the bare results; asked for, an envelope around all (json) or each (jsonl). */
function outputForm(io: CommandIo, command: string): OutputForm {
  if (io.outputFormat === 'text') {
    return { start: '', row: (result) => `${result}\n`, separator: '', end: '' };
  }
  // Results are spliced in as text, because JSON.stringify has no exact numbers.
  const empty = envelope(command, null, io.nowMs());
  const head = empty.slice(0, -'null}'.length);
  return io.outputFormat === 'jsonl'
    ? { start: '', row: (result) => `${head}${result}}\n`, separator: '', end: '' }
    : { start: `${head}[`, row: (result) => result, separator: ',', end: ']}\n' };
}
