import { createHmac } from 'node:crypto';
import type { ChainHash } from '../engine/domain/row-chain.js';
import { nodeHash } from './node-hash.js';

const KEY_ID_DIGITS = 16;

export const PLAIN_CHAIN_HASH: ChainHash = {
  keyId: null,
  hex: (text) => nodeHash.sha256Hex(text),
};

/** @param key as many bytes as cannot be guessed; null hashes without a key */
export function chainHash(key: string | null): ChainHash {
  if (key === null) return PLAIN_CHAIN_HASH;
  const hex = (text: string) => createHmac('sha256', key).update(text, 'utf8').digest('hex');
  return { keyId: hex('cdb.chain.key').slice(0, KEY_ID_DIGITS), hex };
}
