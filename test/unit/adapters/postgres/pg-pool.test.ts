import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPgPool } from '../../../../src/adapters/postgres/pg-pool.js';

/** A message of PostgreSQL's protocol 3.0: its letter, its length with itself, its body. */
function message(letter: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(letter), length, body]);
}

const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const ENDED = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

let server: Server;
beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    // In one piece, so that nothing of the client's runs in between.
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, ENDED])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
});

it('takes a connection that ends while it is handed out for an outage, not for a fault', async () => {
  const { port } = server.address() as AddressInfo;
  const target = { host: '127.0.0.1', port, user: 'cdb', database: 'cdb' };
  const pool = openPgPool(target, 'test');
  const work = pool.use('look', (client) => client.query('SELECT 1'));
  await expect(work).rejects.toMatchObject({ name: 'DependencyError' });
  await pool.close();
});
