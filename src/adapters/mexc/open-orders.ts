import type { Clock } from '../../engine/ports/clock.js';
import type { OpenOrders, RestingOrder, VenueAnswer } from '../../engine/ports/open-orders.js';
import { belowBaseUrl } from '../live-feed/below-base-url.js';
import { restCall, type RestAnswer } from './rest-call.js';
import { classifyRestError } from './rest-error.js';
import { signedQuery } from './signed-query.js';

interface MexcOrdersOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** The venue refuses what is older; it also bounds for how long a late request may still act. */
const RECV_WINDOW_MS = 5_000;
/** At most 5 calls that touch orders in a second, whoever asks for them. */
const SPACING_MS = 200;
const MESSAGE_CHARS_MAX = 200;

type Orders = VenueAnswer<readonly RestingOrder[]>;

/** Lists and cancels open orders at MEXC. Needs the rights to read and to trade, never to withdraw. */
export function mexcOpenOrders(options: MexcOrdersOptions): OpenOrders {
  const client = new SignedClient(options);
  return {
    venue: `MEXC (${options.baseUrl})`,
    cancelAll: (symbol) => client.orders('DELETE', symbol),
    list: (symbol) => client.orders('GET', symbol),
  };
}

class SignedClient {
  readonly #options: MexcOrdersOptions;
  /** The venue's clock ahead of ours. */
  #offsetMs = 0;
  #freeAtMs = 0;

  constructor(options: MexcOrdersOptions) {
    this.#options = options;
  }

  async orders(method: 'GET' | 'DELETE', symbol: string): Promise<Orders> {
    const first = await this.#ask(method, symbol);
    if (!isClockRefusal(first)) return judge(first, symbol);
    // Refused before it was carried out, so that asking once more can do no harm.
    await this.#measureClock();
    return judge(await this.#ask(method, symbol), symbol);
  }

  async #ask(method: 'GET' | 'DELETE', symbol: string): Promise<RestAnswer> {
    const { baseUrl, apiKey, apiSecret, timeoutMs, clock } = this.#options;
    await this.#pace();
    const query = signedQuery(
      [
        ['symbol', symbol],
        ['recvWindow', String(RECV_WINDOW_MS)],
        ['timestamp', String(Math.round(clock.nowMs() + this.#offsetMs))],
      ],
      apiSecret,
    );
    const url = new URL(`${belowBaseUrl(baseUrl, '/api/v3/openOrders')}?${query}`);
    const headers = { 'X-MEXC-APIKEY': apiKey, 'Content-Type': 'application/json' };
    return restCall({ method, url, headers, timeoutMs });
  }

  /** Half of the round trip is taken for the way back. Without an answer the old offset stays. */
  async #measureClock(): Promise<void> {
    const { baseUrl, timeoutMs, clock } = this.#options;
    await this.#pace();
    const url = new URL(belowBaseUrl(baseUrl, '/api/v3/time'));
    const startedAtMs = clock.monotonicMs();
    const answer = await restCall({ method: 'GET', url, headers: {}, timeoutMs });
    const serverTime = answer.kind === 'answered' ? member(answer.body, 'serverTime') : undefined;
    const roundTripMs = clock.monotonicMs() - startedAtMs;
    if (typeof serverTime !== 'number') return;
    this.#offsetMs = serverTime + roundTripMs / 2 - clock.nowMs();
  }

  async #pace(): Promise<void> {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const atMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = atMs + SPACING_MS;
    if (atMs > nowMs) await clock.sleep(atMs - nowMs);
  }
}

function isClockRefusal(answer: RestAnswer): boolean {
  if (answer.kind === 'lost') return false;
  return classifyRestError(answer.status, codeOf(answer.body)) === 'clock';
}

function judge(answer: RestAnswer, symbol: string): Orders {
  if (answer.kind === 'lost') return { kind: 'unknown', words: answer.why, retryAfterMs: 0 };
  const { status, body, retryAfterMs } = answer;
  if (status === 200 && Array.isArray(body)) {
    return { kind: 'answered', value: body.map((one) => orderOf(one, symbol)) };
  }
  const code = codeOf(body);
  const kind = classifyRestError(status, code);
  const words = [`HTTP ${status}`, code === null ? '' : `code ${code}`, kind, messageOf(body)];
  return {
    // What is neither a list nor an error of theirs may have been carried out all the same.
    kind: kind === 'unknown result' || (status < 400 && code === null) ? 'unknown' : 'refused',
    words: words.filter((word) => word !== '').join(', '),
    retryAfterMs,
  };
}

/** Types are loose on this wire: ids are text or numbers. */
function orderOf(found: unknown, symbol: string): RestingOrder {
  return {
    orderId: textOf(member(found, 'orderId')) || 'unknown',
    symbol: textOf(member(found, 'symbol')) || symbol,
    status: textOf(member(found, 'status')) || 'unknown',
  };
}

function codeOf(body: unknown): number | null {
  const code = member(body, 'code');
  const number = typeof code === 'string' && code !== '' ? Number(code) : code;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

/** Maintenance answers use `message`. */
function messageOf(body: unknown): string {
  const text = textOf(member(body, 'msg')) || textOf(member(body, 'message'));
  return text.slice(0, MESSAGE_CHARS_MAX);
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(name);
}
