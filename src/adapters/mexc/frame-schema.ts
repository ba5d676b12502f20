import type { Decoded, MessageSchema } from './message-schema.js';

/**
 * What MEXC's spot streams send: repository mexcdevelop/websocket-proto, commit
 * 7b8ac7a6681f28551612a5a7cefbb7e09b56bb85 (June 2026). Decimals are texts. Times are Unix ms, but
 * for the window of a candle, which is in seconds.
 */
const DEAL = {
  1: ['price', 'string'],
  2: ['quantity', 'string'],
  3: ['tradeType', 'int32'],
  4: ['time', 'int64'],
  5: ['tradeId', 'string'],
} as const satisfies MessageSchema;

const RETIRED_DEAL = {
  1: ['price', 'string'],
  2: ['quantity', 'string'],
  3: ['tradeType', 'int32'],
  4: ['time', 'int64'],
} as const satisfies MessageSchema;

const LEVEL = {
  1: ['price', 'string'],
  2: ['quantity', 'string'],
} as const satisfies MessageSchema;

const BOOK_TICKER = {
  1: ['bidPrice', 'string'],
  2: ['bidQuantity', 'string'],
  3: ['askPrice', 'string'],
  4: ['askQuantity', 'string'],
} as const satisfies MessageSchema;

const INCREASE_DEPTHS = {
  1: ['asks', [LEVEL]],
  2: ['bids', [LEVEL]],
  3: ['eventType', 'string'],
  4: ['version', 'string'],
} as const satisfies MessageSchema;

const PRIVATE_ORDERS = {
  1: ['id', 'string'],
  2: ['clientId', 'string'],
  3: ['price', 'string'],
  4: ['quantity', 'string'],
  5: ['amount', 'string'],
  6: ['avgPrice', 'string'],
  7: ['orderType', 'int32'],
  8: ['tradeType', 'int32'],
  9: ['isMaker', 'bool'],
  10: ['remainAmount', 'string'],
  11: ['remainQuantity', 'string'],
  12: ['lastDealQuantity', 'string'],
  13: ['cumulativeQuantity', 'string'],
  14: ['cumulativeAmount', 'string'],
  15: ['status', 'int32'],
  16: ['createTime', 'int64'],
  17: ['market', 'string'],
  18: ['triggerType', 'int32'],
  19: ['triggerPrice', 'string'],
  20: ['state', 'int32'],
  21: ['ocoId', 'string'],
  22: ['routeFactor', 'string'],
  23: ['symbolId', 'string'],
  24: ['marketId', 'string'],
  25: ['marketCurrencyId', 'string'],
  26: ['currencyId', 'string'],
} as const satisfies MessageSchema;

const PRIVATE_DEALS = {
  1: ['price', 'string'],
  2: ['quantity', 'string'],
  3: ['amount', 'string'],
  4: ['tradeType', 'int32'],
  5: ['isMaker', 'bool'],
  6: ['isSelfTrade', 'bool'],
  7: ['tradeId', 'string'],
  8: ['clientOrderId', 'string'],
  9: ['orderId', 'string'],
  10: ['feeAmount', 'string'],
  11: ['feeCurrency', 'string'],
  12: ['time', 'int64'],
} as const satisfies MessageSchema;

const PRIVATE_ACCOUNT = {
  1: ['vcoinName', 'string'],
  2: ['coinId', 'string'],
  3: ['balanceAmount', 'string'],
  4: ['balanceAmountChange', 'string'],
  5: ['frozenAmount', 'string'],
  6: ['frozenAmountChange', 'string'],
  7: ['type', 'string'],
  8: ['time', 'int64'],
} as const satisfies MessageSchema;

/** Open, then close, then high: not the order that one expects. */
const KLINE = {
  1: ['interval', 'string'],
  2: ['windowStart', 'int64'],
  3: ['openingPrice', 'string'],
  4: ['closingPrice', 'string'],
  5: ['highestPrice', 'string'],
  6: ['lowestPrice', 'string'],
  7: ['volume', 'string'],
  8: ['amount', 'string'],
  9: ['windowEnd', 'int64'],
} as const satisfies MessageSchema;

const MINI_TICKER = {
  1: ['symbol', 'string'],
  2: ['price', 'string'],
  3: ['rate', 'string'],
  4: ['zonedRate', 'string'],
  5: ['high', 'string'],
  6: ['low', 'string'],
  7: ['volume', 'string'],
  8: ['quantity', 'string'],
  9: ['lastCloseRate', 'string'],
  10: ['lastCloseZonedRate', 'string'],
  11: ['lastCloseHigh', 'string'],
  12: ['lastCloseLow', 'string'],
} as const satisfies MessageSchema;

/** The wrapper of every frame. 301 and up are the bodies, of which a frame has one. */
export const FRAME = {
  1: ['channel', 'string'],
  3: ['symbol', 'string'],
  4: ['symbolId', 'string'],
  5: ['createTime', 'int64'],
  6: ['sendTime', 'int64'],
  301: ['publicDeals', { 1: ['deals', [RETIRED_DEAL]], 2: ['eventType', 'string'] }],
  302: ['publicIncreaseDepths', INCREASE_DEPTHS],
  303: [
    'publicLimitDepths',
    {
      1: ['asks', [LEVEL]],
      2: ['bids', [LEVEL]],
      3: ['eventType', 'string'],
      4: ['version', 'string'],
      5: ['lastOrderCreateTime', 'int64'],
    },
  ],
  304: ['privateOrders', PRIVATE_ORDERS],
  305: ['publicBookTicker', BOOK_TICKER],
  306: ['privateDeals', PRIVATE_DEALS],
  307: ['privateAccount', PRIVATE_ACCOUNT],
  308: ['publicSpotKline', KLINE],
  309: ['publicMiniTicker', MINI_TICKER],
  310: ['publicMiniTickers', { 1: ['items', [MINI_TICKER]] }],
  311: [
    'publicBookTickerBatch',
    {
      1: ['items', [BOOK_TICKER]],
      2: ['version', 'string'],
      3: ['lastOrderCreateTime', 'int64'],
    },
  ],
  312: [
    'publicIncreaseDepthsBatch',
    { 1: ['items', [INCREASE_DEPTHS]], 2: ['eventType', 'string'] },
  ],
  313: [
    'publicAggreDepths',
    {
      1: ['asks', [LEVEL]],
      2: ['bids', [LEVEL]],
      3: ['eventType', 'string'],
      4: ['fromVersion', 'string'],
      5: ['toVersion', 'string'],
      6: ['lastOrderCreateTime', 'int64'],
    },
  ],
  314: ['publicAggreDeals', { 1: ['deals', [DEAL]], 2: ['eventType', 'string'] }],
  315: [
    'publicAggreBookTicker',
    {
      1: ['bidPrice', 'string'],
      2: ['bidQuantity', 'string'],
      3: ['askPrice', 'string'],
      4: ['askQuantity', 'string'],
      5: ['version', 'string'],
      6: ['lastOrderCreateTime', 'int64'],
    },
  ],
} as const satisfies MessageSchema;

export type MexcFrame = Decoded<typeof FRAME>;
export type MexcDeal = Decoded<typeof DEAL>;
