import { expect, test } from 'vitest';
import { printResult } from '../../../../src/commands/output/envelope.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';

const RESULT = { command: 'fills', data: [1, 2], rows: [1, 2], text: () => 'one two\n' };
const HEAD = { schema: 'cdb.fills/1', generated_at: '2026-02-09T15:30:00.000Z' };

test.each([
  ['text', ['one two\n']],
  ['json', [`${JSON.stringify({ ...HEAD, data: [1, 2] })}\n`]],
  ['jsonl', [1, 2].map((data) => `${JSON.stringify({ ...HEAD, data })}\n`)],
] as const)('printResult as %s', (outputFormat, expected) => {
  const io = fakeCommandIo({ outputFormat });
  printResult(io, RESULT);
  expect(io.out).toEqual(expected);
});

test('printResult renders no text that nobody asked for', () => {
  const io = fakeCommandIo({ outputFormat: 'json' });
  const text = () => {
    throw new Error('rendered');
  };
  expect(() => {
    printResult(io, { ...RESULT, text });
  }).not.toThrow();
});
