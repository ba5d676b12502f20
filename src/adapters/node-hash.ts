import { createHash } from 'node:crypto';
import type { Hash } from '../engine/domain/hash.js';

export const nodeHash: Hash = {
  sha1: (bytes) => createHash('sha1').update(bytes).digest(),
  sha256Hex: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
};
