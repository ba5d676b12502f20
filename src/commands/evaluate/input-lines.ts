import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';

/** Longest line and longest document that is held in memory. */
export const INPUT_CHARS_MAX = 32 * 1024 * 1024;

export interface InputLine {
  readonly text: string;
  /** Counts from 1. */
  readonly number: number;
}

/** @returns the lines of a file, or of stdin for `-`, without their ends */
export async function* inputLines(file: string, io: CommandIo): AsyncGenerator<InputLine> {
  const chunks = file === '-' ? io.stdin : createReadStream(resolve(io.cwd, file));
  let rest = '';
  let number = 0;
  for await (const text of decoded(chunks, file)) {
    const [head = '', ...pieces] = text.split('\n');
    rest += head;
    for (const piece of pieces) {
      number += 1;
      yield { text: rest, number };
      rest = piece;
    }
    if (rest.length > INPUT_CHARS_MAX) throw tooLong(number + 1);
  }
  if (rest !== '') yield { text: rest, number: number + 1 };
}

export function tooLong(line: number): OperatorError {
  return badInput(`line ${line}: longer than ${INPUT_CHARS_MAX} characters`);
}

/** The input is there, but it is not what the command reads. */
export function badInput(why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0511',
    what: 'Cannot evaluate the input',
    why,
    todo: 'correct it; results of the inputs before it were written',
    exit: EXIT.USAGE,
  });
}

async function* decoded(
  chunks: AsyncIterable<Uint8Array | string>,
  file: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of chunks) {
      yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } catch (fault) {
    throw unreadable(fault, file);
  }
}

function unreadable(fault: unknown, file: string): unknown {
  if (fault instanceof TypeError) return badInput('it is not UTF-8 text');
  if (!(fault instanceof Error) || !('code' in fault)) return fault;
  return new OperatorError({
    code: 'CDB-E0510',
    what: `Cannot read "${file}"`,
    why: fault.message,
    todo: 'check the path; - reads stdin',
    exit: EXIT.USAGE,
    cause: fault,
  });
}
