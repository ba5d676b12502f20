import { expect, test } from 'vitest';
import { printResult, printRows } from '../../../../src/commands/output/envelope.js';
import { chooseFields, type RowFields } from '../../../../src/commands/output/row-fields.js';
import { EXIT } from '../../../../src/operator-error.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';

const RESULT = { command: 'version', data: [1, 2], text: () => 'one two\n' };
const head = (command: string) => ({
  schema: `cdb.${command}/1`,
  generated_at: '2026-02-09T15:30:00.000Z',
});
const line = (command: string, data: unknown) => `${JSON.stringify({ ...head(command), data })}\n`;

test.each([
  ['text', 'one two\n'],
  ['json', line('version', [1, 2])],
  ['jsonl', line('version', [1, 2])],
] as const)('printResult as %s', (outputFormat, expected) => {
  const io = fakeCommandIo({ outputFormat });
  printResult(io, RESULT);
  expect(io.out).toEqual([expected]);
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

interface Fruit {
  readonly name: string;
  readonly count: number;
  readonly origin: string | null;
}
const FRUIT: RowFields<Fruit> = {
  name: { text: ({ name }) => name },
  count: { title: 'n', align: 'right', text: ({ count }) => String(count) },
  origin: { hidden: true, text: ({ origin }) => origin ?? 'unknown' },
};
const ROWS: readonly Fruit[] = [
  { name: 'fig', count: 12, origin: null },
  { name: 'apple', count: 3, origin: 'here' },
];

function printed(outputFormat: 'text' | 'json' | 'jsonl', names: readonly string[]): string {
  const io = fakeCommandIo({ outputFormat });
  printRows(io, {
    command: 'fruit',
    rows: ROWS,
    fields: chooseFields('fruit', FRUIT, names),
    data: (fruits) => ({ total: 2, fruits }),
    text: (table) => `${table}2 of 2\n`,
  });
  return io.out.join('');
}

test.each([
  ['text', [], 'name    n\nfig    12\napple   3\n2 of 2\n'],
  ['text', ['origin', 'name'], 'origin   name\nunknown  fig\nhere     apple\n2 of 2\n'],
  ['json', [], line('fruit', { total: 2, fruits: ROWS })],
  ['json', ['count'], line('fruit', { total: 2, fruits: [{ count: 12 }, { count: 3 }] })],
  ['jsonl', [], ROWS.map((row) => line('fruit', row)).join('')],
  [
    'jsonl',
    ['origin', 'name', 'name'],
    line('fruit', { origin: null, name: 'fig' }) + line('fruit', { origin: 'here', name: 'apple' }),
  ],
] as const)('printRows as %s with the fields %j', (outputFormat, names, expected) => {
  expect(printed(outputFormat, names)).toBe(expected);
});

test.each([
  ['nam', 'did you mean name? cdb fruit --fields name,count'],
  ['zzzzzzzzz', 'cdb fruit --fields name,count'],
  ['toString', 'cdb fruit --fields name,count'],
])('a field "%s" that there is not is refused with those that there are', (name, todo) => {
  expect(() => chooseFields('fruit', FRUIT, ['count', name])).toThrow(
    expect.objectContaining({
      exit: EXIT.USAGE,
      what: `Unknown field "${name}" in --fields`,
      why: 'the fields of cdb fruit are name, count, origin',
      todo,
    }),
  );
});
