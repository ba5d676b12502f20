import type { Server } from 'node:http';

const CLOSE_TIMEOUT_MS = 1_000;

/** Answers what is under way, for a second at most; connections that are open then are cut. */
export function closeHttpServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, CLOSE_TIMEOUT_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
