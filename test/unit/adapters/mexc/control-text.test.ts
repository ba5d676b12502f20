import { describe, expect, test } from 'vitest';
import { readControlText } from '../../../../src/adapters/mexc/control-text.js';
import { CONTROL } from './frame-vectors.js';

const D = 'spot@public.aggre.deals.v3.api.pb@100ms@';
const REASON = '.  Reason： Blocked! ';

/** As MEXC writes it: `code` is 0 whatever happened. */
const answer = (msg: string): unknown => readControlText(JSON.stringify({ id: 0, code: 0, msg }));

test('the recorded control frames read as what they mean', () => {
  expect(CONTROL.map(({ text }) => readControlText(text))).toEqual([
    { kind: 'answered', accepted: ['BTCUSDT'], rejected: [], why: `"${D}BTCUSDT"` },
    { kind: 'pong' },
    {
      kind: 'answered',
      accepted: [],
      rejected: ['BTCUSDT'],
      why: '"Blocked!"',
    },
    {
      kind: 'answered',
      accepted: ['ETHUSDT', 'BTCUSDT'],
      rejected: [],
      why: expect.stringContaining('ETHUSDT,spot@'),
    },
  ]);
});

describe('readControlText', () => {
  test.each([
    ['one name', `${D}龙虾USDT`, ['龙虾USDT'], []],
    ['names joined by commas', `${D}A,${D}B,${D}C`, ['A', 'B', 'C'], []],
    ['a list of refused', `Not Subscribed successfully! [${D}A,${D}B]${REASON}`, [], ['A', 'B']],
    [
      'both lists',
      `Subscribed successful! [${D}A]. Not Subscribed successfully! [${D}B]${REASON}`,
      ['A'],
      ['B'],
    ],
    [
      'both lists the other way round',
      `Not Subscribed successfully! [${D}B]${REASON} Subscribed successful! [${D}A].`,
      ['A'],
      ['B'],
    ],
    [
      'an empty list of refused',
      `Subscribed successful! [${D}A]. Not Subscribed successfully! []${REASON}`,
      ['A'],
      [],
    ],
    ['an empty list alone', `Not Subscribed successfully! []${REASON}`, [], []],
    [
      'a symbol in both lists',
      `Subscribed successful! [${D}A]. Not Subscribed successfully! [${D}A]${REASON}`,
      [],
      ['A'],
    ],
    [
      'a refused symbol in lower case',
      `Not Subscribed successfully! [${D}btcusdt]${REASON}`,
      [],
      ['btcusdt'],
    ],
    ['a plain colon', `Not Subscribed successfully! [${D}A].  Reason: Blocked!`, [], ['A']],
    ['words that are no answer', 'Too many requests', [], []],
    ['a name among other words', `refused: ${D}A`, [], []],
    ['a list that is not closed', `Subscribed successful! [${D}A`, [], []],
  ])('reads %s', (_, msg, accepted, rejected) => {
    const why: unknown = expect.stringMatching(/^".+"$/);
    expect(answer(msg)).toEqual({ kind: 'answered', accepted, rejected, why });
  });

  test('passes on few of the words, and none that could move a cursor', () => {
    const evil = `[${D}A].  Reason： \u001b[2J\u009b1m\u202e${'x'.repeat(100_000)}`;
    const { why } = answer(`Not Subscribed successfully! ${evil}`) as { readonly why: string };
    expect(why.length).toBeLessThan(120);
    expect(why).toContain('\\u001b[2J\\u009b1m\\u202exxx');
  });

  test('believes no acceptance with an error code', () => {
    const text = JSON.stringify({ id: 1, code: 30_001, msg: `${D}A` });
    expect(readControlText(text)).toMatchObject({ accepted: [], rejected: ['A'] });
    expect(readControlText(JSON.stringify({ msg: `${D}A` }))).toMatchObject({ accepted: ['A'] });
  });

  test.each([
    ['Invalid listen key', 'no JSON (required: a JSON value): "Invalid listen key"'],
    ['{"id":0,"code":0,"msg":"PO', 'no JSON (the text ends early)'],
    ['[]', 'no JSON object: "[]"'],
    ['null', 'no JSON object: "null"'],
    ['{}', 'no "msg": "{}"'],
    ['{"msg":1}', 'no "msg"'],
    [`"${'x'.repeat(2_000_000)}"`, 'longer than'],
    ['['.repeat(100_000), 'nested deeper'],
  ])('takes %.30j for unreadable', (text, why) => {
    const message = readControlText(text);
    expect(message).toEqual({ kind: 'unreadable', why: expect.stringContaining(why) });
    expect(JSON.stringify(message).length).toBeLessThan(300);
  });

  test('takes an empty text for nothing', () => {
    expect(readControlText('')).toEqual({ kind: 'nothing' });
  });
});
