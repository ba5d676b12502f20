/** A text that a client sent, as far as the venue understands it. */
export type ControlRequest =
  | { readonly method: 'PING'; readonly id: number }
  | {
      readonly method: 'SUBSCRIPTION' | 'UNSUBSCRIPTION';
      readonly id: number;
      readonly params: readonly string[];
    };

/** Null for what the venue does not understand; what it says then is not documented. */
export function readControl(text: string): ControlRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { method, params, id: givenId } = value as Record<string, unknown>;
  const id = typeof givenId === 'number' ? givenId : 0;
  if (method === 'PING' || method === 'ping') return { method: 'PING', id };
  if (method !== 'SUBSCRIPTION' && method !== 'UNSUBSCRIPTION') return null;
  if (!Array.isArray(params)) return null;
  return { method, id, params: params.filter((one) => typeof one === 'string') };
}

/** The code is 0 whatever happened: only `msg` tells. */
export function controlText(id: number, msg: string): string {
  return JSON.stringify({ id, code: 0, msg });
}

/** Accepted channels come in another order than they were asked for. */
export function ackMessage(accepted: readonly string[], rejected: readonly string[]): string {
  const list = accepted.toReversed();
  if (rejected.length === 0) return list.join(',');
  // The colon is U+FF1A and a blank ends the text: so the venue writes it.
  const refusal = `Not Subscribed successfully! [${rejected.join(',')}].  Reason\uff1a Blocked! `;
  return list.length === 0 ? refusal : `Subscribed successful! [${list.join(',')}]. ${refusal}`;
}
