import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { askVenueTime } from '../../../src/adapters/live-feed/venue-time.js';
import { systemClock } from '../../../src/adapters/system-clock.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

it('counts the way to the end of the answer: its time is true somewhere within', async () => {
  const clock = systemClock();
  let headMs = 0;
  let endMs = 0;
  server = createServer((_request, response) => {
    response.writeHead(200).flushHeaders();
    headMs = clock.monotonicMs();
    void clock.sleep(200, new AbortController().signal).then(() => {
      endMs = clock.monotonicMs();
      response.end(`{"serverTime":${Math.round(clock.nowMs())}}`);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await askVenueTime(
    `http://127.0.0.1:${port}/`,
    clock,
    new AbortController().signal,
  );
  expect(answer?.roundTripMs).toBeGreaterThanOrEqual(Math.floor(endMs - headMs));
});
