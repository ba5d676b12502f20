import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { shippedFile } from '../shipped-file.js';
import { firstDifference } from './first-difference.js';
import { decoderDiffers, storedFramesUnreadable } from './self-test-errors.js';

const STORED_FRAMES = z.object({
  frames: z
    .array(
      z.object({
        name: z.string(),
        /** Exactly as received: bytes as hex, or the text. */
        received: z.string(),
        /** What its decoder makes of it. */
        expected: z.json(),
      }),
    )
    .min(1),
});

/**
 * Decodes the frames of `data/frames/VENUE.json`, which the venue once sent, before trades of the
 * day are believed: a decoder that was built wrong, or for another schema, goes silent or lies.
 * @returns what was tested, in words
 * @throws OperatorError naming the frame and the field that differ
 */
export function testStoredFrames(venue: string, decode: (received: string) => unknown): string {
  const { frames } = readStoredFrames(venue);
  for (const { name, received, expected } of frames) {
    const difference = firstDifference(expected, decode(received));
    if (difference !== null) throw decoderDiffers(venue, name, difference);
  }
  return `${frames.length} stored ${frames.length === 1 ? 'frame decodes' : 'frames decode'}`;
}

function readStoredFrames(venue: string): z.infer<typeof STORED_FRAMES> {
  const name = join('data', 'frames', `${venue}.json`);
  const path = shippedFile(name);
  if (path === null) throw storedFramesUnreadable(venue, `"${name}" is missing`);
  try {
    return STORED_FRAMES.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw storedFramesUnreadable(venue, `"${name}" is damaged`, error);
  }
}
