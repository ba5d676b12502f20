import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { mexcStream } from '../../../src/adapters/mexc/mexc-stream.js';
import { FeedReader } from './feed-reader.js';

let server: Server | undefined;
let reader: FeedReader | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  await reader?.end();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((resolve) => server?.close(resolve));
});

/** A server of raw bytes, which never says goodbye. */
async function start(greet: (socket: Socket, upgrade: string) => void): Promise<FeedReader> {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      greet(socket, acceptance(request.toString('latin1')));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  reader = new FeedReader({
    stream: mexcStream(),
    symbols: ['BTCUSDT'],
    wsUrl: `ws://127.0.0.1:${port}/ws`,
    limits: { silentMs: 60_000, dataMs: 60_000, connectMs: 500 },
  });
  return reader;
}

function acceptance(request: string): string {
  const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? '';
  const accept = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

const why = (fed: FeedReader) => fed.feed.health()?.symbols[0]?.why;

describe('the feed of a venue that breaks the protocol', () => {
  it.each([
    ['a frame that is too large', Buffer.from([0x82, 127, 0, 0, 0, 0, 0x10, 0, 0, 0])],
    ['a frame of a kind that there is not', Buffer.from([0x8f, 0])],
    ['text that is not UTF-8', Buffer.from([0x81, 2, 0xff, 0xff])],
  ])('leaves it at once, though it does not close: %s', async (_, frame) => {
    const fed = await start((socket, upgrade) => {
      socket.write(upgrade);
      socket.write(frame);
    });
    await fed.has('a third connection', () => (fed.feed.health()?.counts.connects ?? 0) > 2);
    expect(fed.state('BTCUSDT')).toBe('down');
    expect(why(fed)).toMatch(/Max payload|Invalid/);
  });

  it.each([
    ['nothing', () => undefined, /no connection within 500 ms|handshake/],
    ['garbage', (socket: Socket) => socket.end('\u001b[2Jno http\r\n\r\n'), /Parse Error/],
    [
      'a page',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'),
      /Unexpected server response: 200/,
    ],
    [
      'another place',
      (socket: Socket) => socket.end('HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n'),
      /Unexpected server response: 302/,
    ],
  ])('is down and says why where a server answers %s', async (_, answer, reason) => {
    const fed = await start(answer);
    await fed.has('two attempts', () => (fed.feed.health()?.counts.connects ?? 0) > 2);
    expect(fed.state('BTCUSDT')).toBe('down');
    expect(why(fed)).toMatch(reason);
    expect(why(fed)).not.toMatch(/\p{C}/u);
  });

  it('quotes what it says while it closes', async () => {
    const reason = Buffer.from('\u001b[31mowned\u009b\u202e');
    const head = [0x88, 2 + reason.length, 0x0f, 0xa0];
    const fed = await start((socket, upgrade) => {
      socket.write(upgrade);
      socket.end(Buffer.concat([Buffer.from(head), reason]));
    });
    await fed.has('the end', () => fed.notices.length > 0);
    expect(fed.notices[0]).toContain('closed by the venue (4000 "\\u001b[31mowned\\u009b\\u202e")');
  });
});
