import {
  EXACT_JSON_LIMITS,
  isExactArray,
  isExactObject,
  JsonFloat,
  readExactJson,
  type ExactJson,
  type ExactJsonFault,
  type ExactJsonResult,
} from '../../engine/domain/exact-json.js';
import type { CommandIo } from '../command-io.js';
import { badInput, INPUT_CHARS_MAX, inputLines, tooLong, type InputLine } from './input-lines.js';

export interface EvaluateInput {
  readonly value: ExactJson;
  /** For messages: `line 3` or `item 4`. */
  readonly place: string;
}

/** Writers of the recorded inputs print NaN and Infinity as numbers. */
const LIMITS = { ...EXACT_JSON_LIMITS, charsMax: INPUT_CHARS_MAX, nonFinite: true };

/**
 * Reads one input after the other: NDJSON, one JSON array, one object over many lines, or an
 * object whose `vectors` are the inputs. Inputs before a bad line are handed out before it throws.
 */
export async function* evaluateInputs(file: string, io: CommandIo): AsyncGenerator<EvaluateInput> {
  const lines = inputLines(file, io);
  const first = await nextLine(lines);
  if (first === undefined) return;
  const read = readExactJson(first.text, LIMITS);
  if (!read.ok && read.fault.atEnd) {
    yield* wholeDocument(first, lines);
    return;
  }
  const value = accepted(read, first);
  if (isExactArray(value)) {
    // Alone it is the document; before other lines it is an input like them.
    const second = await nextLine(lines);
    yield* second === undefined ? items(value) : [atLine(value, first)];
    if (second !== undefined) yield* lineInputs(second);
  } else yield* inputsOf(value, first);
  for await (const line of lines) {
    if (!isBlank(line)) yield* lineInputs(line);
  }
}

async function nextLine(lines: AsyncGenerator<InputLine>): Promise<InputLine | undefined> {
  for (;;) {
    const next = await lines.next();
    if (next.done) return undefined;
    if (!isBlank(next.value)) return next.value;
  }
}

function isBlank({ text }: InputLine): boolean {
  return text.trim() === '';
}

async function* wholeDocument(
  first: InputLine,
  lines: AsyncGenerator<InputLine>,
): AsyncGenerator<EvaluateInput> {
  const texts = [first.text];
  let chars = first.text.length;
  for await (const { text, number } of lines) {
    texts.push(text);
    chars += text.length + 1;
    if (chars > INPUT_CHARS_MAX) throw tooLong(number);
  }
  const value = parsed({ text: texts.join('\n'), number: first.number });
  yield* isExactArray(value) ? items(value) : inputsOf(value, first);
}

function lineInputs(line: InputLine): Iterable<EvaluateInput> {
  return inputsOf(parsed(line), line);
}

function inputsOf(value: ExactJson, line: InputLine): Iterable<EvaluateInput> {
  return vectorsOf(value) ?? [atLine(value, line)];
}

function atLine(value: ExactJson, { number }: InputLine): EvaluateInput {
  return { value, place: `line ${number}` };
}

function vectorsOf(value: ExactJson): Iterable<EvaluateInput> | undefined {
  const vectors = isExactObject(value) ? value.get('vectors') : undefined;
  return isExactArray(vectors) ? items(vectors) : undefined;
}

function items(values: readonly ExactJson[]): readonly EvaluateInput[] {
  return values.map((value, index) => ({ value, place: `item ${index + 1}` }));
}

function parsed(line: InputLine): ExactJson {
  return accepted(readExactJson(line.text, LIMITS), line);
}

function accepted(read: ExactJsonResult, { number }: InputLine): ExactJson {
  if (!read.ok) throw badInput(faultText(read.fault, number));
  return withFloats(read.value);
}

function faultText({ what, line, column }: ExactJsonFault, firstNumber: number): string {
  return `line ${firstNumber + line - 1}, column ${column}: not JSON: ${what}`;
}

const NAMED_FLOATS: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
]);

/** `{"$float":"inf"}` stands for a number that JSON has no text for. */
function withFloats(value: ExactJson): ExactJson {
  if (isExactArray(value)) return value.map(withFloats);
  if (!isExactObject(value)) return value;
  const name = value.size === 1 ? value.get('$float') : undefined;
  const float = typeof name === 'string' ? NAMED_FLOATS.get(name) : undefined;
  if (float !== undefined) return new JsonFloat(float);
  return new Map([...value].map(([key, item]) => [key, withFloats(item)]));
}
