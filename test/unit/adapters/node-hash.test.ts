import { expect, test } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { uuidNamespace, uuidV5 } from '../../../src/engine/domain/ids.js';

test('nodeHash hashes the UTF-8 bytes of a text', () => {
  expect(nodeHash.sha256Hex('')).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
  expect(nodeHash.sha256Hex('é')).toBe(
    '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
  );
});

test('nodeHash gives the UUIDv5 of RFC 9562', () => {
  expect(
    uuidV5(nodeHash, uuidNamespace('6ba7b810-9dad-11d1-80b4-00c04fd430c8'), 'www.example.com'),
  ).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});
