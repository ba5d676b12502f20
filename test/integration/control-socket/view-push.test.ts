import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { hearViews, type HeardViews } from '../../../src/adapters/control-socket/hear-views.js';
import {
  intervalOf,
  pushViews,
  type ViewPush,
} from '../../../src/adapters/control-socket/view-push.js';
import { closeHttpServer } from '../../../src/adapters/close-http-server.js';

let directory: string;
let path: string;
let server: Server;
let push: ViewPush;
let frames: number;
let faults: unknown[];
/** What the next frame is. */
let frame: () => Promise<string>;
const heard: HeardViews[] = [];
const sockets: Duplex[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cdb-push-'));
  path = join(directory, 'cdb.sock');
  [frames, faults] = [0, []];
  frame = () => Promise.resolve(`frame ${frames}`);
  server = createServer();
  server.listen(path);
  await once(server, 'listening');
  push = pushViews(server, {
    frame: () => {
      frames += 1;
      return frame();
    },
    onFault: (fault) => faults.push(fault),
  });
});
afterEach(async () => {
  for (const one of heard.splice(0)) one.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  push.close();
  await closeHttpServer(server);
  rmSync(directory, { recursive: true, force: true });
});

function until(holds: () => void): Promise<void> {
  return vi.waitFor(holds, { timeout: 20_000, interval: 10 });
}

function hear(silentMs = 3_000) {
  const seen = { frames: [] as string[], closed: [] as string[], answers: 0 };
  const one = hearViews(
    path,
    { intervalMs: 100, silentMs },
    {
      frame: (text) => seen.frames.push(text),
      answered: () => (seen.answers += 1),
      closed: (why) => seen.closed.push(why),
    },
  );
  heard.push(one);
  const close = () => {
    one.close();
  };
  return { ...seen, seen, close };
}

/** The raw words of an upgrade; `ws` as a client would not send wrong ones. */
function upgrade(target: string): Socket {
  const socket = createConnection(path);
  sockets.push(socket);
  socket.write(
    [
      `GET ${target} HTTP/1.1`,
      'host: cdb',
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n'),
  );
  return socket;
}

async function firstLine(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString('latin1').split('\r\n', 1)[0] ?? '';
}

describe('the pushed view', () => {
  it('comes again and again, and costs nothing while nobody listens', async () => {
    expect(frames).toBe(0);
    const { frames: got, close } = hear();
    await until(() => {
      expect(got.length).toBeGreaterThan(2);
    });
    expect(push.listeners()).toBe(1);
    close();
    await until(() => {
      expect(push.listeners()).toBe(0);
    });
    const atEnd = frames;
    // A new listener proves that time goes on; a timer that was left would make frames for nobody.
    const next = hear();
    await until(() => {
      expect(next.frames.length).toBeGreaterThan(3);
    });
    expect(frames - atEnd).toBeLessThanOrEqual(next.frames.length);
  });

  it('makes one frame for all who listen at the same time', async () => {
    const all = [hear(), hear(), hear(), hear()];
    await until(() => {
      for (const { frames: got } of all) expect(got.length).toBeGreaterThan(3);
    });
    const taken = all.reduce((sum, { frames: got }) => sum + got.length, 0);
    expect(frames).toBeLessThan(taken);
  });

  it('keeps the interval within its bounds', () => {
    expect(['1', '0', '99', '100', '10000', '10001', '999999999'].map(intervalOf)).toEqual([
      100, 100, 100, 100, 10_000, 10_000, 10_000,
    ]);
    expect(['', '-5', '1.5', 'x', '1e3', '9999999999'].map(intervalOf)).toEqual(Array(6).fill(500));
  });

  it('lets eight listen, and refuses the ninth in words of HTTP', async () => {
    const eight = Array.from({ length: 8 }, () => upgrade('/view/stream'));
    for (const socket of eight) expect(await firstLine(socket)).toContain('101');
    expect(await firstLine(upgrade('/view/stream'))).toContain('503');
    eight[0]?.destroy();
    await until(() => {
      expect(push.listeners()).toBe(7);
    });
    expect(await firstLine(upgrade('/view/stream'))).toContain('101');
  });

  it('is at one path only', async () => {
    expect(await firstLine(upgrade('/view'))).toContain('404');
    expect(await firstLine(upgrade('//'))).toContain('404');
    expect(faults).toEqual([]);
  });

  it('skips frames for a reader that takes none, and keeps none for it', async () => {
    const padding = 'x'.repeat(4 * 1024 * 1024);
    frame = () => Promise.resolve(`${frames} ${padding}`);
    const slow = new WebSocket(`ws+unix:${path}:/view/stream?interval_ms=100`);
    const numbers: number[] = [];
    slow.on('message', (data: Buffer) => numbers.push(parseInt(data.toString('latin1'), 10)));
    await once(slow, 'open');
    slow.pause();
    const quick = hear();
    await until(() => {
      expect(quick.frames.length).toBeGreaterThan(8);
    });
    slow.resume();
    await until(() => {
      expect(numbers.length).toBeGreaterThan(2);
    });
    slow.terminate();
    // What it missed was never sent: behind what was on its way comes the newest.
    const steps = numbers.map((number, at) => number - (numbers[at - 1] ?? number));
    expect(Math.max(...steps)).toBeGreaterThan(5);
  });

  it('tells a fault of ours, and goes on', async () => {
    frame = () => Promise.reject(new Error('a bug'));
    const { frames: got } = hear();
    await until(() => {
      expect(faults.length).toBeGreaterThan(0);
    });
    frame = () => Promise.resolve('well');
    await until(() => {
      expect(got).toContain('well');
    });
  });

  it('ends with the engine, which waits for nobody', async () => {
    const one = hear();
    await until(() => {
      expect(one.frames.length).toBeGreaterThan(0);
    });
    push.close();
    await closeHttpServer(server);
    await until(() => {
      expect(one.closed).toHaveLength(1);
    });
  });

  it('refuses to listen to more than a few bytes', async () => {
    const socket = upgrade('/view/stream');
    await firstLine(socket);
    const ended = once(socket, 'close');
    // A masked frame that says it has 64 KiB.
    socket.write(Buffer.from([0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0]));
    socket.resume();
    await ended;
    expect(push.listeners()).toBe(0);
    expect(faults).toEqual([]);
  });
});

describe('whoever hears it', () => {
  it('hears how long a ping takes', async () => {
    const one = hear();
    await until(() => {
      expect(one.seen.answers).toBeGreaterThan(0);
    });
  });

  it('gives up on an engine that says nothing any more', async () => {
    frame = () => new Promise(() => undefined);
    const mute = createServer();
    const mutePath = join(directory, 'mute.sock');
    mute.listen(mutePath);
    await once(mute, 'listening');
    const why = new Promise<string>((resolve) => {
      const limits = { intervalMs: 100, silentMs: 50 };
      const one = hearViews(mutePath, limits, {
        frame: () => undefined,
        answered: () => undefined,
        closed: resolve,
      });
      heard.push(one);
    });
    mute.on('upgrade', (_, socket) => sockets.push(socket));
    expect(await why).toMatch(/said nothing|Opening handshake/);
    mute.close();
  });

  it('says that there is nobody', async () => {
    push.close();
    await closeHttpServer(server);
    const one = hear();
    await until(() => {
      expect(one.closed[0]).toMatch(/ENOENT|ECONNREFUSED/);
    });
  });
});
