import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { run as runBundle } from '../../../../src/commands/evaluate/bundle.js';
import { run as runGate } from '../../../../src/commands/evaluate/gate.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { canonicalJson, PLAIN_STYLE } from '../../../../src/engine/domain/canonical-json.js';
import type { ExactObject } from '../../../../src/engine/domain/exact-json.js';
import { OperatorError } from '../../../../src/operator-error.js';
import { fakeCommandIo, type FakeCommandIo } from '../../../fakes/fake-command-io.js';
import {
  readVectors,
  vectorPath,
  type VectorFile,
} from '../../../fixtures/vectors/read-vectors.js';

type Command = 'gate' | 'bundle';

const SERVICES = { hash: () => Promise.resolve(nodeHash) };

async function evaluate(
  command: Command,
  io: FakeCommandIo,
  options: Readonly<Record<string, string>> = { file: '-' },
): Promise<readonly string[]> {
  const parsed = new ParsedOptions(options);
  const status =
    command === 'gate' ? await runGate(parsed, io) : await runBundle(parsed, io, SERVICES);
  expect(status).toBe(0);
  return io.out.join('').split('\n').slice(0, -1);
}

async function* stdin(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

function json(value: ExactObject, name: string): string {
  return canonicalJson(value.get(name) ?? null, PLAIN_STYLE);
}

function without(vector: ExactObject, ...names: readonly string[]): string {
  const kept = [...vector].filter(([name]) => !names.includes(name));
  return canonicalJson(new Map(kept), PLAIN_STYLE);
}

function gateLine(vector: ExactObject): string {
  const names = ['decision', 'reason_code', 'staleness_s', 'data_silence_s'];
  return `{${names.map((name) => `"${name}":${json(vector, name)}`).join(',')}}`;
}

/** The line as it must be; for a refusal only its beginning is fixed. */
function bundleLine(vector: ExactObject): string {
  return vector.has('bundle')
    ? `{"ok":true,"bundle":${json(vector, 'bundle')}}`
    : '{"ok":false,"error":{"field":"';
}

interface Case {
  readonly command: Command;
  readonly file: VectorFile;
  readonly line: (vector: ExactObject) => string;
  readonly inputs: (vectors: readonly ExactObject[]) => readonly string[];
}

const CASES: readonly Case[] = [
  {
    command: 'gate',
    file: 'decide.json',
    line: gateLine,
    inputs: (vectors) => vectors.map((v) => without(v, 'decision', 'reason_code', 'name')),
  },
  {
    command: 'bundle',
    file: 'decision_contract_v1.json',
    line: bundleLine,
    inputs: (vectors) => vectors.map((v) => json(v, 'input')),
  },
];

describe.each(CASES)('evaluate $command', ({ command, file, line, inputs }) => {
  const vectors = readVectors(file);
  const expected = vectors.map((vector): unknown => expect.stringMatching(startOf(line(vector))));

  test('gives the recorded answers for the whole file', async () => {
    expect(vectors.length).toBeGreaterThan(200);
    expect(await evaluate(command, fakeCommandIo(), { file: vectorPath(file) })).toEqual(expected);
  });

  test('gives the recorded answers for bare inputs, as lines and as an array', async () => {
    const lines = inputs(vectors);
    const asLines = fakeCommandIo({ stdin: stdin(...lines.map((text) => `${text}\n`)) });
    expect(await evaluate(command, asLines)).toEqual(expected);
    const asArray = fakeCommandIo({ stdin: stdin(`[${lines.join(',\n')}]`) });
    expect(await evaluate(command, asArray)).toEqual(expected);
  });

  test('wraps the answers when asked for json or jsonl', async () => {
    const [first = '', second = ''] = inputs(vectors);
    const answer = (outputFormat: 'json' | 'jsonl') =>
      evaluate(command, fakeCommandIo({ stdin: stdin(`${first}\n${second}\n`), outputFormat }));
    const schema = `cdb.evaluate.${command}/1`;
    const whole = (await answer('json')).map((text): unknown => JSON.parse(text));
    expect(whole).toEqual([{ schema, generated_at: expect.any(String), data: expect.any(Array) }]);
    const rows = (await answer('jsonl')).map((text) => JSON.parse(text) as { data: unknown });
    expect(rows).toHaveLength(2);
    expect(whole).toEqual([expect.objectContaining({ data: rows.map((row) => row.data) })]);
  });

  test('writes the answers before a bad line and leaves whole JSON behind', async () => {
    for (const outputFormat of ['text', 'json'] as const) {
      const [first = ''] = inputs(vectors);
      const io = fakeCommandIo({ stdin: stdin(`${first}\n`, '{oops\n'), outputFormat });
      await expect(evaluate(command, io)).rejects.toThrow(OperatorError);
      expect(() => JSON.parse(io.out.join('')) as unknown).not.toThrow();
      expect(io.out.join('')).toContain(command === 'gate' ? '"decision"' : '"ok"');
    }
  });

  test('ends when the time is over', async () => {
    const deadline = AbortSignal.abort(new Error('late'));
    const io = fakeCommandIo({ stdin: stdin('{}\n{}\n'), deadline });
    await expect(evaluate(command, io)).rejects.toThrow('late');
  });

  test('waits for a full pipe', async () => {
    let drained = 0;
    const io = fakeCommandIo({
      stdin: stdin('{}\n{}\n'),
      stdout: () => false,
      stdoutDrained: () => {
        drained += 1;
        return Promise.resolve();
      },
    });
    await evaluate(command, io);
    expect(drained).toBe(2);
  });
});

/** A pattern for a line that is exactly this, or opens with it where it is not whole. */
function startOf(text: string): RegExp {
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal}${text.endsWith('}') ? '$' : ''}`);
}

test('evaluate gate judges by the reference limits unless told otherwise', async () => {
  const base = readVectors('decide.json').find((vector) => vector.get('name') === 'base');
  const weak = without(base ?? new Map(), 'name').replace(
    '"pct_change_15m":3.5',
    '"pct_change_15m":0.5',
  );
  const codes = async (options: Readonly<Record<string, string>>) => {
    const io = fakeCommandIo({ stdin: stdin(weak) });
    const lines = await evaluate('gate', io, { file: '-', ...options });
    return lines.map((text) => (JSON.parse(text) as { reason_code: unknown }).reason_code);
  };
  expect(await codes({})).toEqual(['RC_010']);
  expect(await codes({ thresholds: 'reference' })).toEqual(['RC_010']);
  expect(await codes({ thresholds: 'default' })).toEqual([null]);
});

test('evaluate gate names an input that is no object', async () => {
  const io = fakeCommandIo({ stdin: stdin('{}\n', '[]\n') });
  await expect(evaluate('gate', io)).rejects.toMatchObject({
    why: expect.stringContaining('line 2: required an object'),
    exit: 2,
  });
  expect(io.out).toHaveLength(1);
});

test('evaluate bundle takes the input out of a vector and out of a finished bundle', async () => {
  const vector = readVectors('decision_contract_v1.json').find((v) => v.has('bundle'));
  const bundle = json(vector ?? new Map(), 'bundle');
  const contract = json(vector ?? new Map(), 'input').replace('{', '{"input":1,');
  const io = fakeCommandIo({
    stdin: stdin(`${bundle}\n{"name":"x","input":null}\n${contract}\n`),
  });
  const [rebuilt, refused, fromContract] = await evaluate('bundle', io);
  expect(rebuilt).toBe(`{"ok":true,"bundle":${bundle}}`);
  expect(JSON.parse(refused ?? '')).toMatchObject({ error: { field: 'contract input' } });
  expect(fromContract).toBe(rebuilt);
});

test('the fixtures are read as they are on disk', () => {
  expect(readFileSync(vectorPath('decide.json'), 'utf8')).toContain('"$float": "inf"');
});
