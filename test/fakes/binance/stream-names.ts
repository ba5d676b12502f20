/** What a client of the stream asked for by text. */
export type StreamRequest =
  | {
      readonly method: 'SUBSCRIBE' | 'UNSUBSCRIBE';
      readonly id: unknown;
      readonly params: readonly string[];
    }
  | { readonly method: 'LIST_SUBSCRIPTIONS'; readonly id: unknown };

/** The streams in an address: `/ws/<one>`, or `/stream?streams=<a>/<b>`; null for other paths. */
export function streamsOfUrl(
  url: string,
): { readonly combined: boolean; readonly streams: readonly string[] } | null {
  const { pathname, searchParams } = new URL(url, 'ws://venue');
  if (pathname === '/stream') {
    const streams = (searchParams.get('streams') ?? '').split('/').filter((one) => one !== '');
    return { combined: true, streams };
  }
  const [, ws, stream, ...more] = pathname.split('/');
  if (ws !== 'ws' || more.length > 0) return null;
  return { combined: false, streams: stream === undefined || stream === '' ? [] : [stream] };
}

export function tradeStream(symbol: string): string {
  return `${symbol.toLowerCase()}@trade`;
}

/** A request, or the error that the venue answers with. */
export function readStreamRequest(text: string): StreamRequest | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: streamError(3, 'Invalid JSON: expected value', null) };
  }
  const { method, params, id = null } = (value ?? {}) as Record<string, unknown>;
  if (method === 'LIST_SUBSCRIPTIONS') return { method, id };
  if (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE') {
    return { error: streamError(2, 'Invalid request: unknown variant', id) };
  }
  if (!Array.isArray(params) || !params.every((one) => typeof one === 'string')) {
    return { error: streamError(2, 'Invalid request: missing field `params`', id) };
  }
  return { method, id, params };
}

function streamError(code: number, msg: string, id: unknown): string {
  return JSON.stringify({ code, msg, id });
}
