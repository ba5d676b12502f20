import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyDecoder, PASTE_BYTES_MAX } from '../../../../src/tui/keys/decode-keys.js';
import type { TerminalInput } from '../../../../src/tui/keys/key-press.js';
import { KEY_BINDINGS } from '../../../../src/tui/keys/keymap.js';
import { FakeTimer } from '../../../fakes/fake-timer.js';

function decode(...chunks: (string | Uint8Array | number)[]): readonly TerminalInput[] {
  const inputs: TerminalInput[] = [];
  const timer = new FakeTimer();
  const decoder = new KeyDecoder({ onInput: (input) => inputs.push(input), after: timer.after });
  for (const chunk of chunks) {
    if (typeof chunk === 'number') timer.advance(chunk);
    else decoder.feed(Buffer.from(chunk as string));
  }
  timer.advance(10_000);
  expect(timer.waiting).toBe(0);
  return inputs;
}

function keys(...chunks: (string | number)[]): readonly string[] {
  return decode(...chunks).map((input) => (input.kind === 'key' ? input.name : 'PASTE'));
}

describe('KeyDecoder presses', () => {
  test.each([
    ['K y/,', ['K', 'space', 'y', '/', ',']],
    ['äß日🦊', ['ä', 'ß', '日', '🦊']],
    ['\r\n\t\u007f\u0008', ['enter', 'enter', 'tab', 'backspace', 'backspace']],
    ['\u0003\u001a\u000c', ['ctrl-c', 'ctrl-z', 'ctrl-l']],
    ['\u001b[A\u001b[B\u001b[C\u001b[D', ['up', 'down', 'right', 'left']],
    ['\u001bOA\u001bOB\u001bOC\u001bOD', ['up', 'down', 'right', 'left']],
    ['\u001b[H\u001b[1~\u001b[7~\u001bOH', ['home', 'home', 'home', 'home']],
    ['\u001b[F\u001b[4~\u001b[8~\u001bOF', ['end', 'end', 'end', 'end']],
    ['\u001b[5~\u001b[6~\u001b[3~\u001b[Z', ['pageup', 'pagedown', 'delete', 'shift-tab']],
    ['\u001b[1;1A\u001bOM', ['up', 'enter']],
  ])('for %j', (bytes, names) => {
    expect(keys(bytes)).toEqual(names);
  });

  test.each([
    ['a sequence with Ctrl', '\u001b[1;5A'],
    ['function keys', '\u001bOP\u001b[15~\u001b[[A'],
    ['what erases a line', '\u001b[K'],
    ['a key with Alt', '\u001bK'],
    ['an arrow with Alt', '\u001b\u001b[A'],
    ['a letter of two bytes with Alt', '\u001bä'],
    ['a mouse', '\u001b[MKKK\u001b[<0;10;10M'],
    ['the answer to a question for the colour', '\u001b]11;rgb:ffff/KKKK/q\u001b\\'],
    ['an answer that rings', '\u001b]0;KÜq\u0007'],
    ['a device string', '\u001bP1$rKq\u001b\\'],
    ['a control of eight bits', '\u009bK'],
    ['other controls', '\u0000\u0001\u001f'],
    ['text that turns the direction', '\u202e\u200b'],
    ['bytes that are no text', Buffer.from([0xff, 0xc0, 0xed, 0xa0, 0x80, 0xe2, 0x82])],
    ['a control of eight bits in one byte', Buffer.from([0x9b, 0x4b])],
  ])('nothing for %s', (_, bytes) => {
    expect(decode(bytes)).toEqual([]);
  });

  test('escape when nothing follows in time, whatever comes then', () => {
    expect(keys('\u001b')).toEqual(['escape']);
    expect(keys('\u001b', 29, '[A')).toEqual(['up']);
    expect(keys('\u001b', 30, 'K')).toEqual(['escape', 'K']);
    expect(keys('\u001b\u001b')).toEqual(['escape', 'escape']);
  });

  test('no letter of a sequence whose first byte came long before the others', () => {
    expect(keys('\u001b', 60, '[K')).toEqual(['escape']);
    expect(keys('\u001b', 60, '[A')).toEqual(['escape', 'up']);
    expect(keys('\u001b', 60, 'OK')).toEqual(['escape']);
    expect(keys('\u001b', 60, '[', 500, 'K')).toEqual(['escape', '[', 'K']);
    expect(keys('\u001b', 500, 'O', 'K')).toEqual(['escape', 'O', 'K']);
  });

  test('keys again after a sequence that has no end', () => {
    for (const begun of ['\u001b[1;', '\u001bO', '\u001b]0;', '\u001b[M', '\u001bP']) {
      expect(keys(begun, 500, 'K'), JSON.stringify(begun)).toEqual(['K']);
    }
  });
});

describe('KeyDecoder takes a paste', () => {
  test('as text that presses no key', () => {
    const inputs = decode('a\u001b[200~Ky\u001b[A\u0003q', '\u001b[20', '1~b');
    expect(inputs).toEqual([
      { kind: 'key', name: 'a' },
      { kind: 'paste', text: 'Ky\u001b[A\u0003q' },
      { kind: 'key', name: 'b' },
    ]);
  });

  test('up to its bound, and then still presses no key', () => {
    const inputs = decode(`\u001b[200~${'x'.repeat(PASTE_BYTES_MAX + 100)}K\u001b[201~q`);
    expect(inputs).toEqual([
      { kind: 'paste', text: 'x'.repeat(PASTE_BYTES_MAX) },
      { kind: 'key', name: 'q' },
    ]);
  });

  test('that lost its end as far as it came', () => {
    expect(decode('\u001b[200~abc', 5_000, 'K')).toEqual([
      { kind: 'paste', text: 'abc' },
      { kind: 'key', name: 'K' },
    ]);
  });
});

test('every key of the key map can be pressed', () => {
  const bytesOf: Readonly<Record<string, string>> = {
    ...{ up: '\u001b[A', down: '\u001b[B', right: '\u001b[C', left: '\u001b[D', home: '\u001b[H' },
    ...{ end: '\u001b[F', pageup: '\u001b[5~', pagedown: '\u001b[6~', enter: '\r', tab: '\t' },
    ...{ escape: '\u001b', backspace: '\u007f', 'shift-tab': '\u001b[Z', space: ' ' },
    ...{ 'ctrl-c': '\u0003', 'ctrl-z': '\u001a', 'ctrl-l': '\u000c' },
  };
  for (const name of KEY_BINDINGS.flatMap((binding) => binding.keys)) {
    expect(keys(bytesOf[name] ?? name), name).toEqual([name]);
  }
});

describe('KeyDecoder, whatever comes', () => {
  const letter = fc.constantFrom(...Array.from('Kkqym0159;:?<=>!$ '));
  const body = fc.array(letter, { maxLength: 80 }).map((all) => all.join(''));
  const parameters = fc.array(fc.constantFrom(...Array.from('0123456789;:?<=>')), {
    maxLength: 80,
  });
  const silent = fc.oneof(
    parameters.map((all) => `\u001b[${all.join('')}K`),
    parameters.map((all) => `\u001b[${all.join('')} q`),
    body.map((text) => `\u001b]${text}\u0007`),
    body.map((text) => `\u001bP${text}\u001b\\`),
    body.map((text) => `\u001b_${text}\u001b\\`),
    fc.constantFrom('\u001bOK', '\u001bK', '\u001bq', '\u001b(K', '\u001b[MqKy', '\u009b1K'),
  );
  const pasted = body.map((text) => `\u001b[200~${text}\u001b[201~`);
  const pressed = fc.constantFrom('K', 'y', '日', '\u001b[A', '\u0003');
  const piece = fc.oneof(
    silent.map((bytes) => ({ bytes, isKey: false })),
    pasted.map((bytes) => ({ bytes, isKey: false })),
    pressed.map((bytes) => ({ bytes, isKey: true })),
  );

  test('sequences and pastes press no key, in chunks of any size', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        (all, size) => {
          const bytes = Buffer.from(all.map((one) => one.bytes).join(''));
          const chunks: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; at += size)
            chunks.push(bytes.subarray(at, at + size));
          const names = { '\u001b[A': 'up', '\u0003': 'ctrl-c' } as Record<string, string>;
          const wanted = all.filter((one) => one.isKey).map((one) => names[one.bytes] ?? one.bytes);
          const got = decode(...chunks).flatMap((one) => (one.kind === 'key' ? [one.name] : []));
          expect(got).toEqual(wanted);
        },
      ),
    );
  });

  test('bytes without sense are taken, and keys work afterwards', () => {
    const chunk = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), (chunks) => {
        const inputs = decode(...chunks, 10_000, 'K');
        expect(inputs.at(-1)).toEqual({ kind: 'key', name: 'K' });
        for (const input of inputs) {
          expect(input.kind === 'paste' ? 'x' : input.name).not.toMatch(
            /[\u0000-\u001f\u007f-\u009f]/,
          );
        }
      }),
    );
  });
});
