import type { TradeObserved } from '../../engine/domain/inputs.js';

/** A trade before its time of receipt is known. */
export type TradeRow = { -readonly [Field in keyof TradeObserved]: TradeObserved[Field] };

/** Texts of one row by wire name; '' = absent. */
interface RowTexts {
  readonly tsMs: string;
  readonly symbol: string;
  readonly price: string;
  readonly qty: string;
  readonly side: string;
  readonly tradeId: string;
  readonly venue: string;
}

const NUMBER = /^-?\d{1,17}(?:\.\d{1,17})?$/;
/** V8 keeps the whole block of lines alive for a longer slice of it, and ids are remembered. */
const SLICE_LENGTH_MIN = 13;

export function tradeRow(texts: RowTexts): TradeRow {
  const { tsMs, symbol, price, qty, side, tradeId, venue } = texts;
  return {
    kind: 'TradeObserved',
    venue: venue === '' ? 'file' : venue,
    symbol,
    price,
    qty,
    side,
    tradeId: tradeId === '' ? null : ownText(tradeId),
    tsMs: NUMBER.test(tsMs) ? Number(tsMs) : null,
    receivedAtMs: 0,
  };
}

/** A row that can't be read at all goes on as one without fields, so that the core counts it. */
export function unreadableRow(): TradeRow {
  return tradeRow({ tsMs: '', symbol: '', price: '', qty: '', side: '', tradeId: '', venue: '' });
}

function ownText(text: string): string {
  return text.length < SLICE_LENGTH_MIN ? text : Buffer.from(text).toString();
}
