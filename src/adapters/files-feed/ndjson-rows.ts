import { readJsonMembers } from './json-members.js';
import { tradeRow, unreadableRow, type TradeRow } from './trade-row.js';

export function readNdjsonRow(line: string): TradeRow {
  const members = readJsonMembers(line);
  if (members === null) return unreadableRow();
  const text = (...names: string[]): string => {
    for (const name of names) {
      const value = members.get(name);
      if (value !== undefined && value !== '') return value;
    }
    return '';
  };
  return tradeRow({
    tsMs: text('ts_ms'),
    symbol: text('symbol'),
    price: text('price'),
    qty: text('trade_qty', 'qty'),
    side: text('side'),
    tradeId: text('trade_id'),
    venue: text('venue', 'source'),
  });
}

/** Wire names that a line lacks to be a trade; null when it is no JSON object. */
export function missingMembers(line: string): readonly string[] | null {
  const members = readJsonMembers(line);
  if (members === null) return null;
  const missing = ['ts_ms', 'symbol', 'price'].filter((name) => !members.has(name));
  return members.has('qty') || members.has('trade_qty') ? missing : [...missing, 'qty'];
}
