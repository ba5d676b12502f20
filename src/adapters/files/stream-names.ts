import { assertInvariant } from '../../engine/domain/invariant.js';

/** File systems take 255 bytes a name; segments and their torn parts need none of that. */
const DIRECTORY_NAME_BYTES_MAX = 200;

/**
 * `stream.fills` stays as it is; what a file system may not like (`:` in `cdb:envelopes:v1`, a
 * slash, a leading dot) is written as %XX. One to one, so that a listing gives the names back.
 */
export function streamDirectoryName(stream: string): string {
  const name = encodeURIComponent(stream)
    .replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\./, '%2E');
  assertInvariant(
    name !== '' && name.length <= DIRECTORY_NAME_BYTES_MAX,
    `stream name "${stream}" has 1 to ${DIRECTORY_NAME_BYTES_MAX} bytes`,
  );
  return name;
}

/** @returns null for a directory that is not a stream's */
export function streamNameOf(directoryName: string): string | null {
  try {
    const name = decodeURIComponent(directoryName);
    return streamDirectoryName(name) === directoryName ? name : null;
  } catch {
    // Not an encoded name: somebody else's directory.
    return null;
  }
}
