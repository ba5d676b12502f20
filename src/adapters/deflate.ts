import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

/** A text is never larger than this when it is unpacked. */
const UNPACKED_BYTES_MAX = 16 * 1024 * 1024;

/** The quickest that still makes a text some ten times smaller. */
export const quickCompression = {
  pack: (text: string): Uint8Array => deflateRawSync(text, { level: constants.Z_BEST_SPEED }),
  unpack: (bytes: Uint8Array): string =>
    inflateRawSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX }).toString('utf8'),
};
