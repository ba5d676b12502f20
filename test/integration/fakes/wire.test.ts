import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDoor, type Door } from '../../fakes/venue/door.js';
import { Wire } from '../../fakes/venue/wire.js';
import { eventually } from './plain-client.js';

let door: Door;
let wire: Wire;
let client: Socket;
let received: Buffer[];

beforeEach(async () => {
  received = [];
  const wired = new Promise<void>((resolve) => {
    void openDoor((socket) => {
      wire = new Wire(socket);
      wire.on('error', () => undefined);
      resolve();
    }).then((opened) => {
      door = opened;
      client = connect(opened.port, '127.0.0.1');
      client.on('data', (chunk) => received.push(chunk));
    });
  });
  await wired;
});

afterEach(async () => {
  client.destroy();
  await door.close();
});

/** The server's socket has been read to its end: what was written before must have arrived. */
async function endOfStream(): Promise<void> {
  wire.destroy();
  await once(client, 'close');
}

function text(): string {
  return Buffer.concat(received).toString();
}

test('Wire cuts writes into pieces and calls back once all are out', async () => {
  wire.manner.fragmentBytes = 3;
  let out = 0;
  wire.write('0123456789', () => (out += 1));
  wire.write('abc', () => (out += 1));
  await eventually(() => out === 2, 'the callbacks');
  await endOfStream();
  expect(text()).toBe('0123456789abc');
});

test('Wire writes nothing once it is half-open', async () => {
  wire.goHalfOpen();
  let out = 0;
  wire.write('lost', () => (out += 1));
  await endOfStream();
  expect([text(), out]).toEqual(['', 0]);
});

test('Wire stops between two pieces when it becomes half-open', async () => {
  // Slow enough that the event loop turns between two pieces.
  wire.manner.bytesPerSecond = 1000;
  let out = 0;
  client.once('data', () => {
    wire.goHalfOpen();
    wire.manner.bytesPerSecond = null;
  });
  wire.write('x'.repeat(1000), () => (out += 1));
  await eventually(() => received.length > 0, 'the first piece');
  await endOfStream();
  expect(text().length).toBeLessThan(1000);
  expect(out).toBe(0);
});

test('Wire reads nothing once it is half-open', async () => {
  let read = 0;
  wire.on('data', (chunk: Buffer) => (read += chunk.length));
  client.write('a');
  await eventually(() => read === 1, 'the first byte');
  wire.goHalfOpen();
  await new Promise((resolve) => client.write('b', resolve));
  const other = connect(door.port, '127.0.0.1');
  await once(other, 'connect');
  other.destroy();
  expect(read).toBe(1);
});
