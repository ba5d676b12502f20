import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { maskMember, maskSecrets, maskedJson } from '../../../src/config/mask.js';

test.each([
  ['postgres://ops:hush@db:5432/cdb?x=1', 'postgres://ops:***@db:5432/cdb?x=1'],
  ['postgres://ops:hu/s@h@db:5432/cdb', 'postgres://ops:***@db:5432/cdb'],
  ['rediss://:hush@redis', 'rediss://:***@redis'],
  ['two redis://a:hush@b and redis://c:hush@d', 'two redis://a:***@b and redis://c:***@d'],
  ['postgres://db/cdb?password=hush&x=1', 'postgres://db/cdb?password=***&x=1'],
  [
    'GET /api/v3/account?timestamp=1&signature=hush',
    'GET /api/v3/account?timestamp=1&signature=***',
  ],
  ['?listenKey=hush&apiKey=hush', '?listenKey=***&apiKey=***'],
  ['{"api_key": "hush", "a": 1}', '{"api_key": "***", "a": 1}'],
  ['{"secretKey":"hush hush","a":1}', '{"secretKey":"***","a":1}'],
  [
    String.raw`it said {\"apiKey\":\"hush\",\"a\":1}`,
    String.raw`it said {\"apiKey\":\"***\",\"a\":1}`,
  ],
  ["{ 'X-MEXC-APIKEY': 'hush', a: 1 }", "{ 'X-MEXC-APIKEY': '***', a: 1 }"],
  ["[ 'X-MBX-APIKEY', 'hush', 'Host', 'x' ]", "[ 'X-MBX-APIKEY', '***', 'Host', 'x' ]"],
  ['X-MEXC-APIKEY: hush', 'X-MEXC-APIKEY: ***'],
  ['Authorization: Bearer hushhush', 'Authorization: ***'],
  ['authorization: Basic aHVzaA==', 'authorization: ***'],
  ['sent bearer hushhush.hush-hush', 'sent bearer ***'],
  ['PGPASSWORD=hush MEXC_API_SECRET=hush', 'PGPASSWORD=*** MEXC_API_SECRET=***'],
  ['password: "hush', 'password: "***"'],
  ['redis://u:hu@sh@redis/0', 'redis://u:***@redis/0'],
  ['PGPASSWORD=hush CDB_DB_PASSWORD="hush hush" x', 'PGPASSWORD=*** CDB_DB_PASSWORD="***" x'],
  ["apiSecret: 'hush' mexc.accessKey=hush", "apiSecret: '***' mexc.accessKey=***"],
  ['nothing secret at 10:30 in a@b', 'nothing secret at 10:30 in a@b'],
  ['http://127.0.0.1:9464/metrics', 'http://127.0.0.1:9464/metrics'],
])('maskSecrets hides the secret in %s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

test('maskSecrets finds the key in what the system prints of a request', () => {
  const request = {
    url: 'https://ops:hush-1@api.example/v3?signature=hush-2',
    headers: { 'X-MEXC-APIKEY': 'hush-3', authorization: 'Bearer hush-4444' },
    rawHeaders: ['X-MBX-APIKEY', 'hush-5'],
    config: { apiSecret: 'hush-6', passphrase: "hu'sh-7" },
  };
  for (const text of [
    inspect(request),
    JSON.stringify(request),
    JSON.stringify([inspect(request)]),
  ]) {
    expect(maskSecrets(text)).not.toContain('hush-');
    expect(maskSecrets(text)).not.toContain('sh-7');
  }
});

const SECRET = fc.stringMatching(/^[A-Za-z0-9+/]{12,40}$/);

describe('maskedJson', () => {
  it('is the same JSON where nothing is secret', () => {
    const value = { a: 'x://y', b: ['plain', 1, null], c: { text: 'two words' } };
    expect(maskedJson(value)).toBe(JSON.stringify(value));
  });

  it('stays JSON and hides the secret, whatever stands around it', () => {
    const around = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(SECRET, around, around, (secret, before, after) => {
        const value = {
          before,
          url: `${before} redis://a:${secret}@host ${after}`,
          pair: `${before} apiKey=${secret}`,
          apiSecret: secret,
          nested: [{ message: `signature="${secret}"` }],
          after,
        };
        const text = maskedJson(value);
        fc.pre(!before.includes(secret) && !after.includes(secret));
        expect(text).not.toContain(secret);
        expect(Object.keys(JSON.parse(text) as object)).toEqual(Object.keys(value));
      }),
    );
  });
});

test('maskMember hides what stands under a secret name, text or number', () => {
  expect(maskMember('apiKey', 'hush')).toBe('***');
  expect(maskMember('pinToken', 1234)).toBe('***');
  expect(maskMember('seed', 1234)).toBe(1234);
});

test('maskSecrets comes back from texts made to keep it busy', () => {
  for (const word of ['secret', 'token="', 'a', '://', "apikey','", '\\', 'a://b:']) {
    // A pattern that backtracks would be at this for minutes.
    expect(maskSecrets(`${word.repeat(60_000 / word.length)} secret=hush`)).not.toContain('hush');
  }
});
