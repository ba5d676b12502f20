import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { PUSH_INTERVAL_MS, PUSH_PATH } from '../../view/board/engine-push.js';

const LISTENERS_MAX = 8;
/** Listeners have nothing to say. */
const HEARD_BYTES_MAX = 1_024;
/** One frame is on its way: the next waits until it was taken, so nothing piles up. */
const WAITING_BYTES_MAX = 0;
const GOING_AWAY = 1_001;
/** So long one frame may serve all who listen. */
const FRAME_REUSE_MS = 50;

interface ViewPushOptions {
  /** The newest frame; called only while somebody listens. */
  readonly frame: () => Promise<string>;
  readonly onFault: (fault: unknown) => void;
}

export interface ViewPush {
  listeners(): number;
  /** Says goodbye to all who listen. */
  close(): void;
}

/**
 * Pushes whole views to whoever asks the server for `PUSH_PATH` as a WebSocket. A slow reader gets
 * fewer frames, never older ones, and costs no memory; without a reader nothing is computed.
 */
export function pushViews(server: Server, { frame, onFault }: ViewPushOptions): ViewPush {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: HEARD_BYTES_MAX,
    perMessageDeflate: false,
  });
  const shared = sharedFrame(frame);
  let isClosed = false;
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Until `ws` has taken it over, nobody else hears of its end.
    socket.on('error', () => undefined);
    const asked = askedInterval(request.url ?? '/');
    if (asked === null) {
      refuse(socket, '404 Not Found');
      return;
    }
    if (isClosed || sockets.clients.size >= LISTENERS_MAX) {
      refuse(socket, '503 Service Unavailable');
      return;
    }
    const everyMs = intervalOf(asked);
    sockets.handleUpgrade(request, socket, head, (listener) => {
      pushTo(listener, everyMs, { frame: shared, onFault });
    });
  };
  server.on('upgrade', onUpgrade);
  return {
    listeners: () => sockets.clients.size,
    close: () => {
      isClosed = true;
      for (const listener of sockets.clients) {
        listener.close(GOING_AWAY, 'the engine ends');
        // Whoever does not answer the goodbye must not keep the engine.
        listener.terminate();
      }
      sockets.close();
    },
  };
}

/** @returns null for another path; by hand, because a target that is no URL must not throw here */
function askedInterval(target: string): string | null {
  const [path, query = ''] = target.split('?', 2);
  return path === PUSH_PATH ? (new URLSearchParams(query).get('interval_ms') ?? '') : null;
}

/** @returns the interval in ms that is kept, whatever was asked for */
export function intervalOf(asked: string): number {
  const { min, max, usual } = PUSH_INTERVAL_MS;
  if (!/^\d{1,9}$/.test(asked)) return usual;
  return Math.min(max, Math.max(min, Number(asked)));
}

function pushTo(listener: WebSocket, everyMs: number, { frame, onFault }: ViewPushOptions): void {
  let isBusy = false;
  const push = async (): Promise<void> => {
    if (isBusy || listener.bufferedAmount > WAITING_BYTES_MAX) return;
    isBusy = true;
    try {
      const text = await frame();
      if (listener.readyState === listener.OPEN) listener.send(text);
    } catch (fault) {
      onFault(fault);
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void push(), everyMs);
  timer.unref();
  listener.on('close', () => {
    clearInterval(timer);
  });
  listener.on('error', () => {
    listener.terminate();
  });
  void push();
}

function sharedFrame(frame: () => Promise<string>): () => Promise<string> {
  let newest: { readonly atMs: number; readonly text: Promise<string> } | null = null;
  return () => {
    const atMs = performance.now();
    if (newest === null || atMs - newest.atMs >= FRAME_REUSE_MS) newest = { atMs, text: frame() };
    return newest.text;
  };
}

function refuse(socket: Duplex, status: string): void {
  const words = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
  // Whoever does not hang up then must not keep the server from its end.
  socket.end(words, () => socket.destroy());
}
