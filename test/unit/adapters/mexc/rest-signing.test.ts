import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { classifyRestError } from '../../../../src/adapters/mexc/rest-error.js';
import { signatureOf, signedQuery } from '../../../../src/adapters/mexc/signed-query.js';

const VECTORS = join(import.meta.dirname, '../../../fixtures/vectors');
const read = (name: string) => JSON.parse(readFileSync(join(VECTORS, name), 'utf8')) as unknown;

interface Signing {
  readonly documented: readonly {
    readonly name: string;
    readonly secret: string;
    readonly payload: string;
    readonly signature: string;
    readonly expect: 'match' | 'mismatch';
  }[];
  readonly ccxt: readonly {
    readonly exchange: string;
    readonly name: string;
    readonly method: string;
    readonly url: string;
    readonly signed_payload: string;
    readonly secret: string;
    readonly signature: string;
  }[];
}

const signing = read('signing.json') as Signing;

describe('signedQuery', () => {
  test.each(signing.documented.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const isSame = signatureOf(one.payload, one.secret) === one.signature;
    expect(isSame).toBe(one.expect === 'match');
  });

  test.each(signing.ccxt.map((one) => [`${one.exchange} ${one.name}`, one] as const))(
    'is what another client sends: %s',
    (_, one) => {
      expect(signatureOf(one.signed_payload, one.secret)).toBe(one.signature);
    },
  );

  const inQuery = signing.ccxt.filter(
    ({ exchange, url }) => exchange === 'mexc' && url.includes('?'),
  );

  test.each(inQuery.map((one) => [one.name, one] as const))('builds it anew: %s', (_, one) => {
    const query = one.url.slice(one.url.indexOf('?') + 1);
    const parameters = [...new URLSearchParams(query)].filter(([name]) => name !== 'signature');
    expect(signedQuery(parameters, one.secret)).toBe(query);
  });

  test('signs the encoded text, with hex in upper case there and in lower case in the signature', () => {
    const query = signedQuery([['symbol', '币安人生USDT,A B']], 'secret');
    const [payload = '', signature] = query.split('&signature=');
    expect(payload).toMatch(/^symbol=(?:%[0-9A-F]{2}|\w)+$/);
    expect(signature).toBe(signatureOf(payload, 'secret'));
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
  });
});

interface ErrorVectors {
  readonly errors: readonly {
    readonly status: number;
    readonly body: string;
    readonly expect: string;
  }[];
}

describe('classifyRestError', () => {
  const { errors } = read('mexc-errors.json') as ErrorVectors;

  test.each(errors.map((one) => [one.body.slice(0, 60), one] as const))('%s', (_, one) => {
    expect(classifyRestError(one.status, codeOf(one.body))).toBe(one.expect);
  });

  test.each([
    [500, null, 'unknown result'],
    [502, null, 'unknown result'],
    [503, null, 'wait'],
    [429, 429, 'wait'],
    [418, null, 'wait'],
    [403, null, 'wait'],
    [401, null, 'credentials'],
    [400, 123_456, 'not listed'],
    [200, 10_072, 'credentials'],
  ] as const)('HTTP %s with code %s is %s', (status, code, wanted) => {
    expect(classifyRestError(status, code)).toBe(wanted);
  });
});

function codeOf(body: string): number | null {
  try {
    return (JSON.parse(body) as { code: number }).code;
  } catch {
    return null;
  }
}
