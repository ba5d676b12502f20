/**
 * The trade ids of one symbol's open window. Venues count their ids up, so whole numbers are kept
 * as sorted ranges: a contiguous feed needs one range however many trades it has.
 */
export interface SeenTradeIds {
  /** Range i holds every id from `lows[i]` to `highs[i]`; ascending, never touching. */
  readonly lows: number[];
  readonly highs: number[];
  /** Ids that are no plain whole numbers. */
  readonly texts: Set<string>;
}

/** More than any market trades in a minute; beyond it the oldest ids are forgotten. */
const IDS_MAX = 100_000;
/** No venue's ids come near; a longer text is not remembered, because it may be a megabyte. */
const ID_LENGTH_MAX = 64;
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,14})$/;

export function noTradeIds(): SeenTradeIds {
  return { lows: [], highs: [], texts: new Set() };
}

export function forgetTradeIds(seen: SeenTradeIds): void {
  seen.lows.length = 0;
  seen.highs.length = 0;
  if (seen.texts.size > 0) seen.texts.clear();
}

export function hasTradeId(seen: SeenTradeIds, id: string): boolean {
  if (!WHOLE_NUMBER.test(id)) return seen.texts.has(id);
  const value = Number(id);
  const at = rangeFrom(seen, value);
  return at < seen.lows.length && (seen.lows[at] ?? Infinity) <= value;
}

/** Remembers an id that `hasTradeId` does not know. */
export function addTradeId(seen: SeenTradeIds, id: string): void {
  if (WHOLE_NUMBER.test(id)) addNumber(seen, Number(id));
  else if (id.length <= ID_LENGTH_MAX) addText(seen.texts, id);
}

function addNumber(seen: SeenTradeIds, value: number): void {
  const { lows, highs } = seen;
  const at = rangeFrom(seen, value);
  const joinsLeft = at > 0 && highs[at - 1] === value - 1;
  const joinsRight = lows[at] === value + 1;
  if (joinsLeft && joinsRight) {
    highs.splice(at - 1, 1);
    lows.splice(at, 1);
  } else if (joinsLeft) {
    highs[at - 1] = value;
  } else if (joinsRight) {
    lows[at] = value;
  } else {
    lows.splice(at, 0, value);
    highs.splice(at, 0, value);
    if (lows.length > IDS_MAX) dropOldest(seen);
  }
}

/** In one go, because moving the whole array for each single id would cost more than the trade. */
function dropOldest({ lows, highs }: SeenTradeIds): void {
  lows.splice(0, IDS_MAX / 10);
  highs.splice(0, IDS_MAX / 10);
}

function addText(texts: Set<string>, id: string): void {
  if (texts.size >= IDS_MAX) {
    for (const oldest of texts) {
      texts.delete(oldest);
      break;
    }
  }
  texts.add(id);
}

/** Index of the first range that ends at or after the value. */
function rangeFrom({ highs }: SeenTradeIds, value: number): number {
  const last = highs.length - 1;
  if (last < 0 || value > (highs[last] ?? 0)) return last + 1;
  let from = 0;
  let to = last;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((highs[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
