import { WebSocket, type RawData } from 'ws';
import { PUSH_PATH } from '../../view/board/engine-push.js';

const HANDSHAKE_MS_MAX = 2_000;
/** Far above the view of 200 symbols. */
const FRAME_BYTES_MAX = 16 * 1024 * 1024;
const PING_EVERY_MS = 1_000;

interface ViewListener {
  frame(text: string): void;
  /** How long the engine took to answer a ping, ms. */
  answered(ms: number): void;
  /** Once, and nothing after it. */
  closed(why: string): void;
}

export interface HeardViews {
  close(): void;
}

/**
 * Listens to what the engine behind the control socket pushes. Ends by itself when the engine does,
 * or when it has said nothing for `silentMs`: a stopped process keeps its connections.
 */
export function hearViews(
  socketPath: string,
  { intervalMs, silentMs }: { readonly intervalMs: number; readonly silentMs: number },
  listener: ViewListener,
): HeardViews {
  const url = `ws+unix:${socketPath}:${PUSH_PATH}?interval_ms=${Math.round(intervalMs)}`;
  const socket = new WebSocket(url, {
    handshakeTimeout: HANDSHAKE_MS_MAX,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
  });
  let why = '';
  let pingedAtMs: number | null = null;
  const end = (words: string): void => {
    why ||= words;
    socket.terminate();
  };
  const onSilence = (): void => {
    end(`it has said nothing for ${silentMs} ms`);
  };
  let silence = setTimeout(onSilence, HANDSHAKE_MS_MAX + silentMs);
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(onSilence, silentMs);
  };
  const ping = (): void => {
    if (pingedAtMs !== null || socket.readyState !== socket.OPEN) return;
    pingedAtMs = performance.now();
    socket.ping();
  };
  const pinging = setInterval(ping, PING_EVERY_MS);
  socket.on('open', ping);
  socket.on('pong', () => {
    if (pingedAtMs !== null) listener.answered(performance.now() - pingedAtMs);
    pingedAtMs = null;
    heard();
  });
  socket.on('message', (data: RawData) => {
    heard();
    listener.frame(Buffer.isBuffer(data) ? data.toString('utf8') : '');
  });
  socket.on('error', (fault) => {
    end(fault.message);
  });
  socket.on('close', (_, reason) => {
    clearTimeout(silence);
    clearInterval(pinging);
    listener.closed(why === '' ? reason.toString('utf8') || 'it has hung up' : why);
  });
  return {
    close: () => {
      end('closed here');
    },
  };
}
