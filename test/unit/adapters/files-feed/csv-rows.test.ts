import { describe, expect, test } from 'vitest';
import {
  DEFAULT_COLUMNS,
  missingColumns,
  readCsvRow,
  readHeader,
  splitCsv,
} from '../../../../src/adapters/files-feed/csv-rows.js';

describe('readCsvRow', () => {
  test('reads the default columns', () => {
    const line = '1582329602111,BTCUSDT-PERP,9682,0.132,buy,42377944';
    expect(readCsvRow(line, DEFAULT_COLUMNS)).toEqual({
      kind: 'TradeObserved',
      venue: 'file',
      symbol: 'BTCUSDT-PERP',
      price: '9682',
      qty: '0.132',
      side: 'buy',
      tradeId: '42377944',
      tsMs: 1_582_329_602_111,
      receivedAtMs: 0,
    });
  });

  test('missing cells are empty, and so is a time that is no number', () => {
    expect(readCsvRow('abc,BTCUSDT', DEFAULT_COLUMNS)).toMatchObject({
      tsMs: null,
      symbol: 'BTCUSDT',
      price: '',
      qty: '',
      side: '',
      tradeId: null,
    });
    expect(readCsvRow('', DEFAULT_COLUMNS)).toMatchObject({ tsMs: null, symbol: '' });
    expect(readCsvRow('1.5,X', DEFAULT_COLUMNS).tsMs).toBe(1.5);
    expect(readCsvRow('1e12,X', DEFAULT_COLUMNS).tsMs).toBeNull();
  });
});

describe('readHeader', () => {
  test('finds columns in any order, under either name of the quantity', () => {
    const columns = readHeader('Side, trade_qty,venue,PRICE,extra,symbol,ts_ms');
    expect(columns).toEqual({
      tsMs: 6,
      symbol: 5,
      price: 3,
      qty: 1,
      side: 0,
      tradeId: -1,
      venue: 2,
    });
    expect(missingColumns(columns!)).toEqual([]);
    const row = readCsvRow('sell,2,mexc,100,?,BTCUSDT,1582329602111', columns!);
    expect(row).toMatchObject({
      side: 'sell',
      qty: '2',
      venue: 'mexc',
      price: '100',
      tradeId: null,
    });
  });

  test('names what is missing, and knows a line that is no header', () => {
    expect(missingColumns(readHeader('price,side')!)).toEqual(['ts_ms', 'symbol', 'qty']);
    expect(readHeader('1582329602111,BTCUSDT-PERP,9682,0.132,buy,42377944')).toBeNull();
  });
});

test('splitCsv reads quoted cells', () => {
  expect(splitCsv('a,,b')).toEqual(['a', '', 'b']);
  expect(splitCsv('"a,1",b,"c ""d"""')).toEqual(['a,1', 'b', 'c "d"']);
  expect(splitCsv('"a",')).toEqual(['a', '']);
});
