import { gzipSync } from 'node:zlib';
import { integerBetween, type Random } from '../venue/seeded-random.js';
import type { ForeignContent } from './faults.js';
import { encodeFrame } from './frame-encoder.js';

const HUGE_BYTES = 1024 * 1024 + 64 * 1024;

/** Something that a client did not ask for: text frames as strings, binary ones as bytes. */
export function foreignFrame(content: ForeignContent, random: Random): string | Buffer {
  switch (content) {
    case 'random-bytes': {
      const bytes = Array.from({ length: 64 }, () => integerBetween(random, 0, 255));
      // Wire type 7 does not exist, so that chance never makes a message of it.
      return Buffer.from([0x0f, ...bytes]);
    }
    case 'other-message':
      return encodeFrame({
        channel: 'spot@public.limit.depth.v3.api.pb@MXUSDT@5',
        symbol: 'MXUSDT',
        sendTime: 1_790_145_447_000,
        publicLimitDepths: {
          asks: [{ price: '2.5102', quantity: '11.40' }],
          bids: [{ price: '2.5101', quantity: '30.00' }],
          eventType: 'spot@public.limit.depth.v3.api.pb',
          version: '36913293511',
        },
      });
    case 'gzip':
      return gzipSync('{"channel":"spot@public.deals.v3.api@BTCUSDT"}');
    case 'empty':
      return Buffer.alloc(0);
    case 'invalid-listen-key':
      return 'Invalid listen key';
    case 'invalid-json':
      return '{"id":0,"code":0,"msg":"spot@public.aggre.deals';
  }
}

export function hugeFrame(bytes = HUGE_BYTES): Buffer {
  return encodeFrame({
    channel: 'spot@public.aggre.deals.v3.api.pb@100ms@MXUSDT',
    symbol: 'MXUSDT',
    publicAggreDeals: { eventType: 'x'.repeat(bytes) },
  });
}
