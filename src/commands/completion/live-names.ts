import { STREAMS } from '../../engine/domain/wire/streams.js';
import type { ReadableLog } from '../operator-ports.js';
import type { LiveNames } from './candidates.js';

/** The newest entries are enough: a name that was not seen for so long is not being looked for. */
const ENTRIES_MAX = 200;
const STREAMS_WITH_NAMES = [STREAMS.candles, STREAMS.signals, STREAMS.ordersBlocked, STREAMS.fills];

export const NO_NAMES: LiveNames = { streams: [], symbols: [], strategies: [] };

/** From the files of the last run, read only: the engine is not asked, so it cannot keep us waiting. */
export async function liveNames(log: ReadableLog): Promise<LiveNames> {
  const symbols = new Set<string>();
  const strategies = new Set<string>();
  for (const { name } of STREAMS_WITH_NAMES) {
    for (const { fields } of await log.tail(name, ENTRIES_MAX)) {
      keep(symbols, fields['symbol']);
      keep(strategies, fields['strategy_id']);
    }
  }
  const streams = (await log.list()).map(({ name }) => name);
  return { streams, symbols: [...symbols].sort(), strategies: [...strategies].sort() };
}

function keep(names: Set<string>, name: string | undefined): void {
  if (name !== undefined && name !== '') names.add(name);
}
