import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A listener on 127.0.0.1 that can refuse connections for a while and open again on its port. */
export interface Door {
  readonly port: number;
  /** From now on connecting ends in ECONNREFUSED; connections that are there stay. */
  refuse(): void;
  admit(): Promise<void>;
  /** Ends the listener and every connection. */
  close(): Promise<void>;
}

const REOPEN_TRIES = 200;
const REOPEN_PAUSE_MS = 10;

export async function openDoor(onSocket: (socket: Socket) => void): Promise<Door> {
  const sockets = new Set<Socket>();
  const begin = (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const listener = createServer((socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        // A client that goes away is no fault of the fake.
        socket.on('error', () => socket.destroy());
        onSocket(socket);
      });
      listener.once('error', reject);
      listener.listen(port, '127.0.0.1', () => {
        resolve(listener);
      });
    });
  let listener: Server | null = await begin(0);
  let closed = false;
  const { port } = listener.address() as AddressInfo;
  const refuse = (): void => {
    listener?.close();
    listener = null;
  };
  return {
    port,
    refuse,
    // Somebody else may hold the port for a moment: it is one that the system hands out.
    admit: async () => {
      for (let tries = 1; listener === null && !closed; tries += 1) {
        try {
          listener = await begin(port);
        } catch (error) {
          if (tries === REOPEN_TRIES) throw error;
          await new Promise((resolve) => setTimeout(resolve, REOPEN_PAUSE_MS));
        }
      }
      if (closed) refuse();
    },
    close: async () => {
      closed = true;
      refuse();
      const left = [...sockets].map((socket) => {
        const gone = once(socket, 'close');
        socket.destroy();
        return gone;
      });
      await Promise.all(left);
    },
  };
}
