import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeMexc } from '../../fakes/mexc/fake-mexc.js';
import {
  encodeFrame,
  encodeVaried,
  type FrameMembers,
  type Variation,
} from '../../fakes/mexc/frame-encoder.js';
import { seededRandom } from '../../fakes/venue/seeded-random.js';
import { connectPlain, decodePush, eventually } from './plain-client.js';

interface FrameVector {
  readonly name: string;
  readonly hex: string;
  readonly decoded: FrameMembers;
}

function readVectors(file: string): { frames: unknown } {
  const path = join(import.meta.dirname, '../../fixtures/vectors', file);
  return JSON.parse(readFileSync(path, 'utf8')) as { frames: unknown };
}

const FRAMES = ['mexc-frames.json', 'mexc-frames-generated.json'].flatMap(
  (file) => readVectors(file).frames as readonly FrameVector[],
);

/** Frames that are odd on purpose; all others are in the order of field numbers. */
const ODD: Readonly<Record<string, Variation>> = {
  'unknown fields before the known ones': { unknownFields: 'wrapper', order: 'ascending' },
  'fields in reverse order': { unknownFields: 'none', order: 'wrapper-descending' },
};

test.each(FRAMES)('the fake encodes the recorded frame "$name" byte for byte', (vector) => {
  const odd = ODD[vector.name];
  const bytes =
    odd === undefined
      ? encodeFrame(vector.decoded)
      : encodeVaried(vector.decoded, odd, seededRandom(1));
  expect(bytes.toString('hex')).toBe(vector.hex);
});

test.each(FRAMES)('a shuffled frame "$name" with unknown fields holds the same', (vector) => {
  const variation: Variation = { unknownFields: 'everywhere', order: 'shuffled' };
  for (let seed = 1; seed <= 20; seed += 1) {
    const bytes = encodeVaried(vector.decoded, variation, seededRandom(seed));
    expect(decodePush(bytes)).toEqual(decodePush(Buffer.from(vector.hex, 'hex')));
  }
});

test('the fake writes the recorded control frames character for character', async () => {
  const fake = await startFakeMexc({
    trades: { from: 'nothing' },
    symbols: ['BTCUSDT', 'ETHUSDT'],
  });
  const client = await connectPlain(fake.wsUrl);
  const depth = 'spot@public.aggre.depth.v3.api.pb@100ms@';
  const subscribe = (...params: string[]) => {
    client.send({ method: 'SUBSCRIPTION', params });
  };
  subscribe('spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT');
  client.send({ method: 'PING' });
  subscribe('spot@public.bookTicker.v3.api@BTCUSDT');
  subscribe(`${depth}BTCUSDT`, `${depth}ETHUSDT`);
  await eventually(() => client.texts.length === 4, 'four answers');
  client.end();
  await fake.close();
  const frames = readVectors('mexc-control-frames.json').frames as readonly { text: string }[];
  expect(client.texts).toEqual(frames.map(({ text }) => text));
});
