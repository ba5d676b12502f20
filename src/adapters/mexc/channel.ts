const DEALS = 'spot@public.aggre.deals.v3.api.pb@100ms@';
const AGGREGATED = 'public.aggre.';

/** The channel of a symbol's trades; MEXC refuses symbols in lower case. */
export function dealsChannel(symbol: string): string {
  return `${DEALS}${symbol.toUpperCase()}`;
}

/**
 * The symbol that a channel is about, '' where it is about none. Aggregated channels have the
 * interval before the symbol (`spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT`), the others have
 * their parameters behind it (`spot@public.kline.v3.api.pb@BTCUSDT@Min1`).
 */
export function symbolOfChannel(channel: string): string {
  const [market, name = '', first = '', second = ''] = channel.split('@');
  if (market !== 'spot' || name.startsWith('public.miniTickers.')) return '';
  return name.startsWith(AGGREGATED) ? second : first;
}
