import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { evaluateInputs, type EvaluateInput } from '../../../../src/commands/evaluate/inputs.js';
import { canonicalJson, PLAIN_STYLE } from '../../../../src/engine/domain/canonical-json.js';
import { OperatorError } from '../../../../src/operator-error.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';

const folder = mkdtempSync(join(tmpdir(), 'cdb-evaluate-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What was handed out, and the fault that ended it. */
async function outcome(inputs: AsyncIterable<EvaluateInput>) {
  const seen: string[] = [];
  try {
    for await (const { place, value } of inputs) {
      seen.push(`${place}: ${canonicalJson(value, PLAIN_STYLE)}`);
    }
  } catch (fault) {
    if (!(fault instanceof OperatorError)) throw fault;
    return { seen, why: fault.why, exit: fault.exit };
  }
  return { seen };
}

function read(text: string, size = 3) {
  return outcome(evaluateInputs('-', fakeCommandIo({ stdin: chunked(text, size) })));
}

describe('evaluateInputs', () => {
  test.each([
    ['NDJSON', '{"a":1}\n{"a":2.0}\n', ['line 1: {"a":1}', 'line 2: {"a":2.0}']],
    [
      'NDJSON without a last line end',
      '{"a":1}\r\n\n{"a":2}',
      ['line 1: {"a":1}', 'line 3: {"a":2}'],
    ],
    ['an array in one line', '[{"a":1},null]\n', ['item 1: {"a":1}', 'item 2: null']],
    ['an array over lines', '\n[\n{"a":1},\n{"a":2}\n]', ['item 1: {"a":1}', 'item 2: {"a":2}']],
    ['one object over lines', '{\n "a": 1\n}\n', ['line 1: {"a":1}']],
    ['one object in one line', '{"a":1}', ['line 1: {"a":1}']],
    [
      'vectors over lines',
      '{\n"what":"x",\n"vectors":[{"a":1},\n2]}',
      ['item 1: {"a":1}', 'item 2: 2'],
    ],
    ['vectors in one line', '{"vectors":[1]}', ['item 1: 1']],
    ['arrays as lines', '[]\n[1]\nnull\n', ['line 1: []', 'line 2: [1]', 'line 3: null']],
    ['nothing', ' \n\n', []],
  ])('reads %s, however it is cut', async (_, text, seen) => {
    for (const size of [1, 3, 1_000]) expect(await read(text, size)).toEqual({ seen });
  });

  test('keeps characters that are cut in the middle of their bytes', async () => {
    expect(await read('{"a":"日本\u{1F600}"}', 1)).toEqual({
      seen: ['line 1: {"a":"日本\u{1F600}"}'],
    });
  });

  test('reads the numbers that JSON has no text for', async () => {
    const { seen } = await read('{"a":[{"$float":"inf"},{"$float":"-inf"},{"$float":"nan"},NaN]}');
    expect(seen).toEqual(['line 1: {"a":[Infinity,-Infinity,NaN,NaN]}']);
    const other = '{"a":{"$float":"1"},"b":{"$float":"inf","x":1}}';
    expect(await read(other)).toEqual({ seen: [`line 1: ${other}`] });
  });

  test('hands out what is before a bad line, then names the line', async () => {
    expect(await read('{"a":1}\n\n{"a":}\n{"a":2}\n')).toEqual({
      seen: ['line 1: {"a":1}'],
      why: 'line 3, column 6: not JSON: required: a JSON value',
      exit: 2,
    });
    expect(await read('{"a":1}\n{"a":')).toEqual({
      seen: ['line 1: {"a":1}'],
      why: 'line 2, column 6: not JSON: the text ends early',
      exit: 2,
    });
    expect(await read('\nnot json\n{}')).toMatchObject({
      seen: [],
      why: expect.stringContaining('line 2,'),
    });
    expect(await read('[1]\n[2\n')).toMatchObject({
      seen: ['line 1: [1]'],
      why: expect.stringContaining('line 2,'),
    });
  });

  test('names the line of a fault inside a document', async () => {
    expect(await read('\n[\n{"a":1},\n{"a" 2}\n]')).toMatchObject({
      seen: [],
      why: expect.stringContaining('line 4, column 6'),
    });
  });

  test('hands out a line before the next one is there', async () => {
    let asked = 0;
    async function* slow(): AsyncGenerator<string> {
      for (const line of ['{"a":1}\n', '{"a":2}\n']) {
        asked += 1;
        yield line;
      }
    }
    const inputs = evaluateInputs('-', fakeCommandIo({ stdin: slow() }));
    expect((await inputs.next()).value).toMatchObject({ place: 'line 1' });
    expect(asked).toBe(1);
    await inputs.return(undefined);
  });

  test('refuses text that is not UTF-8', async () => {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"a":1}\n{"a":"');
      yield Uint8Array.of(0xff, 0x22, 0x7d);
    }
    const io = fakeCommandIo({ stdin: bytes() });
    expect(await outcome(evaluateInputs('-', io))).toEqual({
      seen: ['line 1: {"a":1}'],
      why: 'it is not UTF-8 text',
      exit: 2,
    });
  });

  test('bounds a line that never ends', async () => {
    let chunks = 0;
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        chunks += 1;
        yield ' '.repeat(1024 * 1024);
      }
    }
    const io = fakeCommandIo({ stdin: endless() });
    expect(await outcome(evaluateInputs('-', io))).toMatchObject({
      seen: [],
      why: expect.stringMatching(/^line 1: longer than \d+ characters$/),
    });
    expect(chunks).toBeLessThan(100);
  });

  test('reads a file relative to where cdb was called, and says when it cannot', async () => {
    writeFileSync(join(folder, 'in.ndjson'), '{"a":1}\n');
    const io = fakeCommandIo({ cwd: folder });
    expect(await outcome(evaluateInputs('in.ndjson', io))).toEqual({ seen: ['line 1: {"a":1}'] });
    for (const file of ['missing.json', '.']) {
      const { why, exit } = await outcome(evaluateInputs(file, io));
      expect(why).toMatch(/ENOENT|EISDIR/);
      expect(exit).toBe(2);
    }
  });
});
