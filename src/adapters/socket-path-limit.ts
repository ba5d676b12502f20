/**
 * Node 20 silently cuts a socket path behind 107 bytes and then listens somewhere else; other
 * programs have limits just below that.
 */
export const SOCKET_PATH_BYTES_MAX = 100;

export function fitsSocketPath(path: string): boolean {
  return Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX;
}
