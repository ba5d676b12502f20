import { createHmac } from 'node:crypto';

/**
 * The query of a signed request, signature last: exactly the text that is signed, built once.
 * Source: MEXC spot V3, "SIGNED": HMAC-SHA256 over the query, hex in lower case; special characters
 * are percent-encoded before.
 */
export function signedQuery(
  parameters: readonly (readonly [name: string, value: string])[],
  secret: string,
): string {
  const query = parameters
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return `${query}&signature=${signatureOf(query, secret)}`;
}

export function signatureOf(payload: string, secret: string): string {
  return createHmac('sha256', secret).update(payload, 'utf8').digest('hex');
}
