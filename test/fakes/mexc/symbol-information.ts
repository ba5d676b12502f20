export interface SymbolState {
  /** To trading through the API. */
  readonly open: boolean;
  readonly priceDecimals: number;
}

const QUOTES = ['USDT', 'USDC', 'BTC', 'ETH'];

/** An entry of `exchangeInfo`; two of the names say "precision" and mean minima. */
export function symbolInformation(symbol: string, { open, priceDecimals }: SymbolState) {
  const quoteAsset = QUOTES.find((quote) => symbol.endsWith(quote)) ?? symbol.slice(-3);
  const baseAsset = symbol.slice(0, -quoteAsset.length);
  return {
    symbol,
    status: '1',
    baseAsset,
    baseAssetPrecision: 8,
    quoteAsset,
    quotePrecision: priceDecimals,
    quoteAssetPrecision: priceDecimals,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: priceDecimals,
    orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'],
    isSpotTradingAllowed: open,
    isMarginTradingAllowed: false,
    quoteAmountPrecision: '1.000000000000000000000000000000',
    baseSizePrecision: '0',
    permissions: ['SPOT'],
    filters: [],
    maxQuoteAmount: '2000000',
    makerCommission: '0',
    takerCommission: '0.0005',
    quoteAmountPrecisionMarket: '1.000000000000000000000000000000',
    maxQuoteAmountMarket: '100000',
    fullName: baseAsset,
    tradeSideType: 1,
    contractAddress: '',
    st: false,
  };
}
