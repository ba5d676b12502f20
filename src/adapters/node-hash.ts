import { createHash } from 'node:crypto';
import type { Hash } from '../engine/domain/hash.js';

export const nodeHash: Hash = {
  sha1Hex: (prefix, text) => createHash('sha1').update(prefix).update(text, 'utf8').digest('hex'),
  sha256Hex: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
};
