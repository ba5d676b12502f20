import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boardDocument, boardLine, headLine, toWire } from '../../../src/view/board/wire.js';
import { fromWire, readWire } from '../../../src/view/board/read-wire.js';
import { fakeBoard, unreadBoard } from '../../fakes/fake-board.js';

describe('the wire form of a board', () => {
  test.each([
    ['with everything', fakeBoard()],
    ['of which nothing was read', unreadBoard()],
  ])('gives the board back: one %s', (_, board) => {
    expect(readWire(boardLine(board))).toEqual({ kind: 'board', board });
    expect(readWire(boardDocument(board))).toEqual({ kind: 'export', board });
  });

  test('has keys with underscores and no line break', () => {
    const line = boardLine(fakeBoard());
    expect(line).not.toMatch(/\n|"[a-z0-9_]*[A-Z]\w*":/);
    expect(line).toContain('"p50_ms":');
    expect(JSON.parse(headLine({ writtenAtMs: 5 }))).toEqual({
      ...{ schema: 'cdb.board/1', written_at_ms: 5 },
    });
    expect(readWire(headLine({ writtenAtMs: 5 }))).toEqual({ kind: 'head' });
  });

  test('renames every key of camel case there and back', () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9]{0,4}([A-Z][a-z0-9]{0,4}){0,3}$/);
    const value = fc.letrec((tie) => ({
      any: fc.oneof(fc.string(), fc.integer(), fc.constant(null), tie('list'), tie('map')),
      list: fc.array(tie('any'), { maxLength: 3 }),
      map: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
    })).map;
    fc.assert(
      fc.property(value, (one) => {
        expect(fromWire(JSON.parse(JSON.stringify(toWire(one))))).toEqual(one);
      }),
    );
  });

  test.each([
    ['no JSON', '{"at_ms":1', 'it is no JSON'],
    ['a list', '[]', 'it is no JSON object'],
    ['a board that lacks something', '{"at_ms":1}', 'it is no board (where: '],
    ['what is nested without end', '['.repeat(50_000) + ']'.repeat(50_000), 'it is no JSON'],
  ])('names %s', (_, text, why) => {
    expect(readWire(text)).toMatchObject({ kind: 'broken', why: expect.stringContaining(why) });
  });

  test('names another form', () => {
    expect(readWire('{"schema":"cdb.board/2"}')).toEqual({
      kind: 'foreign',
      schema: 'cdb.board/2',
    });
  });
});
