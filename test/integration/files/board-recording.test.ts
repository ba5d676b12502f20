import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BoardRecorder } from '../../../src/adapters/files/board-recorder.js';
import { readBoardRecording } from '../../../src/adapters/files/board-recording.js';
import type { Board } from '../../../src/view/board/board.js';
import { boardDocument, boardLine, headLine } from '../../../src/view/board/wire.js';
import { fakeBoard } from '../../fakes/fake-board.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdb-recording-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const HEAD = { writtenAtMs: 1 };
const BOARDS = [1_000, 2_000, 3_000].map((atMs) => fakeBoard({ atMs }));
const TEXT = `${[headLine(HEAD), ...BOARDS.map(boardLine)].join('\n')}\n`;

function written(content: string | Uint8Array, name = 'file'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string, limits = {}) {
  const boards: Board[] = [];
  const notes = await readBoardRecording(path, (board) => boards.push(board), limits);
  return { boards, notes };
}

describe('a recording of the dashboard', () => {
  test.each(['day.ndjson', 'day.ndjson.gz'])('%s gives back what was recorded', async (name) => {
    const path = join(folder, name);
    const recorder = new BoardRecorder(path, HEAD, { onEnd: () => expect.fail('ended') });
    for (const board of BOARDS) recorder.add(board);
    recorder.close();
    recorder.close();
    expect(await read(path)).toEqual({ boards: BOARDS, notes: [] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path).subarray(0, 2).toString('hex') === '1f8b').toBe(name.endsWith('gz'));
  });

  test('many packed boards are read across every chunk', async () => {
    const path = join(folder, 'long.gz');
    const recorder = new BoardRecorder(path, HEAD, { onEnd: () => expect.fail('ended') });
    const many = Array.from({ length: 60 }, (_, n) => fakeBoard({ atMs: 1_000 * n }));
    for (const board of many) recorder.add(board);
    recorder.close();
    expect((await read(path)).boards.map(({ atMs }) => atMs)).toEqual(many.map(({ atMs }) => atMs));
  });

  test('stops at its bound, says so, and what is there can be opened', async () => {
    const path = join(folder, 'bound');
    const ends: string[] = [];
    const bytesMax = Buffer.byteLength(TEXT) - 10;
    const recorder = new BoardRecorder(path, HEAD, { bytesMax, onEnd: (why) => ends.push(why) });
    for (const board of [...BOARDS, ...BOARDS]) recorder.add(board);
    expect(ends).toEqual([`the recording has reached its bound of ${bytesMax} bytes`]);
    expect(recorder.isRecording).toBe(false);
    expect((await read(path)).boards).toEqual(BOARDS.slice(0, 2));
  });

  test.each(['there', 'missing/file'])('is not begun where it cannot be: %s', (name) => {
    written('mine', 'there');
    const begin = () => new BoardRecorder(join(folder, name), HEAD, { onEnd: () => undefined });
    expect(begin).toThrow(expect.objectContaining({ code: 'CDB-E0532' }));
    expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('mine');
  });
});

describe('opening', () => {
  test('an export of one board', async () => {
    const board = fakeBoard();
    expect(await read(written(boardDocument(board), 'snap.json'))).toEqual({
      boards: [board],
      notes: [],
    });
  });

  test.each([
    ['half a line at its end', TEXT.slice(0, -20), /the last line is torn and left out/],
    ['packed and cut off', gzipSync(TEXT).subarray(0, -400), /its gzip data is cut off/],
  ])('a file with %s shows what is whole, and says it', async (_, content, note) => {
    const { boards, notes } = await read(written(content));
    expect(boards).toEqual(BOARDS.slice(0, 2));
    expect(notes.join()).toMatch(note);
  });

  test('a file whose clock was set back leaves out what is older', async () => {
    const path = written(TEXT);
    appendFileSync(path, `${boardLine(fakeBoard({ atMs: 500 }))}\n`);
    const { boards, notes } = await read(path);
    expect(boards).toEqual(BOARDS);
    expect(notes.join()).toMatch(/1 boards are older/);
  });

  test('a file with more boards than there may be says it', async () => {
    const { boards, notes } = await read(written(TEXT), { boardsMax: 2 });
    expect(boards).toEqual(BOARDS.slice(0, 2));
    expect(notes.join()).toMatch(/more than 2 boards; the rest is left out/);
  });

  test('a file with more bytes than there may be is not read to its end', async () => {
    const long = TEXT + `${boardLine(fakeBoard({ atMs: 4_000 }))}\n`.repeat(20);
    const bytesMax = Buffer.byteLength(TEXT);
    const { boards, notes } = await read(written(long), { bytesMax });
    expect(boards.slice(0, 3)).toEqual(BOARDS);
    expect(boards.length).toBeLessThan(23);
    expect(notes.join()).toContain(`more than ${bytesMax} bytes; the rest is left out`);
  });

  test.each([
    ['a missing file', null, 'CDB-E0530', /no such file/],
    ['an empty file', '', 'CDB-E0531', /empty/],
    ['a file of trades', 'ts_ms,symbol,price\n1,BTC,2\n', 'CDB-E0531', /line 1: it is no JSON/],
    ['a recording of a newer cdb', '{"schema":"cdb.board/2"}\n', 'CDB-E0531', /form cdb.board\/2/],
    ['another document of cdb', '{"schema":"cdb.status/1"}\n', 'CDB-E0531', /cdb.status\/1/],
    ['a head and nothing else', `${headLine(HEAD)}\n`, 'CDB-E0531', /no board in it/],
    ['boards without a head', `${boardLine(fakeBoard())}\n`, 'CDB-E0531', /of which form/],
    ['a broken line', TEXT.replace('"at_ms":2000', '"at_ms":"x"'), 'CDB-E0531', /line 3: .*atMs/],
    ['bytes', Buffer.from([1, 2, 3, 0xff, 10]), 'CDB-E0531', /line 1/],
  ])('%s says what is wrong with it', async (_, content, code, why) => {
    const path = content === null ? join(folder, 'none') : written(content);
    await expect(read(path)).rejects.toMatchObject({ code, why: expect.stringMatching(why) });
  });

  test('a directory, and a line that is too long', async () => {
    await expect(read(folder)).rejects.toMatchObject({ code: 'CDB-E0531' });
    const limits = { lineBytesMax: 1_000 };
    await expect(read(written(TEXT), limits)).rejects.toMatchObject({ code: 'CDB-E0531' });
  });
});
