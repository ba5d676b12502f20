import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../fixtures/trades');

/** Real trades; what they are and where they come from stands beside them. */
export const TRADE_FILES = {
  btcusdt: join(FOLDER, 'binance-spot-btcusdt-20240808.csv.gz'),
  fourStreams: join(FOLDER, 'binance-4streams-20240808.csv.gz'),
  xrpeth: join(FOLDER, 'binance-spot-xrpeth-20191011.csv.gz'),
};
