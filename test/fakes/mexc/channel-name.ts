/** What a channel name asks for; null for names that the venue does not serve (any more). */
export interface Channel {
  readonly name: string;
  readonly content: 'deals' | 'bookTicker' | 'kline' | 'other';
  readonly symbol: string;
  /** How often a frame may come. */
  readonly intervalMs: 10 | 100 | 1000;
  /** Of a kline: Min1, …; else null. */
  readonly klineInterval: KlineInterval | null;
}

export const KLINE_SECONDS = {
  Min1: 60,
  Min5: 300,
  Min15: 900,
  Min30: 1800,
  Min60: 3600,
  Hour4: 14_400,
  Hour8: 28_800,
  Day1: 86_400,
};

export type KlineInterval = keyof typeof KLINE_SECONDS;

const AGGRE = /^spot@public\.aggre\.(deals|bookTicker|depth)\.v3\.api\.pb@(10|100)ms@([^@]+)$/;
const KLINE = /^spot@public\.kline\.v3\.api\.pb@([^@]+)@([^@]+)$/;
const OTHER = /^spot@public\.(?:limit\.depth|bookTicker\.batch|miniTicker)\.v3\.api\.pb@([^@]+)/;

export function parseChannel(name: string): Channel | null {
  const aggre = AGGRE.exec(name);
  if (aggre !== null) {
    const [, content, interval, symbol = ''] = aggre;
    return {
      name,
      content: content === 'deals' || content === 'bookTicker' ? content : 'other',
      symbol,
      intervalMs: interval === '10' ? 10 : 100,
      klineInterval: null,
    };
  }
  const kline = KLINE.exec(name);
  if (kline !== null && isKlineInterval(kline[2] ?? '')) {
    return {
      name,
      content: 'kline',
      symbol: kline[1] ?? '',
      intervalMs: 1000,
      klineInterval: kline[2] as KlineInterval,
    };
  }
  const other = OTHER.exec(name);
  if (other === null) return null;
  return { name, content: 'other', symbol: other[1] ?? '', intervalMs: 100, klineInterval: null };
}

function isKlineInterval(text: string): text is KlineInterval {
  return Object.hasOwn(KLINE_SECONDS, text);
}
