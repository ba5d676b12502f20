import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFileFeed } from '../../../src/adapters/files-feed/open-file-feed.js';
import { onlyTrades } from '../../fakes/engine/only-trades.js';
import type { TradeObserved } from '../../../src/engine/domain/inputs.js';
import { OperatorError } from '../../../src/operator-error.js';

const FIXTURES = new URL('../../fixtures/trades/', import.meta.url);
const FOUR_STREAMS = new URL('binance-4streams-20240808.csv.gz', FIXTURES).pathname;
const XRPETH = new URL('binance-spot-xrpeth-20191011.csv.gz', FIXTURES).pathname;
const SAMPLE = new URL('../../../data/sample/', import.meta.url).pathname;
const HEADER = 'ts_ms,symbol,price,qty,side,trade_id';
const T0 = 1_600_000_020_000;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdb-feed-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const line = (index: number): string => `${T0 + index},BTCUSDT,${100 + index},1,buy,${index}`;
const csv = (count: number): string =>
  [HEADER, ...Array.from({ length: count }, (_, i) => line(i))].join('\n');

interface Result {
  readonly trades: readonly TradeObserved[];
  readonly error: OperatorError | null;
}

async function readAll(path: string, symbols: readonly string[] = [], skip = 0): Promise<Result> {
  const trades: TradeObserved[] = [];
  try {
    const feed = await openFileFeed(path, { symbols });
    for await (const batch of feed.inputs(skip, new AbortController().signal)) {
      trades.push(...onlyTrades(batch));
    }
  } catch (error) {
    if (error instanceof OperatorError) return { trades, error };
    throw error;
  }
  return { trades, error: null };
}

const prices = ({ trades }: Result): string[] => trades.map(({ price }) => price);

describe('a trades file', () => {
  test.each([
    [FOUR_STREAMS, 61_399],
    [XRPETH, 6_722],
    ['sample', 9_999],
  ])('%s is read whole, and every real row is trusted', async (path, rows) => {
    const { trades, error } = await readAll(path);
    expect(error).toBeNull();
    expect(trades).toHaveLength(rows);
    expect(trades.filter(({ tsMs, receivedAtMs }) => tsMs !== receivedAtMs)).toEqual([]);
  });

  test('gives each row text for text, in order', async () => {
    const { trades } = await readAll(XRPETH);
    const lines = gunzipSync(readFileSync(XRPETH)).toString().trimEnd().split('\n').slice(1);
    const texts = trades.map(({ tsMs, symbol, price, qty, side, tradeId }) =>
      [tsMs, symbol, price, qty, side, tradeId].join(','),
    );
    expect(texts).toEqual(lines);
  });

  test('is named by its content, its symbols and nothing else', async () => {
    const copy = file(
      'copy.bin',
      readFileSync(join(SAMPLE, 'binance-futures-btcusdt-20200222.csv.gz')),
    );
    const sample = await openFileFeed('sample');
    const digest = createHash('sha256').update(readFileSync(copy)).digest('hex');
    expect(sample.identity).toBe(`file;v1;sha256=${digest}`);
    expect(sample.description).toBe('sample (binance-futures-btcusdt-20200222.csv.gz)');
    expect(sample.finite).toBe(true);
    expect((await openFileFeed(copy)).identity).toBe(sample.identity);
    const some = { symbols: ['B', 'A', 'B'] };
    expect((await openFileFeed(copy, some)).identity).toBe(`${sample.identity};symbols=A,B`);
  });

  test('gives the same trades from every kind of file', async () => {
    const text = gunzipSync(readFileSync(XRPETH)).toString();
    const rows = text.trimEnd().split('\n').slice(1);
    const json = rows
      .map((row) => row.split(','))
      .map(
        ([ts, symbol, price, qty, side, id]) =>
          `{"ts_ms":${ts},"symbol":"${symbol}","price":${price},"trade_qty":"${qty}","side":"${side}","trade_id":"${id}"}`,
      )
      .join('\r\n');
    const expected = await readAll(XRPETH);
    const others = [
      file('a', text),
      file('b', `\uFEFF${text.replaceAll('\n', '\r\n')}`),
      file('c', `\uFEFF${rows.join('\n')}`),
      file('d', json),
      file('e', gzipSync(`\uFEFF${json}`)),
      file('f', Buffer.concat([gzipSync(text.slice(0, 5_000)), gzipSync(text.slice(5_000))])),
      file('g', Buffer.concat([gzipSync(text), Buffer.alloc(100_000)])),
    ];
    for (const path of others) expect(await readAll(path), path).toEqual(expected);
  });

  test('continues behind any position with the same trades', async () => {
    const spoilt = csv(3_000).replace(String(T0 + 1_500), '4086000000000');
    const path = file('skip.csv', `${spoilt}\n\xff\n${'x'.repeat(9_000)}\n`);
    const whole = (await readAll(path)).trades;
    expect(whole).toHaveLength(3_002);
    expect(whole[1_500]).toMatchObject({ tsMs: 4_086_000_000_000, receivedAtMs: T0 + 1_499 });
    for (const skip of [1, 999, 1_500, 1_501, 3_001, 3_002, 9_999]) {
      expect((await readAll(path, [], skip)).trades).toEqual(whole.slice(skip));
    }
  });

  test('gives only the symbols asked for, and rows that may be theirs', async () => {
    const { trades, error } = await readAll(FOUR_STREAMS, ['ETHUSDT']);
    expect(error).toBeNull();
    expect(trades).toHaveLength(6_106);
    expect((await readAll(FOUR_STREAMS, ['ETHUSDT'], 6_000)).trades).toEqual(trades.slice(6_000));
    const path = file('mixed.csv', `${csv(2)}\n\xff\xff\n${T0},ETHUSDT,5,1,buy,9\n`);
    expect(prices(await readAll(path, ['ETHUSDT']))).toEqual(['', '5']);
  });

  test('ends when told to', async () => {
    const feed = await openFileFeed(FOUR_STREAMS);
    const stop = new AbortController();
    let rows = 0;
    for await (const batch of feed.inputs(0, stop.signal)) {
      rows += batch.length;
      stop.abort();
    }
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(5_000);
  });
});

describe('bad rows', () => {
  test('go on with what they have, one for each line, and never end the feed', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${HEADER}\n${line(1)}\n,,,,,\nnonsense\n"a,b",c\n\n`),
      Buffer.from([0xc3, 0x28, 0x0a]),
      Buffer.from(`${'9'.repeat(70_000)}\n${line(2)},surplus\n{"a":1}\n\0\n${line(3)}`),
    ]);
    const { trades, error } = await readAll(file('bad.csv', bytes));
    expect(error).toBeNull();
    expect(trades.map(({ tsMs }) => tsMs)).toEqual([
      T0 + 1,
      ...Array<null>(5).fill(null),
      T0 + 2,
      null,
      null,
      T0 + 3,
    ]);
  });

  test('of ndjson are empty rows', async () => {
    const good = `{"ts_ms":${T0},"symbol":"BTCUSDT","price":"1","qty":"2","side":"buy"}`;
    const path = file('bad.ndjson', `{"torn":\n${good}\nnull\n{"price":1e5}\n[]\n${good}\n`);
    expect(prices(await readAll(path))).toEqual(['', '1', '', '1e5', '', '1']);
  });
});

describe('a file that cannot be used', () => {
  test('cut off anywhere, gives every complete row, then says where it ended', async () => {
    const whole = gzipSync(csv(20_000));
    const cuts = [1_000, 16_384, 20_000, 32_768, 40_001, whole.length - 9, whole.length - 1];
    for (const size of cuts) {
      const part = whole.subarray(0, size);
      const { trades, error } = await readAll(file('cut.csv.gz', part));
      const text = gunzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
      const complete = text.split('\n').length - 2;
      expect(trades).toHaveLength(complete);
      expect(prices({ trades, error })).toEqual(
        Array.from({ length: complete }, (_, i) => String(100 + i)),
      );
      expect(error?.why).toBe(
        `its gzip data is cut off at byte ${size}; the ${complete} complete rows before it were delivered`,
      );
    }
  });

  test('damaged in the middle, says where', async () => {
    const bytes = gzipSync(csv(20_000));
    bytes.fill(0xff, 30_000, 30_100);
    const { trades, error } = await readAll(file('damaged.csv.gz', bytes));
    expect(trades.length).toBeGreaterThan(1_000);
    expect(error?.why).toContain('its gzip data is damaged');
    expect(error?.why).toContain(`the ${trades.length} complete rows`);
  });

  test.each([
    ['cut before its first row', gzipSync(csv(9)).subarray(0, 12), 'its gzip data is cut off'],
    ['empty', '', 'it is empty'],
    ['with empty gzip', gzipSync(''), 'it is empty'],
    ['of other text', 'hello\nworld\n', 'neither a header, nor csv rows, nor JSON'],
    ['of other bytes', Buffer.from([0xff, 0xfe, 0x00, 10, 0x80]), 'no readable text'],
    ['with other columns', 'time,price,amount\n1,2,3\n', 'no column ts_ms, symbol, qty'],
    ['with other JSON', '{"p":"1"}\n{"p":"2"}\n', 'no member ts_ms, symbol, price, qty'],
    ['with a JSON array', '[{"ts_ms":1}]', 'neither a header'],
    ['with torn JSON', '{"p":', 'no JSON objects'],
  ])('%s, is refused when it is opened', async (_kind, content, why) => {
    const path = file('refused', content);
    const refusal = openFileFeed(path);
    await expect(refusal).rejects.toBeInstanceOf(OperatorError);
    await expect(refusal).rejects.toMatchObject({ why: expect.stringContaining(why) });
    await expect(refusal).rejects.toMatchObject({ what: expect.stringContaining(path) });
  });

  test('a header alone is a file without trades', async () => {
    expect(await readAll(file('header.csv', `${HEADER}\n`))).toEqual({ trades: [], error: null });
  });

  test('missing, a folder, or not for us', async () => {
    const missing = await readAll(join(folder, 'nowhere.csv'));
    expect(missing.error).toMatchObject({ why: 'there is no such file', exit: 8 });
    expect((await readAll(folder)).error).toMatchObject({ exit: 2 });
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect((await readAll(pipe)).error).toMatchObject({ exit: 2 });
  });

  test('changed after it was opened', async () => {
    const path = file('growing.csv', csv(3));
    const feed = await openFileFeed(path);
    appendFileSync(path, `\n${line(4)}`);
    const first = feed.inputs(0, new AbortController().signal)[Symbol.asyncIterator]().next();
    await expect(first).rejects.toMatchObject({ exit: 6 });
  });

  test('without the symbols asked for, says which it has', async () => {
    const { trades, error } = await readAll(FOUR_STREAMS, ['DOGEUSDT']);
    expect(trades).toEqual([]);
    expect(error).toMatchObject({
      why: 'the file holds BTCUSDT, BTCUSDT-PERP, ETHUSDT, ETHUSDT-PERP',
      exit: 8,
    });
  });
});
