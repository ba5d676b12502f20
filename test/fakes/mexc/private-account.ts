import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccountSetting } from './settings.js';
import type { RestAnswer } from './rest-answers.js';

interface SignedRequest {
  readonly method: string;
  readonly apiKey: string;
  /** As it came, without the question mark. */
  readonly query: string;
}

interface VenueTime {
  readonly symbols: readonly string[];
  readonly closedSymbols: readonly string[];
  nowMs(): number;
}

const RECV_WINDOW_MS = 5_000;
const RECV_WINDOW_MS_MAX = 60_000;
const AHEAD_MS_MAX = 1_000;
const SYMBOLS_PER_CANCEL_MAX = 5;
const REFUSALS_KEPT = 1_000;

/** The open orders of one account: list and cancel, signed as the venue's documentation says. */
export class PrivateAccount {
  readonly refusals: string[] = [];
  readonly #apiKey: string;
  readonly #apiSecret: string;
  #orders: readonly { readonly orderId: string; readonly symbol: string }[];

  constructor({ apiKey, apiSecret, openOrders }: AccountSetting) {
    this.#apiKey = apiKey;
    this.#apiSecret = apiSecret;
    this.#orders = openOrders;
  }

  get resting(): readonly string[] {
    return this.#orders.map(({ orderId }) => orderId);
  }

  rest(order: { readonly orderId: string; readonly symbol: string }): void {
    this.#orders = [...this.#orders, order];
  }

  openOrders(request: SignedRequest, venue: VenueTime): RestAnswer {
    const refusal = this.#refusal(request, venue);
    if (refusal !== null) {
      const [code, msg] = refusal;
      if (this.refusals.length < REFUSALS_KEPT) this.refusals.push(`${code} ${msg}`);
      return { status: 400, body: { code, msg } };
    }
    const named = symbolsOf(request);
    const isNamed = ({ symbol }: { symbol: string }) => named.includes(symbol);
    if (request.method === 'GET') {
      const found = named.length === 0 ? this.#orders : this.#orders.filter(isNamed);
      return { status: 200, body: found.map((order) => shown(order, 'NEW')) };
    }
    const gone = this.#orders.filter(isNamed);
    this.#orders = this.#orders.filter((order) => !isNamed(order));
    // "Accepted": the status of what is being cancelled may still be the old one.
    return { status: 200, body: gone.map((order) => shown(order, 'NEW')) };
  }

  #refusal(request: SignedRequest, venue: VenueTime): readonly [number, string] | null {
    const { method, apiKey, query } = request;
    const parts = new URLSearchParams(query);
    if (apiKey !== this.#apiKey) return [10_072, 'Api key info invalid'];
    if (!parts.has('signature') || !parts.has('timestamp')) {
      return [
        700_004,
        "Mandatory parameter 'signature' was not sent, was empty/null, or malformed",
      ];
    }
    const windowMs = Number(parts.get('recvWindow') ?? RECV_WINDOW_MS);
    if (!(windowMs <= RECV_WINDOW_MS_MAX)) return [700_005, 'recvWindow must be less than 60000'];
    const aheadMs = Number(parts.get('timestamp')) - venue.nowMs();
    if (!(aheadMs < AHEAD_MS_MAX && -aheadMs <= windowMs)) {
      return [700_003, 'Timestamp for this request is outside of the recvWindow.'];
    }
    if (!this.#isSigned(query)) return [700_002, 'Signature for this request is not valid.'];
    const named = symbolsOf(request);
    const known = [...venue.symbols, ...venue.closedSymbols];
    if (method === 'DELETE' && (named.length === 0 || named.length > SYMBOLS_PER_CANCEL_MAX)) {
      return [700_004, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed"];
    }
    return named.every((symbol) => known.includes(symbol)) ? null : [10_007, 'bad symbol'];
  }

  /** Over the very characters that came, up to the signature, which stands last. */
  #isSigned(query: string): boolean {
    const [, payload, given = ''] = /^(.*)&signature=([0-9a-f]{64})$/.exec(query) ?? [];
    if (payload === undefined) return false;
    const wanted = createHmac('sha256', this.#apiSecret).update(payload).digest('hex');
    return timingSafeEqual(Buffer.from(wanted), Buffer.from(given));
  }
}

function symbolsOf({ query }: SignedRequest): readonly string[] {
  return (new URLSearchParams(query).get('symbol') ?? '').split(',').filter((one) => one !== '');
}

/** Types as loose as on the real wire. */
function shown({ orderId, symbol }: { orderId: string; symbol: string }, status: string): object {
  return {
    symbol,
    orderId,
    orderListId: '-1',
    clientOrderId: '',
    price: '1',
    origQty: '1',
    executedQty: '0',
    cummulativeQuoteQty: '0',
    status,
    type: 'LIMIT',
    side: 'BUY',
    time: '1707671871000',
  };
}
