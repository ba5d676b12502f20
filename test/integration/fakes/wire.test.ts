import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDoor, type Door } from '../../fakes/venue/door.js';
import { Wire } from '../../fakes/venue/wire.js';
import { eventually } from './plain-client.js';

interface Pair {
  readonly wire: Wire;
  readonly client: Socket;
  readonly received: Buffer[];
}

let door: Door;
let wires: Wire[];
let clients: Socket[];

beforeEach(async () => {
  wires = [];
  clients = [];
  door = await openDoor((socket) => {
    const wire = new Wire(socket);
    wire.on('error', () => undefined);
    wires.push(wire);
  });
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await door.close();
});

async function pair(): Promise<Pair> {
  const client = connect(door.port, '127.0.0.1');
  const received: Buffer[] = [];
  client.on('data', (chunk) => received.push(chunk));
  clients.push(client);
  await eventually(() => wires.length === clients.length, 'the connection');
  return { client, received, wire: wires.at(-1)! };
}

/** What the client has got once the connection has ended: all that was written before. */
async function textAtEnd({ wire, client, received }: Pair): Promise<string> {
  const closed = once(client, 'close');
  wire.destroy();
  await closed;
  return Buffer.concat(received).toString();
}

/** Writes at this pace on another connection; both ends see all of it. */
async function meanwhile(bytesPerSecond: number | null, bytes: number): Promise<void> {
  const { wire, client, received } = await pair();
  wire.manner.bytesPerSecond = bytesPerSecond;
  wire.write('y'.repeat(bytes));
  await eventually(() => Buffer.concat(received).length === bytes, 'the other connection');
  let echoed = 0;
  wire.on('data', () => (echoed += 1));
  client.write('z');
  await eventually(() => echoed > 0, 'the way back');
}

test('Wire cuts writes into pieces and calls back once all are out', async () => {
  const one = await pair();
  one.wire.manner.fragmentBytes = 3;
  let out = 0;
  one.wire.write('0123456789', () => (out += 1));
  one.wire.write('abc', () => (out += 1));
  await eventually(() => out === 2, 'the callbacks');
  expect(await textAtEnd(one)).toBe('0123456789abc');
});

test('Wire writes nothing once it is half-open', async () => {
  const one = await pair();
  one.wire.goHalfOpen();
  let out = 0;
  one.wire.write('lost', () => (out += 1));
  expect([await textAtEnd(one), out]).toEqual(['', 0]);
});

test('Wire stops between two pieces when it becomes half-open', async () => {
  const one = await pair();
  one.wire.manner.bytesPerSecond = 1000;
  let out = 0;
  one.client.once('data', () => {
    one.wire.goHalfOpen();
  });
  one.wire.write('x'.repeat(150), () => (out += 1));
  await eventually(() => one.received.length > 0, 'the first piece');
  await meanwhile(1000, 300);
  expect((await textAtEnd(one)).length).toBeLessThan(150);
  expect(out).toBe(0);
});

test('Wire reads nothing once it is half-open', async () => {
  const { wire, client } = await pair();
  let read = 0;
  wire.on('data', (chunk: Buffer) => {
    read += chunk.length;
    wire.goHalfOpen();
  });
  client.write('a');
  await eventually(() => read === 1, 'the first byte');
  client.write('b');
  await meanwhile(null, 1);
  expect(read).toBe(1);
});
