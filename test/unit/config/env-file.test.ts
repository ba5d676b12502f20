import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvFile } from '../../../src/config/env-file.js';

function read(text: string): Readonly<Record<string, string>> {
  const { variables, faults } = parseEnvFile('x.env', text, false);
  expect(faults).toEqual([]);
  return Object.fromEntries(variables.map(({ name, text: value }) => [name, value]));
}

test.each([
  ['A=1', { A: '1' }],
  ['\ufeffA=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['# A=1\n\n  # more\nexport A = two words  # said\n', { A: 'two words' }],
  ['A=a#b\nB=#nothing\nC=', { A: 'a#b', B: '', C: '' }],
  [`A="a # \\"b\\"\\n\\\\" # c\nB='a "b" \\n'`, { A: 'a # "b"\n\\', B: 'a "b" \\n' }],
  ['A=1\nA=2', { A: '2' }],
  ['A=$HOME/x', { A: '$HOME/x' }],
  ['A=postgres://u:p=1@h/d?x=y', { A: 'postgres://u:p=1@h/d?x=y' }],
])('reads %j', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each([
  ['A', 'NAME=VALUE'],
  ['1A=2', 'NAME=VALUE'],
  ['A="hush', 'a closing quote'],
  ["A='hush' more", 'a closing quote'],
  ['A="hush" more', 'a closing quote'],
])('names the line of %j and never shows it', (text, required) => {
  const { faults } = parseEnvFile('x.env', `# first\n${text}\n`, false);
  expect(faults).toEqual([
    expect.objectContaining({
      required: expect.stringContaining(required),
      origin: { kind: 'file', path: 'x.env', line: 2 },
    }),
  ]);
  expect(faults[0]?.given).toBeTypeOf('symbol');
});

test('any value survives double quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const escaped = value
        .replace(/[\\"]/g, '\\$&')
        .replaceAll('\n', '\\n')
        .replaceAll('\r', '\\r');
      expect(read(`A="${escaped}"`)).toEqual({ A: value });
    }),
  );
});
