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
import { open as openFile, type FileHandle } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFileFeed } from '../../../src/adapters/files-feed/open-file-feed.js';
import { openRecording } from '../../../src/adapters/live-feed/recording-file.js';
import { mexcStream } from '../../../src/adapters/mexc/mexc-stream.js';
import type { FeedInput, TradeObserved } from '../../../src/engine/domain/inputs.js';
import { OperatorError } from '../../../src/operator-error.js';
import { startFakeMexc } from '../../fakes/mexc/fake-mexc.js';
import { FeedReader } from './feed-reader.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url).pathname;
const CAPTURE = join(FIXTURES, 'captures/binance-spot-btcusdt-ws-20240808-head.txt.gz');
const TRADES = join(FIXTURES, 'trades/binance-spot-btcusdt-20240808.csv.gz');
const MIB = 1_048_576;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'cdb-recording-'));
});
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

async function read(
  path: string,
  options: { readonly symbols?: readonly string[]; readonly skip?: number } = {},
) {
  const feed = await openFileFeed(path, options);
  const inputs: FeedInput[] = [];
  for await (const batch of feed.inputs(options.skip ?? 0, new AbortController().signal)) {
    inputs.push(...batch);
  }
  return inputs;
}

const tradesOf = (inputs: readonly FeedInput[]): readonly TradeObserved[] =>
  inputs.filter((input) => input.kind === 'TradeObserved');

function open(path: string, bytesMax = MIB, onEnd: (why: string) => void = () => undefined) {
  return openRecording(path, { venue: 'mexc', bytesMax, nowMs: 1_795_200_000_000, onEnd });
}

describe('a raw capture as a feed', () => {
  it('gives the trades that others took from the same capture', async () => {
    const trades = tradesOf(await read(CAPTURE));
    expect(trades).toHaveLength(676);
    const known = tradesOf(await read(TRADES)).slice(0, trades.length);
    const text = ({ symbol, price, qty, side, tradeId, tsMs }: TradeObserved) =>
      [symbol, price, qty, side, tradeId, tsMs].join(' ');
    expect(trades.map(text)).toEqual(known.map(text));
  });

  it('corrects the clock of the machine that captured it', async () => {
    const ages = tradesOf(await read(CAPTURE))
      .slice(10)
      .map(({ receivedAtMs, tsMs }) => receivedAtMs - (tsMs ?? 0));
    expect(Math.min(...ages)).toBeGreaterThan(-150);
    expect(Math.max(...ages)).toBeLessThan(500);
  });

  it('knows its symbols, and can be resumed behind any input', async () => {
    const whole = await read(CAPTURE);
    expect(await read(CAPTURE, { skip: 17 })).toEqual(whole.slice(17));
    expect(await read(CAPTURE, { symbols: ['BTCUSDT'] })).toEqual(whole);
    await expect(read(CAPTURE, { symbols: ['ETHUSDT'] })).rejects.toThrow(
      'cannot find a trade of ETHUSDT',
    );
  });

  it('passes over what is no line of a capture, and counts it', async () => {
    const path = join(place, 'broken.txt');
    const head =
      '1723161254087896568 {"stream":"x@trade","data":{"e":"trade","E":1723161255343,"s":"X","t":1,"p":"1","q":"1","T":1723161255342,"m":true}}\n';
    writeFileSync(path, `${head}garbage\n1723161254087896568 {"stream":"x@tra\n`);
    const inputs = await read(path);
    expect(tradesOf(inputs).map(({ symbol, price }) => [symbol, price])).toEqual([
      ['X', '1'],
      ['', ''],
    ]);
  });
});

describe('a recording of a live feed', () => {
  it('gives the same inputs again, losses and times included', async () => {
    const path = join(place, 'recording.txt');
    const recording = await open(path, 64 * MIB);
    const mexc = await startFakeMexc({ speed: 20, clockOffsetMs: 1_260 });
    const reader = new FeedReader({
      stream: mexcStream(),
      symbols: ['BTCUSDT'],
      wsUrl: mexc.wsUrl,
      limits: { rotateMs: 1_500 },
      onWire: (event, atMs) => {
        recording.write(event, atMs);
      },
    });
    await reader.has('trades', () => reader.trades.length > 200);
    for (const fault of [
      { kind: 'torn-frame' },
      { kind: 'foreign-frame', content: 'random-bytes' },
      { kind: 'foreign-frame', content: 'invalid-listen-key' },
      { kind: 'cut' },
    ] as const) {
      mexc.fault(fault);
      const { length } = reader.trades;
      await reader.has('more trades', () => reader.trades.length > length + 100);
    }
    await reader.has('a rotation', () => mexc.connections().length >= 4);
    await reader.end();
    await mexc.close();
    await recording.close();
    expect(await read(path)).toEqual(reader.inputs);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('goes on behind an earlier one of the same venue, half a line included', async () => {
    const path = join(place, 'recording.txt');
    const first = await open(path);
    first.write({ kind: 'opened', connection: 1, symbols: ['A'] }, 1_795_200_000_001);
    await first.close();
    appendFileSync(path, '1795200000002000000 @1 base64:Ci9');
    const second = await open(path);
    second.write({ kind: 'tick' }, 1_795_200_000_003);
    await second.close();
    expect(
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.slice(20)),
    ).toEqual([
      '#recording 1 mexc',
      '#opened 1 A',
      '@1 base64:Ci9',
      '#recording 1 mexc',
      '#tick',
      '',
    ]);
  });

  it('gives the symbols that are asked for, and no others', async () => {
    const path = join(place, 'recording.txt');
    const event = (symbol: string) =>
      `{"e":"trade","E":1795200000001,"s":"${symbol}","t":1,"p":"1","q":"1","T":1795200000000,"m":true}`;
    const lines = ['#recording 1 binance', '#opened 1 AUSDT,BUSDT', `@1 ${event('AUSDT')}`];
    const rest = [`@1 ${event('BUSDT')}`, '#closed 1 "cut"'];
    const text = [...lines, ...rest].map((line) => `1795200000002000000 ${line}\n`).join('');
    writeFileSync(path, text);
    const inputs = await read(path, { symbols: ['BUSDT'] });
    expect(inputs.map((input) => ('symbol' in input ? input.symbol : ''))).toEqual([
      'BUSDT',
      'BUSDT',
      'BUSDT',
    ]);
    await expect(read(path, { symbols: ['CUSDT'] })).rejects.toThrow('a trade of CUSDT');
  });

  it('is no feed without its beginning: nobody would know what its connections carry', async () => {
    const path = join(place, 'tail.txt');
    writeFileSync(path, '1795200000002000000 @3 base64:Ci9zcG90\n');
    await expect(read(path)).rejects.toThrow('as a trades file');
  });

  it('never writes over another file', async () => {
    const path = join(place, 'notes.txt');
    writeFileSync(path, 'mine\n');
    await expect(open(path)).rejects.toThrow(OperatorError);
    await expect(open(path)).rejects.toThrow('Cannot record to');
    expect(readFileSync(path, 'utf8')).toBe('mine\n');
    await expect(open(place)).rejects.toThrow('Cannot record to');
  });

  it('writes nothing behind what it could not write whole', async () => {
    const path = join(place, 'recording.txt');
    const ends: string[] = [];
    const recording = await open(path, MIB, (why) => ends.push(why));
    const probe = await openFile(path, 'r');
    const write = vi.spyOn(Object.getPrototypeOf(probe) as FileHandle, 'appendFile');
    await probe.close();
    write.mockImplementationOnce(async function (this: FileHandle, text) {
      await this.write(String(text).slice(0, 30));
      throw new Error('ENOSPC: no space left on device, write');
    });
    recording.write({ kind: 'tick' }, 1_795_200_000_000);
    recording.write({ kind: 'clock_set' }, 1_795_200_000_001);
    await recording.close();
    write.mockRestore();
    expect(ends).toEqual(['Error: ENOSPC: no space left on device, write']);
    expect(readFileSync(path, 'utf8')).toHaveLength(30);
  });

  it('holds the longest text that a venue can send', async () => {
    const path = join(place, 'recording.txt');
    const recording = await open(path, 16 * MIB);
    recording.write({ kind: 'text', connection: 1, text: '\u0001'.repeat(MIB) }, 1_795_200_000_001);
    await recording.close();
    expect(await read(path)).toEqual([]);
  });

  it('ends at its bound and says so, once', async () => {
    const path = join(place, 'recording.txt');
    const ends: string[] = [];
    const recording = await open(path, 200, (why) => ends.push(why));
    for (let i = 0; i < 50; i += 1) {
      recording.write({ kind: 'text', connection: 1, text: '{"a":1}' }, 1_795_200_000_000 + i);
    }
    await recording.close();
    expect(ends).toEqual(['it has reached its bound of 200 bytes']);
    expect(statSync(path).size).toBeLessThanOrEqual(200);
    expect(readFileSync(path, 'utf8').endsWith('\n')).toBe(true);
  });

  it('says when it is of a form or a venue that this build does not know', async () => {
    for (const head of ['#recording 9 mexc', '#recording 1 elsewhere']) {
      const path = join(place, 'future.txt');
      writeFileSync(path, `1795200000000000000 ${head}\n`);
      await expect(read(path)).rejects.toThrow('as a trades file');
    }
  });
});
