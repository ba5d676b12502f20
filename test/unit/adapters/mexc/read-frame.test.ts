import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { readFrame } from '../../../../src/adapters/mexc/read-frame.js';
import { CAPTURED, GENERATED, MALFORMED, frameBytes } from './frame-vectors.js';
import { WRAPPER } from '../../../fakes/mexc/mexc-schema.js';
import { withTextTimes } from './reference-decoder.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Two bytes of length, as some senders write it. */
function delimited(tag: string, content: string): string {
  const size = hex(content).length;
  return `${tag} ${Buffer.from([(size & 0x7f) | 0x80, size >> 7]).toString('hex')} ${content}`;
}

const joined = (texts: readonly string[]): string => texts.join(' ');

/** Field numbers that no message of the schema has: 63, 127 and 2^29 - 1. */
const UNKNOWN = [
  'f803 00',
  'f803 ffffffffffffffffff01',
  'fa07 00',
  'fa07 03 616263',
  'f907 0102030405060708',
  'fd07 01020304',
  'f8ffffff0f 01',
];

function frameOf(bytes: Uint8Array): unknown {
  const read = readFrame(bytes);
  return read.ok ? read.frame : read.why;
}

describe('readFrame reproduces', () => {
  test.each(CAPTURED)('the captured frame $name', (vector) => {
    expect(frameOf(hex(vector.hex))).toEqual(vector.decoded);
  });

  test.each(GENERATED)('the frame "$name"', (vector) => {
    expect(frameOf(hex(vector.hex))).toEqual(vector.decoded);
  });

  test('a frame in the middle of a larger buffer', () => {
    const frame = frameBytes('deals_0727');
    const larger = Buffer.concat([hex('ffff'), frame, hex('ffff')]);
    expect(frameOf(larger.subarray(2, 2 + frame.length))).toEqual(frameOf(frame));
    expect(frameOf(new Uint8Array(frame))).toEqual(frameOf(frame));
  });
});

describe('readFrame refuses', () => {
  test.each(MALFORMED.filter(({ expect }) => expect === 'reject'))('$name', (vector) => {
    expect(readFrame(hex(vector.hex)).ok).toBe(false);
  });

  test.each([
    ['a varint of eleven bytes', '28 80808080808080808080 01', 'more than 10 bytes'],
    ['a varint of more than 64 bits', '28 ffffffffffffffffff 02', 'more than 64 bits'],
    ['a varint that the end cuts off', '28 80', 'inside a number'],
    ['a varint that the end of its message cuts off', 'd213 02 0a80 28 01', 'inside a number'],
    ['a fixed64 that the end cuts off', '39 01020304', 'runs past the end'],
    ['a fixed32 that the end cuts off', '3d 010203', 'runs past the end'],
    ['a length that runs past the end of its message', 'd213 02 0a01 0a 0161', 'past the end'],
    ['a length of 2^35 - 1', '0a ffffffff7f 61', 'past the end'],
    ['a length in six bytes', '0a 818080808000 61', 'too many bytes'],
    ['a tag in six bytes', '8a8080808000 00', 'too many bytes'],
    ['a trade type of 2^31', 'd213 08 0a06 18 8080808008', 'more than 32 bits'],
    ['a trade type in six bytes', 'd213 09 0a07 18 818080808000', 'too many bytes'],
    ['a truth value in six bytes', '9213 07 28 818080808000', 'too many bytes'],
    ['a group', '3b 3c', 'wire type 3'],
    ['the end of a group', '3c', 'wire type 4'],
    ['wire type 6', '3e', 'wire type 6'],
    ['wire type 7', '3f', 'wire type 7'],
    ['a field without a number', '00 00', 'without a number'],
    ['a tag of more than 32 bits', '8880808010 00', 'more than 32 bits'],
    ['a known field of another wire type', '08 01', 'wire type 0 for "channel"'],
    ['a body of another wire type', 'd013 01', 'wire type 0 for "publicAggreDeals"'],
    ['a trade type of 2^32 + 1', 'd213 08 0a06 18 8180808010', 'more than 32 bits'],
    ['text that is not UTF-8', '1a 03 4254ff', 'not UTF-8'],
    ['text with half a surrogate pair', '1a 03 eda080', 'not UTF-8'],
    ['text in an overlong form', '1a 02 c1bf', 'not UTF-8'],
    ['a truth value of 2', '9213 02 28 02', 'neither 0 nor 1'],
    ['a second body of the same kind', 'd21300 d21300', 'a second body, "publicAggreDeals"'],
    ['a second body of another kind', 'd21300 da1300', 'a second body, "publicAggreBookTicker"'],
  ])('%s', (_, bytes, why) => {
    expect(readFrame(hex(bytes))).toEqual({ ok: false, why: expect.stringContaining(why) });
  });

  test('two frames run together, whose trades would change their symbol', () => {
    const both = Buffer.concat([frameBytes('deals_0727'), frameBytes('deals without trade id')]);
    expect(readFrame(both)).toMatchObject({ ok: false });
  });
});

describe('readFrame reads', () => {
  test.each([
    ['nothing from no bytes', '', {}],
    ['the last of a repeated scalar', '1a0141 1a0142', { symbol: 'B' }],
    ['an int64 up to 2^53 - 1 as a number', '28 ffffffffffffff0f', { createTime: 2 ** 53 - 1 }],
    ['an int64 from 2^53 on as a bigint', '28 8080808080808010', { createTime: 2n ** 53n }],
    ['a negative int64', '28 ffffffffffffffffff01', { createTime: -1 }],
    ['the smallest int64', '28 80808080808080808001', { createTime: -(2n ** 63n) }],
    ['a number with needless zeros', '28 818000', { createTime: 1 }],
    ['an empty body', 'a213 00', { publicSpotKline: {} }],
    ['defaults that were sent', '1a00 2800', { symbol: '', createTime: 0 }],
    ['U+FFFD where it was sent', '1a03 efbfbd', { symbol: '\ufffd' }],
    ['a mark that begins a text', '1a04 efbbbf41', { symbol: '\ufeffA' }],
    [
      'negative numbers of 32 bits',
      `9213 0b 20 ${'ff'.repeat(9)}01`,
      { privateDeals: { tradeType: -1 } },
    ],
  ])('%s', (_, bytes, frame) => {
    expect(frameOf(hex(bytes))).toEqual(frame);
  });

  test('what any sender may have encoded', () => {
    fc.assert(
      fc.property(wrapperOf(WRAPPER), (message) => {
        const bytes = WRAPPER.encode(WRAPPER.fromObject(message)).finish();
        expect(withTextTimes(frameOf(bytes))).toEqual(message);
      }),
    );
  });

  test('the same with unknown fields of every wire type between those of any message', () => {
    const some = fc.array(fc.constantFrom(...UNKNOWN), { maxLength: 4 }).map(joined);
    fc.assert(
      fc.property(fc.array(some, { minLength: 6, maxLength: 6 }), (gaps) => {
        const [a = '', b = '', c = '', d = '', e = '', f = ''] = gaps;
        const deal = delimited('0a', `${a} 0a01 39 ${b} 1801 ${c}`);
        const frame = `${d} 1a01 42 ${delimited('d213', `${e} ${deal} ${f}`)} ${d}`;
        expect(frameOf(hex(frame))).toEqual({
          symbol: 'B',
          publicAggreDeals: { deals: [{ price: '9', tradeType: 1 }] },
        });
      }),
    );
  });
});

function wrapperOf(type: protobuf.Type): fc.Arbitrary<object> {
  const bodies = new Set(type.oneofs['body']?.fieldsArray.map(({ name }) => name));
  const head = type.fieldsArray.filter(({ name }) => !bodies.has(name));
  return fc
    .tuple(
      messageOf(head),
      fc.oneof(
        ...type.fieldsArray
          .filter(({ name }) => bodies.has(name))
          .map((field) => messageOf([field])),
      ),
    )
    .map(([wrapper, body]) => ({ ...wrapper, ...body }));
}

function messageOf(fields: readonly protobuf.Field[]): fc.Arbitrary<object> {
  const members = fields.map((field) => [field.name, valueOf(field)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: [] });
}

function valueOf(field: protobuf.Field): fc.Arbitrary<unknown> {
  field.resolve();
  if (field.resolvedType instanceof protobuf.Type) {
    const nested = messageOf(field.resolvedType.fieldsArray);
    return field.repeated ? fc.array(nested, { minLength: 1, maxLength: 3 }) : nested;
  }
  switch (field.type) {
    case 'int32':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case 'int64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case 'bool':
      return fc.boolean();
    default:
      return fc.string({ unit: 'binary', maxLength: 12 });
  }
}
