import { WebSocket, type RawData } from 'ws';
import { excerpt } from './frame-object.js';
import type { VenueStream } from './venue-stream.js';
import type { OpenWire } from './wire.js';

/** No frame of a trade stream comes near. */
const FRAME_BYTES_MAX = 1_048_576;

export function webSocketWire(
  { socketUrl }: Pick<VenueStream, 'socketUrl'>,
  { baseUrl, connectMs }: { readonly baseUrl: string; readonly connectMs: number },
): OpenWire {
  return (symbols, listener) => {
    const socket = new WebSocket(socketUrl(baseUrl, symbols), {
      handshakeTimeout: connectMs,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
    });
    let fault = '';
    socket.on('open', () => {
      listener.opened();
    });
    socket.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = bytesOf(data);
      listener.frame(
        isBinary ? { kind: 'binary', bytes } : { kind: 'text', text: bytes.toString('utf8') },
      );
    });
    socket.on('ping', () => {
      listener.heard();
    });
    socket.on('error', (error) => {
      fault = error.message;
      // Otherwise `ws` waits half a minute for the venue to answer its close frame.
      socket.terminate();
    });
    socket.on('close', (code, reason) => {
      const said = reason.length === 0 ? '' : ` ${excerpt(reason.toString('utf8'))}`;
      listener.closed(fault === '' ? `closed by the venue (${code}${said})` : fault);
    });
    return {
      send: (text) => {
        socket.send(text);
      },
      end: () => {
        socket.terminate();
      },
    };
  };
}

/** `ws` is asked for whole buffers; the other forms are its types' only. */
function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
