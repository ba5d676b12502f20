import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { Wire } from '../venue/wire.js';
import { refusalPage } from './refusal-page.js';

export interface Handshake {
  /** Answers an upgrade: with a websocket, or with a page of HTML. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  /** Answers an upgrade with this status. */
  refuse(socket: Socket, status: number): void;
}

/** Client pings stay unanswered, as reported of the venue; close frames are answered. */
export function createHandshake(onOpen: (socket: WebSocket, wire: Wire) => void): Handshake {
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  return {
    upgrade: (request, socket, head) => {
      const wire = new Wire(socket);
      server.handleUpgrade(request, wire, head, (websocket) => {
        onOpen(websocket, wire);
      });
    },
    refuse: (socket, status) => {
      const { headers, body, reason } = refusalPage(status);
      const lines = Object.entries({ ...headers, connection: 'close' });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.end(`HTTP/1.1 ${status} ${reason}\r\n${head}\r\n${body}`);
    },
  };
}
